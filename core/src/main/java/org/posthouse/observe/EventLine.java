package org.posthouse.observe;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * An event as a line of a trace file, and back.
 *
 * <pre>
 * line  = instant SP word SP word *(SP key "=" word)      ; id, what, values
 * key   = 1*(letter / digit / "." / "_" / "-")
 * word  = 1*visible / DQUOTE *(visible / SP / escape) DQUOTE
 * escape = "\" ("\" / DQUOTE / "u" 4HEX)
 * </pre>
 */
final class EventLine {
    private static final int LONGEST_WORD = 1_000; // characters; an address has at most 320, a reply line 512

    private EventLine() {}

    static String write(Event event) {
        var line = new StringBuilder(event.at().toString());
        line.append(' ').append(word(event.id())).append(' ').append(word(event.what()));
        event.values().forEach((key, value) -> line.append(' ').append(key(key)).append('=').append(word(value)));
        return line.toString();
    }

    static String key(String text) {
        var clean = text.replaceAll("[^A-Za-z0-9._-]", "_");
        return clean.isEmpty() ? "_" : clean;
    }

    /** As it is where it may stand so, otherwise in quotes; cut where it is too long. */
    static String word(String text) {
        var whole = text.length() <= LONGEST_WORD ? text : text.substring(0, LONGEST_WORD) + "...";
        if (!whole.isEmpty() && whole.codePoints().allMatch(c -> c != '"' && c != ' ' && visible(c))) {
            return whole;
        }
        var quoted = new StringBuilder("\"");
        for (char c : whole.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c == ' ' || visible(c)) {
                quoted.append(c);
            } else {
                quoted.append(String.format("\\u%04x", (int) c));
            }
        }
        return quoted.append('"').toString();
    }

    /** Neither a control, nor white space, nor something that turns the direction of text, nor half a character. */
    private static boolean visible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR,
                Character.PARAGRAPH_SEPARATOR, Character.SURROGATE, Character.UNASSIGNED, Character.PRIVATE_USE -> false;
            default -> true;
        };
    }

    /** Empty when it is no such line: torn, or written by somebody else. */
    static Optional<Event> read(String line) {
        var words = words(line);
        if (words.size() < 3) {
            return Optional.empty();
        }
        var values = new LinkedHashMap<String, String>();
        for (var word : words.subList(3, words.size())) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                return Optional.empty();
            }
            values.put(word.substring(0, equals), word.substring(equals + 1));
        }
        try {
            return Optional.of(new Event(Instant.parse(words.getFirst()), words.get(1), words.get(2), values));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Split at spaces, with quotes and escapes taken away; empty when a quote is left open. */
    private static List<String> words(String line) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ' ' && !quoted) {
                words.add(word.toString());
                word.setLength(0);
            } else if (c == '\\' && quoted && i + 1 < line.length()) {
                i = unescape(line, i + 1, word);
            } else {
                word.append(c);
            }
        }
        words.add(word.toString());
        return quoted ? List.of() : words;
    }

    /** The index of the last character of the escape. */
    private static int unescape(String line, int at, StringBuilder word) {
        if (line.charAt(at) != 'u' || at + 4 >= line.length()) {
            word.append(line.charAt(at));
            return at;
        }
        try {
            word.append((char) Integer.parseInt(line, at + 1, at + 5, 16));
            return at + 4;
        } catch (NumberFormatException e) {
            word.append('u');
            return at;
        }
    }

    /** As one JSON object. */
    static String json(Event event) {
        var members = new LinkedHashMap<String, Object>();
        members.put("at", event.at());
        members.put("id", event.id());
        members.put("what", event.what());
        members.put("values", event.values());
        return Json.of(members);
    }
}
