package org.posthouse.maildir;

import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.RandomAccess;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.posthouse.mailbox.Store.Entry;

/**
 * A folder as it was listed, and how to see whether that still holds.
 *
 * @param entries the same as {@code lying}, made when they are asked for
 * @param lying   in order
 * @param byKey   the same; lives on in the next listing
 */
record Listed(Stamps stamps, Instant at, Entries entries, List<Lying> lying, Map<String, Lying> byKey) {
    /** A file in {@code new/} or {@code cur/}. */
    record Named(MailName name, boolean inNew, String fileName) {}

    /**
     * A message and its file. There are as many as messages in all folders that are open: it holds only what its key does not say,
     * and makes the rest of it when it is asked for.
     */
    static final class Lying {
        private final String key;
        private final long uid; // 0 for none
        private final Set<String> flags;
        private final long received;
        private final long size;
        private final boolean inNew;
        private final String info; // what follows the key in the file's name
        private int seen;

        /** @param shared gives the one object for all that are equal */
        Lying(Entry entry, Named named, UnaryOperator<String> shared) {
            this.key = entry.key();
            this.uid = entry.uid().orElse(0);
            this.flags = entry.flags();
            this.received = entry.received().getEpochSecond();
            this.size = entry.size();
            this.inNew = named.inNew();
            this.info = shared.apply(named.fileName().substring(key.length()));
        }

        Entry entry() {
            return new Entry(key, uid == 0 ? OptionalLong.empty() : OptionalLong.of(uid), flags, Instant.ofEpochSecond(received), size);
        }

        Named named() {
            return new Named(name(), inNew, fileName());
        }

        MailName name() {
            return MailName.of(key, info);
        }

        boolean inNew() {
            return inNew;
        }

        String fileName() {
            return key + info;
        }

        String key() {
            return key;
        }

        /** The greatest where it has none. */
        long uid() {
            return uid == 0 ? Long.MAX_VALUE : uid;
        }

        long size() {
            return size;
        }

        /** Whether this is its file still; the name is known to begin with its key. */
        boolean is(boolean isInNew, String fileName) {
            return inNew == isInNew && fileName.length() == key.length() + info.length() && fileName.endsWith(info);
        }

        boolean hasSameEntry(Lying other) {
            return uid == other.uid && size == other.size && received == other.received && key.equals(other.key) && flags.equals(other.flags);
        }

        /** In which look it was seen last; only for who lists. */
        void seen(int look) {
            seen = look;
        }

        boolean isSeen(int look) {
            return seen == look;
        }
    }

    /** What lies in a folder, for readers. The same object as long as there is nothing new to read in it. */
    static final class Entries extends AbstractList<Entry> implements RandomAccess {
        private volatile List<Lying> lying;

        Entries(List<Lying> lying) {
            this.lying = lying;
        }

        /** The same, where only files have moved. */
        Entries now(List<Lying> moved) {
            boolean same = lying.size() == moved.size();
            for (int i = 0; same && i < moved.size(); i++) {
                same = lying.get(i) == moved.get(i) || lying.get(i).hasSameEntry(moved.get(i));
            }
            if (!same) {
                return new Entries(moved);
            }
            lying = moved;
            return this;
        }

        @Override
        public Entry get(int index) {
            return lying.get(index).entry();
        }

        @Override
        public int size() {
            return lying.size();
        }
    }

    /** When the folder's parts were changed last. */
    record Stamps(FileTime newMail, FileTime cur, UidFile.Stamp uids, UidFile.Stamp keywords) {}

    static Listed nothing() {
        var stamps = new Stamps(FileTime.fromMillis(0), FileTime.fromMillis(0), UidFile.Stamp.NONE, UidFile.Stamp.NONE);
        return new Listed(stamps, Instant.EPOCH, new Entries(List.of()), List.of(), new ConcurrentHashMap<>());
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
