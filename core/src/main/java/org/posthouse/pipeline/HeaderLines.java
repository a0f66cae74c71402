package org.posthouse.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Header fields that filters want in front of a message (RFC 5322 §2.2): nothing in them can end the field, the header or
 * a line.
 */
final class HeaderLines {
    static final int LONGEST_LINE = 998; // RFC 5322 §2.1.1
    static final int LONGEST_BODY = 16 * 1024;
    private static final int FOLD_AT = 78; // RFC 5322 §2.1.1
    private static final int LONGEST_WORD = 900; // fits behind the longest name
    private static final Pattern NAME = Pattern.compile("[!-9;-~]{1,76}"); // RFC 5322 §3.6.8

    private HeaderLines() {}

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Whether these are whole header fields, each line ended by CRLF, and nothing else. */
    static boolean areWhole(String lines) {
        if (!lines.endsWith("\r\n")) {
            return false;
        }
        boolean first = true;
        for (var line : lines.substring(0, lines.length() - 2).split("\r\n", -1)) {
            boolean continued = line.startsWith(" ") || line.startsWith("\t");
            if (line.isBlank() || line.length() > LONGEST_LINE || line.chars().anyMatch(HeaderLines::isControl)
                    || (continued ? first : !isName(line.substring(0, Math.max(line.indexOf(':'), 0))))) {
                return false;
            }
            first = false;
        }
        return true;
    }

    /** One field, folded. Control characters and what is not ASCII cannot stand in it and are replaced. */
    static String field(String name, String body) {
        var field = new StringBuilder(name).append(':');
        int column = field.length();
        boolean first = true;
        for (var word : words(body)) {
            if (!first && column + 1 + word.length() > FOLD_AT) {
                field.append("\r\n");
                column = 0;
            }
            field.append(' ').append(word);
            column += 1 + word.length();
            first = false;
        }
        return field.append("\r\n").toString();
    }

    private static List<String> words(String body) {
        var words = new ArrayList<String>();
        for (var word : clean(body).split(" +")) {
            for (int from = 0; from < word.length(); from += LONGEST_WORD) {
                words.add(word.substring(from, Math.min(word.length(), from + LONGEST_WORD)));
            }
        }
        return words;
    }

    private static String clean(String body) {
        var clean = new StringBuilder();
        body.codePoints().limit(LONGEST_BODY).map(c -> c < ' ' || c == 0x7f ? ' ' : c > 0x7f ? '?' : c)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private static boolean isControl(int c) {
        return c < ' ' && c != '\t' || c == 0x7f;
    }
}
