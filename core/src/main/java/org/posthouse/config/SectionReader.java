package org.posthouse.config;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * Reads the files of the configuration, line by line, and notes every mistake with its file and line.
 *
 * <pre>
 * file    = *line                          UTF-8; LF or CRLF; a line has at most 8 KB
 * line    = blank / comment / header / key "=" value
 * comment = ("#" / ";") text               only where a line begins; values keep both
 * header  = "[" word [subject] "]"
 * key     = a-z *(a-z / 0-9 / "-")
 * </pre>
 *
 * White space around keys and values is dropped. There are no quotes and no continued lines. A section stands once in all
 * files together, a key once in its section; the lines before the first header are the top lines, in every file.
 */
final class SectionReader {
    static final int LINE_OCTETS = 8192;
    private static final Pattern HEADER = Pattern.compile("[a-z][a-z0-9-]*(\\s+[A-Za-z0-9._-]+)?");
    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9-]*");

    private final SequencedMap<String, Written> sections = new LinkedHashMap<>();
    private final List<Problem> problems = new ArrayList<>();
    /** Where keys go: the section of the last header, or one that nobody sees when the header was wrong. */
    private Written current;

    /** The sections of all files read so far; the top lines have the empty name. */
    SequencedMap<String, Written> sections() {
        return sections;
    }

    List<Problem> problems() {
        return problems;
    }

    void read(Path file, byte[] octets) {
        current = sections.computeIfAbsent("", top -> new Written(top, new Place(file, 1)));
        int number = 1;
        for (int begin = startOfText(octets); begin < octets.length; number++) {
            int end = begin;
            while (end < octets.length && octets[end] != '\n') {
                end++;
            }
            line(new Place(file, number), ByteBuffer.wrap(octets, begin, end - begin));
            begin = end + 1;
        }
    }

    /** A byte order mark, as some editors write it, is not part of the first line. */
    private static int startOfText(byte[] octets) {
        boolean marked = octets.length >= 3 && octets[0] == (byte) 0xEF && octets[1] == (byte) 0xBB && octets[2] == (byte) 0xBF;
        return marked ? 3 : 0;
    }

    private void line(Place place, ByteBuffer octets) {
        if (octets.remaining() > LINE_OCTETS) {
            problem(place, "the line has " + octets.remaining() + " octets", "a line may have " + LINE_OCTETS);
            return;
        }
        decode(octets).ifPresentOrElse(text -> text(place, text.strip()),
                () -> problem(place, "the line is not UTF-8", "save the file in UTF-8"));
    }

    private static Optional<String> decode(ByteBuffer octets) {
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(octets).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private void text(Place place, String line) {
        if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
            return;
        }
        var control = line.chars().filter(c -> Character.isISOControl(c) && c != '\t').findFirst();
        if (control.isPresent()) {
            problem(place, "the line has the control character %02X".formatted(control.getAsInt()), "remove it");
        } else if (line.startsWith("[")) {
            header(place, line);
        } else {
            key(place, line);
        }
    }

    private void header(Place place, String line) {
        boolean open = !line.endsWith("]");
        if (open) {
            problem(place, "the section's header " + shown(line) + " does not end with ]", mendOfOpenHeader(line));
        }
        String inside = (open ? line.substring(1) : line.substring(1, line.length() - 1)).strip();
        if (!HEADER.matcher(inside).matches()) {
            if (!open) {
                problem(place, "the section's header " + shown(line) + " is not a word and a name",
                        "write it like [pipeline] or [listener mx], with a-z, 0-9 and -");
            }
            current = new Written("", place);
            return;
        }
        current = new Written(String.join(" ", inside.split("\\s+")), place);
        var before = sections.putIfAbsent(current.name(), current);
        if (before != null) {
            problem(place, "the section [" + current.name() + "] stands already at " + before.place(), "write its lines there");
        }
    }

    private static String mendOfOpenHeader(String line) {
        int end = line.indexOf(']');
        return end < 0 ? "write " + shown(line + "]")
                : "a comment needs a line of its own; write " + shown(line.substring(0, end + 1));
    }

    private void key(Place place, String line) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            problem(place, "the line " + shown(line) + " has no =", mendOfMissingEquals(line));
            return;
        }
        var entry = new Entry(line.substring(0, equals).strip(), line.substring(equals + 1).strip(), place);
        if (!KEY.matcher(entry.key()).matches()) {
            problem(place, "the key " + shown(entry.key()) + " has characters that no key has", mendOfKey(entry.key()));
            return;
        }
        var before = current.entries().putIfAbsent(entry.key(), entry);
        if (before != null) {
            problem(place, "the key " + entry.key() + " stands already at " + before.place(), "keep one of them");
        }
    }

    private static String mendOfMissingEquals(String line) {
        int end = line.indexOf(':') >= 0 ? line.indexOf(':') : line.indexOf(' ');
        String key = end < 0 ? line : line.substring(0, end).strip();
        return KEY.matcher(key).matches() ? "write " + key + " = ..." : "write key = value, or # before a comment";
    }

    private static String mendOfKey(String key) {
        String likely = key.toLowerCase(Locale.ROOT).replaceAll("[_. ]+", "-");
        return KEY.matcher(likely).matches() ? "write " + likely : "keys are written with a-z, 0-9 and -";
    }

    private static String shown(String text) {
        return text.length() <= 60 ? "'" + text + "'" : "'" + text.substring(0, 57) + "...'";
    }

    private void problem(Place place, String what, String mend) {
        problems.add(new Problem(place, what, mend));
    }
}
