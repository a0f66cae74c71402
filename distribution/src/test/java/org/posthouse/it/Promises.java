package org.posthouse.it;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where each letter of each account may be, by what clients were told. A letter that was asked for and not answered may be there
 * once or not at all; what was answered is so; a change that was not answered is done or not. What a client has
 * seen with its own eyes counts as answered. Several clients may write into it at once.
 */
final class Promises {
    static final String NOWHERE = "";
    static final String INBOX = "INBOX";

    /** One copy of a letter: each account has its own. */
    record Copy(String account, int letter) {}

    /**
     * A letter as it lies somewhere.
     *
     * @param place a folder, and behind a blank what else is known of the letter
     * @param uid   empty where the place has none
     */
    record Seen(int letter, String place, String uid) {}

    private static final class Fate {
        Set<String> places;
        boolean seen;
        String uid = "";

        Fate(String place) {
            places = Set.of(NOWHERE, place);
        }
    }

    private final Map<Copy, Fate> fates = new ConcurrentHashMap<>();
    private final Map<String, Copy> uids = new ConcurrentHashMap<>();
    private final List<String> broken = new ArrayList<>();
    private int answered;

    /** Before the client asks for it. */
    void sent(Copy copy) {
        sent(copy, INBOX);
    }

    void sent(Copy copy, String place) {
        fates.put(copy, new Fate(place));
    }

    void kept(Copy copy) {
        kept(copy, INBOX);
    }

    synchronized void kept(Copy copy, String place) {
        answered++;
        var fate = fates.get(copy);
        if (!fate.seen) { // otherwise somebody may have changed it since
            fate.places = Set.of(place);
        }
    }

    /** Before the client asks for a copy to be somewhere else; removed is {@link #NOWHERE}. */
    synchronized void moving(Copy copy, String to) {
        var fate = fates.get(copy);
        if (fate.places.stream().anyMatch(place -> !folder(place).equals(folder(to)))) {
            fate.uid = ""; // each folder gives its own
        }
        var places = new HashSet<>(fate.places);
        places.add(to);
        fate.places = places;
    }

    synchronized void moved(Copy copy, String to) {
        answered++;
        fates.get(copy).places = Set.of(to);
    }

    private static String folder(String place) {
        return place.split(" ")[0];
    }

    /** What a client sees while others are at work: it may not be what was removed, and its UID is its own. */
    synchronized void saw(String account, Seen seen) {
        var copy = new Copy(account, seen.letter);
        var fate = fates.get(copy);
        if (fate == null) {
            broken.add(copy + " was never sent");
            return;
        }
        if (!fate.places.contains(seen.place)) {
            broken.add(copy + " is in " + seen.place + " and should be in " + fate.places);
        }
        if (!fate.seen) {
            fate.seen = true;
            fate.places = Set.of(seen.place);
        }
        if (!seen.uid.isEmpty()) {
            var other = uids.putIfAbsent(account + " " + folder(seen.place) + " " + seen.uid, copy);
            if (other != null && !other.equals(copy) || !fate.uid.isEmpty() && !fate.uid.equals(seen.uid)) {
                broken.add(copy + " had the UID " + fate.uid + " and has " + seen.uid + ", which was given to " + other);
            }
            fate.uid = seen.uid;
        }
    }

    /**
     * When nobody is at work.
     *
     * @param there   all that lies at an account
     * @param waiting what was in the queue for it, looked at before
     */
    synchronized void check(String account, Collection<Seen> there, Set<Integer> waiting) {
        var found = new HashMap<Integer, Seen>();
        for (var seen : there) {
            if (found.put(seen.letter, seen) != null) {
                broken.add(new Copy(account, seen.letter) + " is there twice");
            }
            saw(account, seen);
            var fate = fates.get(new Copy(account, seen.letter));
            if (fate != null) {
                fate.places = Set.of(seen.place);
            }
        }
        fates.forEach((copy, fate) -> {
            if (copy.account.equals(account) && !found.containsKey(copy.letter)) {
                missing(copy, fate, waiting.contains(copy.letter));
            }
        });
    }

    private void missing(Copy copy, Fate fate, boolean waiting) {
        if (waiting && !fate.seen) {
            return;
        }
        if (!fate.places.contains(NOWHERE)) {
            broken.add(copy + " is lost, it should be in " + fate.places);
        }
        fate.places = Set.of(NOWHERE);
        fate.seen = true;
    }

    /** How often a client was told that something is done. */
    synchronized int answered() {
        return answered;
    }

    /** What was not kept. */
    synchronized List<String> broken() {
        return List.copyOf(broken);
    }
}
