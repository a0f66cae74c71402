package org.posthouse.mbox;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an mbox keeps of a message in its header.
 * <pre>
 * X-Posthouse-Id: tag octets crc ["bare"]  first of all; of mail we stored: its delivery, its text's length in the file and CRC32C;
 *                                          bare = the text's last LF is not the message's
 * X-IMAPbase: uidvalidity lastuid a b      in the first message only; Dovecot drops keywords that are not named here
 * X-UID: n
 * Status: RO            R seen, O no longer new
 * X-Status: AFTD        answered, flagged, draft, deleted
 * X-Keywords: a b       with room behind, so that changes need not move the rest of the file
 * </pre>
 *
 * @param uid 0 where there is none
 */
record Marks(Optional<Id> id, long uid, boolean old, Set<String> flags) {
    static final Marks NONE = new Marks(Optional.empty(), 0, false, Set.of());

    static final int ROOM = 96;

    private static final long LARGEST_UID = 0xffff_ffffL;
    private static final Pattern ID = Pattern.compile("([!-~]{1,200}) (\\d{1,15}) ([0-9a-f]{1,8})( bare)?");
    private static final Pattern ATOM = Pattern.compile("[!#$&'+,./0-9:;<=>?@A-Z^_`a-z|}~-]{1,100}");
    private static final Map<Character, String> STATUS = Map.of('R', "\\Seen");
    private static final Map<Character, String> X_STATUS = new TreeMap<>(Map.of('A', "\\Answered", 'D', "\\Deleted", 'F', "\\Flagged",
            'T', "\\Draft"));

    /** @param octets of the text in the file, to its last LF */
    record Id(String tag, long octets, int crc, boolean bare) {
        static Optional<Id> parse(String value) {
            var matcher = ID.matcher(value.strip());
            return matcher.matches() ? Optional.of(new Id(matcher.group(1), Long.parseLong(matcher.group(2)),
                    Integer.parseUnsignedInt(matcher.group(3), 16), matcher.group(4) != null)) : Optional.empty();
        }

        String line() {
            return "X-Posthouse-Id: " + tag + " " + octets + " " + Integer.toHexString(crc) + (bare ? " bare" : "") + "\n";
        }
    }

    /** The UIDs' base, as the first message has it, with the folder's keywords, each with a space before it. */
    record Base(long validity, long lastUid, String rest) {
        static Optional<Base> parse(String value) {
            var words = value.strip().split("[ \t]+", 3);
            long validity = number(words[0]);
            long last = words.length > 1 ? number(words[1]) : 0;
            return validity < 1 ? Optional.empty() : Optional.of(new Base(validity, Math.max(0, last), words.length > 2 ? " " + words[2] : ""));
        }

        /** With those keywords too that the line does not name yet. */
        Base with(Stream<String> flags) {
            var named = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            named.addAll(Arrays.asList(rest.strip().split("[ \t]+")));
            var more = new StringBuilder(rest);
            flags.filter(f -> !f.startsWith("\\") && named.add(f)).forEach(f -> more.append(' ').append(f));
            return new Base(validity, lastUid, more.toString());
        }

        /** As wide for any UID. */
        String line(String name) {
            return name + ": " + validity + " " + String.format(Locale.ROOT, "%010d", lastUid) + rest + "\n";
        }
    }

    Marks {
        flags = Set.copyOf(flags);
    }

    /** -1 when it is none that an UID can be. */
    static long number(String digits) {
        long value = digits.matches("\\d{1,10}") ? Long.parseLong(digits) : -1;
        return value > LARGEST_UID ? -1 : value;
    }

    Marks withUid(long now) {
        return new Marks(id, now, old, flags);
    }

    Marks withFlags(Collection<String> now) {
        return new Marks(id, uid, old, kept(now));
    }

    /** Flags that can be kept: the five that IMAP names, and keywords that are atoms (RFC 9051 §9). */
    static Set<String> kept(Collection<String> flags) {
        var kept = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        kept.addAll(STATUS.values());
        kept.addAll(X_STATUS.values());
        kept.retainAll(flags(flags));
        flags.stream().filter(f -> ATOM.matcher(f).matches()).forEach(kept::add);
        return Set.copyOf(kept);
    }

    private static Set<String> flags(Collection<String> flags) {
        var any = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        any.addAll(flags);
        return any;
    }

    /** With what one of the fields says, its name in lower case. */
    Marks with(String field, String value) {
        return switch (field) {
            case "x-uid" -> new Marks(id, Math.max(0, number(value.strip())), old, flags);
            case "status" -> new Marks(id, uid, old || value.indexOf('O') >= 0, more(letters(value, STATUS)));
            case "x-status" -> new Marks(id, uid, old, more(letters(value, X_STATUS)));
            case "x-keywords" -> new Marks(id, uid, old, more(atoms(value)));
            default -> this;
        };
    }

    Marks with(Id known) {
        return new Marks(Optional.of(known), uid, old, flags);
    }

    private Set<String> more(Set<String> found) {
        var all = new HashSet<>(flags);
        all.addAll(found);
        return all;
    }

    private static Set<String> letters(String value, Map<Character, String> names) {
        var found = new HashSet<String>();
        names.forEach((letter, name) -> {
            if (value.indexOf(letter) >= 0) {
                found.add(name);
            }
        });
        return found;
    }

    private static Set<String> atoms(String value) {
        var found = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (var word : value.strip().split("[ \t]+")) {
            if (ATOM.matcher(word).matches()) {
                found.add(word);
            }
        }
        return found;
    }

    /**
     * The lines to put first into the header.
     *
     * @param baseLine a whole line, or nothing
     * @param room     octets that all of it had so far; it gets as many if they are enough
     */
    byte[] lines(String baseLine, int room) {
        var text = new StringBuilder(id.map(Id::line).orElse("")).append(baseLine);
        if (uid > 0) {
            text.append("X-UID: ").append(uid).append('\n');
        }
        var status = (flags.contains("\\Seen") ? "R" : "") + (old ? "O" : "");
        if (!status.isEmpty()) {
            text.append("Status: ").append(status).append('\n');
        }
        var letters = new StringBuilder();
        X_STATUS.forEach((letter, name) -> letters.append(flags.contains(name) ? letter : ""));
        if (!letters.isEmpty()) {
            text.append("X-Status: ").append(letters).append('\n');
        }
        text.append("X-Keywords:");
        flags.stream().filter(f -> !f.startsWith("\\")).sorted().forEach(f -> text.append(' ').append(f));
        int length = text.length() + 1;
        text.append(" ".repeat(room >= length ? room - length : ROOM)).append('\n');
        return text.toString().getBytes(StandardCharsets.ISO_8859_1); // as it was read
    }
}
