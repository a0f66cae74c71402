package org.posthouse.it;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What programs say they did to one account, and whether all of them see just that. Each message has an id in its header and a
 * text that follows from it. Times are System.nanoTime().
 */
final class Ledger {
    /** How a message is written: with a line that could be taken for the beginning of another, or without. */
    enum Text { PLAIN, LIKE_MBOX }

    private static final long NEVER = Long.MAX_VALUE;
    private static final int MOST_TROUBLES = 40;

    private static final class Letter {
        private final String by;
        private final String text;
        private boolean certain;
        private long since = NEVER; // from when on whoever looks must see it
        private long leaving = NEVER; // somebody began to take it from its folder
        private long left = NEVER;
        private Optional<String> folder = Optional.of("INBOX");
        private String remover = "nobody";
        private boolean moved;
        private boolean flagged;

        private Letter(String by, String text) {
            this.by = by;
            this.text = text;
        }
    }

    private final Map<String, Letter> letters = new LinkedHashMap<>();
    private final Map<String, Map<Long, String>> ids = new HashMap<>();
    private final Map<String, Map<String, Long>> uids = new HashMap<>();
    private final Map<String, Integer> deeds = new TreeMap<>();
    private final List<String> troubles = new ArrayList<>();
    private final Map<String, String> validities = new HashMap<>();
    private final Map<Long, String> gone = new HashMap<>();
    private final Random random = new Random(1);

    /** The id of a new message. */
    synchronized String write(String by, Text kind) {
        var id = by + "-" + letters.size();
        letters.put(id, new Letter(by, text(id, kind)));
        return id;
    }

    private String text(String id, Text kind) {
        var text = new StringBuilder("This is " + id + "\n.\n..dots\n>From a quote\nFrom here on it is long\n\n");
        if (kind == Text.LIKE_MBOX) {
            text.append("\nFrom eve@example.org Sun Mar  1 12:00:00 2026\nX-Beside: nobody\n\n");
        }
        int lines = random.nextInt(20) == 0 ? 800 : random.nextInt(60);
        for (int i = 0; i < lines; i++) {
            text.append(i).append(' ').append(Long.toString(random.nextLong(), 36).repeat(5)).append('\n');
        }
        return text.append("end of ").append(id).append('\n').toString();
    }

    /** The whole message, with LF line ends. */
    synchronized String message(String id) {
        return "From: " + letters.get(id).by + "@example.org\nTo: ann@example.test\nSubject: " + id + "\nMessage-ID: <" + id
                + "@example.org>\nX-Beside: " + id + "\n\n" + letters.get(id).text;
    }

    synchronized String text(String id) {
        return letters.get(id).text;
    }

    /** It was accepted: in the end it must have been somewhere. */
    synchronized void accepted(String id) {
        letters.get(id).certain = true;
        deeds.merge("put by " + letters.get(id).by, 1, Integer::sum);
    }

    /** It was accepted and lies there. */
    synchronized void there(String id) {
        accepted(id);
        letters.get(id).since = Math.min(letters.get(id).since, System.nanoTime());
    }

    /** One of these that lies there and that nobody is about to take away; now it is the caller's. */
    synchronized Optional<String> claim(String folder, Collection<String> among) {
        var free = among.stream().filter(id -> lies(id, folder)).toList();
        var one = free.isEmpty() ? Optional.<String>empty() : Optional.of(free.get(random.nextInt(free.size())));
        one.ifPresent(id -> letters.get(id).leaving = System.nanoTime());
        return one;
    }

    private boolean lies(String id, String folder) {
        var letter = letters.get(id);
        return letter.since < NEVER && letter.leaving == NEVER && letter.folder.equals(Optional.of(folder));
    }

    synchronized void removed(String by, String id) {
        deeds.merge("removed by " + by, 1, Integer::sum);
        letters.get(id).left = System.nanoTime();
        letters.get(id).remover = by;
        letters.get(id).folder = Optional.empty();
    }

    /** A claimed one is in that folder now, or still. */
    synchronized void lies(String by, String id, String folder) {
        var letter = letters.get(id);
        if (!letter.folder.equals(Optional.of(folder))) {
            deeds.merge("moved by " + by, 1, Integer::sum);
            letter.folder = Optional.of(folder);
            letter.moved = true;
        }
        letter.since = System.nanoTime();
        letter.leaving = NEVER;
    }

    /** Like that, but Dovecot takes some time to see what another program puts into a folder while it writes there too. */
    synchronized void willLie(String by, String id, String folder) {
        lies(by, id, folder);
        letters.get(id).since = NEVER;
        letters.get(id).certain = true;
    }

    synchronized void flagged(String id) {
        deeds.merge("flagged", 1, Integer::sum);
        letters.get(id).flagged = true;
    }

    synchronized void validity(String who, String folder, String said) {
        var known = validities.putIfAbsent(folder, said);
        if (known != null && !known.equals(said)) {
            trouble(who + " says the UIDVALIDITY of " + folder + " is " + said + ", but it is " + known);
        }
    }

