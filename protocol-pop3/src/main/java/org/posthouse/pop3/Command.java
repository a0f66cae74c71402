package org.posthouse.pop3;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One line of a client: a keyword in any case of letters, and what follows the first space (RFC 1939 §3).
 *
 * @param keyword  in upper case
 * @param argument as it came, octet for octet, without the space; it may be a password
 */
record Command(String keyword, byte[] argument) {
    static Command read(byte[] line) {
        int end = 0;
        while (end < line.length && line[end] != ' ') {
            end++;
        }
        var keyword = new String(line, 0, end, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
        return new Command(keyword, Arrays.copyOfRange(line, Math.min(end + 1, line.length), line.length));
    }

    /** The argument split at spaces; none where there is none. */
    List<String> words() {
        var text = text().strip();
        return text.isEmpty() ? List.of() : List.of(text.split(" +"));
    }

    String text() {
        return new String(argument, StandardCharsets.UTF_8);
    }
}
