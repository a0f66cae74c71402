package org.posthouse.imap;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.posthouse.auth.AccountId;

/** The keywords of folders that are selected: all sessions tell the same ones, whichever of them has seen them first. */
final class KeywordsInUse {
    private static final int FEW_FOLDERS = 1000;

    private record Place(AccountId account, String folder) {}

    /** Those of one folder, for as long as a session has it selected; only more, never fewer. */
    static final class Names {
        private final Set<String> all = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        private volatile int count;

        void add(String name) {
            synchronized (all) {
                all.add(name);
                count = all.size();
            }
        }

        int count() {
            return count;
        }

        List<String> all() {
            synchronized (all) {
                return List.copyOf(all);
            }
        }
    }

    private final Map<Place, WeakReference<Names>> folders = new HashMap<>();
    private int sweepAt = FEW_FOLDERS;

    synchronized Names of(AccountId account, String folder) {
        var place = new Place(account, folder);
        var known = folders.containsKey(place) ? folders.get(place).get() : null;
        if (known != null) {
            return known;
        }
        if (folders.size() >= sweepAt) {
            folders.values().removeIf(reference -> reference.get() == null);
            sweepAt = 2 * folders.size() + FEW_FOLDERS;
        }
        var fresh = new Names();
        folders.put(place, new WeakReference<>(fresh));
        return fresh;
    }
}
