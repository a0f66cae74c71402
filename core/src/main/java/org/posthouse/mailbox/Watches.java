package org.posthouse.mailbox;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.posthouse.auth.AccountId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who watches which folder. What this server does to a folder is told by core itself; for what other programs do, each watched
 * folder is watched once in the engine, and again in the next one when that goes away.
 */
final class Watches {
    private static final Logger LOG = LoggerFactory.getLogger("mailbox");

    private record Place(AccountId account, String folder) {
        static Place of(AccountId account, String folder) {
            return new Place(account, Inbox.canonical(folder));
        }
    }

    /** Asks the engine that is there to watch. */
    @FunctionalInterface
    interface Below {
        Watch.Watching watch(Watch told) throws IOException;
    }

    private final Map<Place, Group> groups = new HashMap<>();

    /** The engine is asked before it returns, so that nothing is missed from then on. */
    Watch.Watching add(AccountId account, String folder, Watch watch, Below below) throws IOException {
        var place = Place.of(account, folder);
        Group group;
        synchronized (groups) {
            group = groups.computeIfAbsent(place, _ -> new Group(below));
            group.members.add(watch);
        }
        Watch.Watching watching = () -> remove(place, watch);
        try {
            group.start();
        } catch (IOException | RuntimeException e) {
            watching.close();
            throw e;
        }
        return watching;
    }

    private void remove(Place place, Watch watch) {
        Group left;
        synchronized (groups) {
            left = groups.get(place);
            if (left == null || !left.members.remove(watch) || !left.members.isEmpty()) {
                return;
            }
            groups.remove(place);
        }
        left.stop();
    }

    void changed(AccountId account, String folder) {
        Group group;
        synchronized (groups) {
            group = groups.get(Place.of(account, folder));
        }
        if (group != null) {
            group.changed();
        }
    }

    /** All who watch one folder. */
    private static final class Group implements Watch {
        final List<Watch> members = new CopyOnWriteArrayList<>();
        private final Below below;
        private Watching watching;
        private boolean asked; // somebody has asked below, or does so at this moment
        private boolean stopped;

        Group(Below below) {
            this.below = below;
        }

        /** One asks for all; where that fails, the next one who comes asks again. */
        void start() throws IOException {
            synchronized (this) {
                if (asked) {
                    return;
                }
                asked = true;
            }
            Watching started;
            try {
                started = below.watch(this);
            } catch (IOException | RuntimeException e) {
                synchronized (this) {
                    asked = false;
                }
                throw e;
            }
            synchronized (this) {
                if (!stopped) {
                    watching = started;
                    return;
                }
            }
            started.close();
        }

        void stop() {
            Watching last;
            synchronized (this) {
                stopped = true;
                last = watching;
                watching = null;
            }
            if (last != null) {
                last.close();
            }
        }

        @Override
        public void changed() {
            members.forEach(Watch::changed);
        }

        /** On a thread of its own: the caller is on its way out, and the next engine may be a while. */
        @Override
        public void ended() {
            synchronized (this) {
                watching = null;
                asked = false;
                if (stopped) {
                    return;
                }
            }
            Thread.ofVirtual().name("watch").start(() -> {
                try {
                    start();
                } catch (IOException e) {
                    LOG.warn("what other programs do to a folder shows only when it is asked for: {}", e.toString());
                }
                changed();
            });
        }
    }
}