    /**
     * What a program lists.
     *
     * @param began when it was asked
     * @param listed ids by UID, by ascending UID
     */
    synchronized void seen(String who, String folder, long began, List<Map.Entry<Long, String>> listed) {
        deeds.merge("looks of " + who, 1, Integer::sum);
        var once = new HashMap<String, Long>();
        for (var one : listed) {
            var letter = letters.get(one.getValue());
            if (letter == null) {
                trouble(who + " sees " + one.getValue() + ", which nobody wrote, as UID " + one.getKey() + " of " + folder);
                continue;
            }
            var twin = once.put(one.getValue(), one.getKey());
            if (twin != null) {
                trouble(who + " sees " + one.getValue() + " twice in " + folder + ", as UIDs " + twin + " and " + one.getKey());
            }
            agree(who, folder, letter, one);
            letter.since = Math.min(letter.since, System.nanoTime());
        }
        letters.forEach((id, letter) -> {
            if (letter.since < began && letter.leaving == NEVER && letter.folder.equals(Optional.of(folder)) && !once.containsKey(id)) {
                trouble(who + " does not see " + id + " in " + folder + " among " + once.size());
            }
        });
        once.keySet().stream().filter(id -> letters.get(id).left < began && !letters.get(id).moved)
                .forEach(id -> trouble(who + " sees " + id + " again, which was removed by " + letters.get(id).remover));
    }

    /** A UID is one message's for ever, whoever says so; a message that never left has one UID. */
    private void agree(String who, String folder, Letter letter, Map.Entry<Long, String> one) {
        var known = ids.computeIfAbsent(folder, _ -> new HashMap<>()).putIfAbsent(one.getKey(), one.getValue());
        if (known != null && !known.equals(one.getValue())) {
            trouble(who + " says UID " + one.getKey() + " of " + folder + " is " + one.getValue() + ", but it is " + known);
        }
        if (letter.moved || letter.leaving < NEVER) {
            return;
        }
        var uid = uids.computeIfAbsent(folder, _ -> new HashMap<>()).putIfAbsent(one.getValue(), one.getKey());
        if (uid != null && !uid.equals(one.getKey())) {
            trouble(who + " says " + one.getValue() + " has UID " + one.getKey() + " in " + folder + ", but it has " + uid);
        }
    }

    /** A whole message as somebody was given it. */
    synchronized void read(String who, String id, String message) {
        deeds.merge("texts read by " + who, 1, Integer::sum);
        var lines = message.replace("\r\n", "\n");
        int end = lines.indexOf("\n\n") + 2;
        var expected = letters.containsKey(id) ? unmarked(letters.get(id).text) : "";
        var text = unmarked(end > 1 ? lines.substring(end) : lines);
        if (!text.equals(expected)) {
            trouble(who + " reads another text of " + id + ": " + text.length() + " octets for " + expected.length() + ", "
                    + text.lines().filter(l -> !expected.contains(l)).limit(3).toList());
        }
    }

    /** Programs mark lines that begin with "From " each in its own way. */
    private static String unmarked(String text) {
        return text.replaceAll("(?m)^>*From ", "From ").stripTrailing();
    }

    /** It was listed, but could not be read any more: somebody must have taken it away. */
    synchronized void gone(String who, String folder, long uid) {
        gone.put(uid, who + " was told that UID " + uid + " of " + folder + " is gone");
        deeds.merge("gone before " + who + " read it", 1, Integer::sum);
    }

    /** When all is over: each message lies where it should, once. */
    synchronized void end(Map<String, List<String>> byFolder, Collection<String> flagged) {
        var places = new HashMap<String, List<String>>();
        byFolder.forEach((folder, all) -> all.forEach(id -> places.computeIfAbsent(id, _ -> new ArrayList<>()).add(folder)));
        letters.forEach((id, letter) -> {
            var where = places.getOrDefault(id, List.of());
            var expected = letter.certain || letter.since < NEVER ? letter.folder.map(List::of).orElse(List.of()) : where;
            if (!where.equals(expected) || where.size() > 1) {
                trouble("at the end " + id + " lies in " + where + ", not in " + expected);
            }
            if (!letter.moved && letter.left == NEVER) {
                var uid = uids.getOrDefault("INBOX", Map.of()).get(id);
                gone.entrySet().stream().filter(g -> g.getKey().equals(uid)).forEach(g -> trouble(g.getValue() + ", but " + id + " never left"));
            }
            if (letter.flagged && !where.isEmpty() && !flagged.contains(id)) {
                did("flags lost"); // to another program that renamed the file at the same time; seen without us, too
            }
        });
    }

    synchronized void did(String what) {
        deeds.merge(what, 1, Integer::sum);
    }

    synchronized void trouble(String what) {
        if (troubles.size() < MOST_TROUBLES && !troubles.contains(what)) {
            troubles.add(what);
        }
    }

    synchronized List<String> troubles() {
        return List.copyOf(troubles);
    }

    synchronized int count(String deed) {
        return deeds.getOrDefault(deed, 0);
    }

    @Override
    public synchronized String toString() {
        return letters.size() + " messages; " + deeds.entrySet().stream().map(d -> d.getKey() + " " + d.getValue()).collect(Collectors.joining(", "));
    }
}
