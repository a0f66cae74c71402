package org.posthouse.maildir;

import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.posthouse.mailbox.Store.Entry;

/**
 * A folder as it was listed, and how to see whether that still holds.
 *
 * @param lying in order
 * @param byKey the same; lives on in the next listing
 */
record Listed(Stamps stamps, Instant at, List<Entry> entries, List<Lying> lying, Map<String, Lying> byKey) {
    /** A file in {@code new/} or {@code cur/}. */
    record Named(MailName name, boolean inNew, String fileName) {}

    /** A message and its file. */
    static final class Lying {
        private final Entry entry;
        private final Named named;
        private int seen;

        Lying(Entry entry, Named named) {
            this.entry = entry;
            this.named = named;
        }

        Entry entry() {
            return entry;
        }

        Named named() {
            return named;
        }

        String key() {
            return entry.key();
        }

        /** Whether this is its file still. */
        boolean is(boolean inNew, String fileName) {
            return named.inNew() == inNew && named.fileName().equals(fileName);
        }

        /** In which look it was seen last; only for who lists. */
        void seen(int look) {
            seen = look;
        }

        boolean isSeen(int look) {
            return seen == look;
        }
    }

    /** When the folder's parts were changed last. */
    record Stamps(FileTime newMail, FileTime cur, UidFile.Stamp uids, UidFile.Stamp keywords) {}

    static Listed nothing() {
        var stamps = new Stamps(FileTime.fromMillis(0), FileTime.fromMillis(0), UidFile.Stamp.NONE, UidFile.Stamp.NONE);
        return new Listed(stamps, Instant.EPOCH, List.of(), List.of(), new ConcurrentHashMap<>());
    }

    /** File systems count time in ticks of the kernel's clock, 10 ms at most: a change in the same tick as the listing would not be seen. */
    private static final Duration SETTLED = Duration.ofMillis(50);

    /** The same, where a file system counts whole seconds or two. */
    private static final Duration SETTLED_COARSELY = Duration.ofSeconds(2);

    /** Whether nothing can have changed since. */
    boolean holds(Stamps now) {
        return stamps.equals(now) && settled(stamps.newMail()) && settled(stamps.cur());
    }

    private boolean settled(FileTime changed) {
        var time = changed.toInstant();
        return time.plus(time.getNano() == 0 ? SETTLED_COARSELY : SETTLED).isBefore(at);
    }
}
