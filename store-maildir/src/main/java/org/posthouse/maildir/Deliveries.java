package org.posthouse.maildir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.message.Unavailable;

/**
 * Which delivery ids were stored in which folder, so that a retry stores nothing. A folder's file names are looked at once;
 * from then on the ids are kept in memory, also of messages that are gone meanwhile. They are looked at anew each time the ids
 * have doubled, to let go of those that are too old, and no more often: that takes time in proportion to the folder. Ids are kept as 64-bit hashes: ten million deliveries to one folder would meet a false one with probability 10⁻⁶.
 */
final class Deliveries {
    /** The tags of what was delivered to the folder in earlier lives, by the names of its files. */
    @FunctionalInterface
    interface Survey {
        Collection<String> tags() throws IOException;
    }

    @FunctionalInterface
    interface Storing {
        Entry run() throws IOException;
    }

    /** What is stored while a folder is looked at goes in here too, since the look may have missed it. */
    private static final class Known {
        final Set<Long> ids = new HashSet<>();
        int most; // before the folder is looked at anew; 0 before the first look

        boolean suffices() {
            return ids.size() < most;
        }
    }

    private record Running(Path folder, String tag) {}

    private static final int MORE_OF_A_FOLDER = 10_000;
    private static final int MOST_FOLDERS = 10_000;

    private final Map<Path, Known> folders = new Bounded<>(MOST_FOLDERS);
    private final Set<Running> running = new HashSet<>();

    /** Stores unless that was done before, then empty; waits for another thread that is just doing it. */
    Optional<Entry> once(Path folder, String tag, Survey survey, Storing storing) throws IOException {
        var mine = new Running(folder, tag);
        begin(mine);
        try {
            if (known(folder, survey, hash(tag))) {
                return Optional.empty();
            }
            var stored = storing.run();
            remember(folder, hash(tag));
            return Optional.of(stored);
        } finally {
            end(mine);
        }
    }

    private synchronized void begin(Running mine) throws Unavailable {
        try {
            while (!running.add(mine)) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("the server is shutting down", e);
        }
    }

    private synchronized void end(Running mine) {
        running.remove(mine);
        notifyAll();
    }

    private boolean known(Path folder, Survey survey, long hash) throws IOException {
        Known looking;
        synchronized (this) {
            var stored = folders.get(folder);
            if (stored != null && stored.suffices()) {
                return stored.ids.contains(hash);
            }
            looking = stored != null && stored.most == 0 ? stored : new Known();
            folders.put(folder, looking);
        }
        var tags = survey.tags();
        synchronized (this) {
            tags.forEach(tag -> looking.ids.add(hash(tag)));
            looking.most = 2 * looking.ids.size() + MORE_OF_A_FOLDER;
            return looking.ids.contains(hash);
        }
    }

    private synchronized void remember(Path folder, long hash) {
        var stored = folders.get(folder);
        if (stored != null) {
            stored.ids.add(hash);
        }
    }

    /** The names in the folder must be looked at again: a message may be there that was not remembered. */
    synchronized void forget(Path folder) {
        folders.remove(folder);
    }

    synchronized void forgetAll() {
        folders.clear();
    }

    /** FNV-1a; the ids are our own, nobody chooses them. */
    private static long hash(String tag) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < tag.length(); i++) {
            hash = (hash ^ tag.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
