package org.posthouse.it;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What ann's clients were told by IMAP, all together: where her letters may be, which flags they may have, and that no UID and no
 * MODSEQ ever goes back or means something else. Each letter has one owner, who alone moves or removes it and changes its flags but
 * {@code \Seen}.
 */
final class ImapTruth {
    private static final int MOST_TROUBLES = 20;
    private static final Pattern NUMBER = Pattern.compile("\\* (\\d+) FETCH ");
    private static final Pattern UID = Pattern.compile("[( ]UID (\\d+)");
    private static final Pattern FLAGS = Pattern.compile("FLAGS \\(([^)]*)\\)");
    private static final Pattern MODSEQ = Pattern.compile("MODSEQ \\((\\d+)\\)");
    private static final Pattern LETTER = Pattern.compile("letter (\\d+)");
    private static final Pattern CODE = Pattern.compile("\\* OK \\[(UIDVALIDITY|UIDNEXT|HIGHESTMODSEQ) (\\d+)]");
    private static final Set<String> ANYBODYS = Set.of("\\Seen", "\\Recent");

    /** A FETCH response, as far as something stands in it; flags without {@code \Recent}. */
    record Told(int number, OptionalLong uid, Optional<Set<String>> flags, OptionalLong modseq, OptionalLong letter) {
        static Optional<Told> of(String response) {
            var number = NUMBER.matcher(response);
            if (!number.lookingAt()) {
                return Optional.empty();
            }
            var flags = FLAGS.matcher(response);
            return Optional.of(new Told(Integer.parseInt(number.group(1)), number(UID, response),
                    flags.find() ? Optional.of(flags(flags.group(1))) : Optional.empty(), number(MODSEQ, response), number(LETTER, response)));
        }

        private static OptionalLong number(Pattern pattern, String text) {
            var number = pattern.matcher(text);
            return number.find() ? OptionalLong.of(Long.parseLong(number.group(1))) : OptionalLong.empty();
        }

        private static Set<String> flags(String text) {
            var flags = new TreeSet<>(List.of(text.split(" ")));
            flags.removeAll(Set.of("", "\\Recent"));
            return flags;
        }
    }

    private record Place(String folder, long uid) {}

    private final Promises places = new Promises();
    private final Map<Integer, Set<Set<String>>> flags = new HashMap<>(); // that a letter may have
    private final Map<Place, Long> letters = new HashMap<>();
    private final Map<Place, Long> modseqs = new HashMap<>();
    private final Map<Place, Map<Long, Set<String>>> meanings = new HashMap<>(); // flags by MODSEQ
    private final Map<String, Long> codes = new HashMap<>(); // the highest, by folder and response code
    private final List<String> troubles = new ArrayList<>();

    /** Where letters may be. */
    Promises places() {
        return places;
    }

    synchronized void written(int letter) {
        places.sent(new Promises.Copy("ann", letter));
        flags.put(letter, new HashSet<>(Set.of(Set.of())));
    }

    /** Its owner asks for these flags. */
    synchronized void flagging(int letter, Set<String> wanted) {
        flags.get(letter).add(Set.copyOf(wanted));
    }

    synchronized void flagged(int letter, Set<String> now) {
        flags.put(letter, new HashSet<>(Set.of(Set.copyOf(now))));
    }

    /** A response in a session that knows the UID of the message. */
    synchronized void told(String folder, long uid, Told told) {
        var place = new Place(folder, uid);
        if (told.letter().isPresent()) {
            var known = letters.putIfAbsent(place, told.letter().getAsLong());
            if (known != null && known != told.letter().getAsLong()) {
                trouble(place + " was letter " + known + " and is letter " + told.letter().getAsLong());
            }
        }
        if (told.modseq().isEmpty()) {
            return;
        }
        long modseq = told.modseq().getAsLong();
        modseqs.merge(place, modseq, Math::max);
        if (told.flags().isPresent()) {
            var known = meanings.computeIfAbsent(place, _ -> new HashMap<>()).putIfAbsent(modseq, told.flags().get());
            if (known != null && !known.equals(told.flags().get())) {
                trouble(place + " had the flags " + known + " at " + modseq + " and now " + told.flags().get());
            }
        }
    }

    /** What clients were told of folders up to now; for {@link #selected}. */
    synchronized Map<String, Long> codes() {
        return Map.copyOf(codes);
    }

    /**
     * UIDVALIDITY, which stays, and UIDNEXT and HIGHESTMODSEQ, which never go back.
     *
     * @param before what clients had been told when the folder was asked for
     */
    synchronized void selected(String folder, Map<String, Long> before, List<String> responses) {
        for (var response : responses) {
            var code = CODE.matcher(response);
            if (!code.lookingAt()) {
                continue;
            }
            long number = Long.parseLong(code.group(2));
            var known = before.getOrDefault(folder + " " + code.group(1), number);
            if (code.group(1).equals("UIDVALIDITY") ? known != number : known > number) {
                trouble(folder + " " + response + " after " + known);
            }
            codes.merge(folder + " " + code.group(1), number, Math::max);
        }
    }

    /** All that is in a folder when nobody is at work. */
    synchronized void check(Map<String, List<Told>> folders) {
        var seen = new ArrayList<Promises.Seen>();
        folders.forEach((folder, all) -> all.forEach(told -> {
            int letter = (int) told.letter().orElseThrow();
            long uid = told.uid().orElseThrow();
            seen.add(new Promises.Seen(letter, folder, ""));
            told(folder, uid, told);
            if (modseqs.get(new Place(folder, uid)) > told.modseq().orElseThrow()) {
                trouble(folder + " " + told + " had the MODSEQ " + modseqs.get(new Place(folder, uid)));
            }
            var own = new HashSet<>(told.flags().orElseThrow());
            own.removeAll(ANYBODYS);
            if (!flags.getOrDefault(letter, Set.of()).contains(own)) {
                trouble("letter " + letter + " in " + folder + " has " + own + " and should have one of " + flags.get(letter));
            }
            flagged(letter, own);
        }));
        places.check("ann", seen, Set.of());
    }

    synchronized void trouble(String what) {
        if (troubles.size() < MOST_TROUBLES) {
            troubles.add(what);
        }
    }

    synchronized List<String> troubles() {
        var all = new ArrayList<>(troubles);
        all.addAll(places.broken());
        return all;
    }
}
