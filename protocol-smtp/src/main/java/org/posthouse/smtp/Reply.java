package org.posthouse.smtp;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.posthouse.message.Status;

/**
 * What the server answers (RFC 5321 §4.2): a code, an enhanced code (RFC 2034; empty where there is none: greeting, HELO
 * and EHLO, class 3), and one or more lines of text.
 *
 * @param ends whether the connection is closed after it
 */
record Reply(int code, String enhanced, List<String> lines, boolean ends) {
    /** Basic codes that say more than their class's default (RFC 5321 §4.2.3), by enhanced code. */
    private static final Map<String, Integer> CODES = Map.ofEntries(
            Map.entry("4.2.0", 450), Map.entry("4.2.1", 450), Map.entry("4.2.2", 452), Map.entry("4.3.1", 452),
            Map.entry("4.5.3", 452), Map.entry("4.7.1", 450),
            Map.entry("5.1.3", 553), Map.entry("5.1.7", 553), Map.entry("5.6.7", 553),
            Map.entry("5.2.2", 552), Map.entry("5.2.3", 552), Map.entry("5.3.4", 552),
            Map.entry("5.5.0", 554), Map.entry("5.5.1", 503), Map.entry("5.5.2", 501), Map.entry("5.5.4", 501),
            Map.entry("5.6.0", 554), Map.entry("5.7.8", 535));

    static final Reply OK = of(250, "2.0.0", "OK");
    static final Reply BYE = of(221, "2.0.0", "Bye").andEnd();
    static final Reply ENDING = of(421, "4.3.2", "Server going down, try again later").andEnd();
    static final Reply TOO_SLOW = of(421, "4.4.2", "Nothing heard for too long").andEnd();
    static final Reply TOO_LONG = of(421, "4.7.0", "Too long without a message").andEnd();
    static final Reply TOO_MUCH_JUNK = of(421, "4.7.0", "Too many commands without a message").andEnd();
    static final Reply TOO_MANY_ERRORS = of(421, "4.7.0", "Too many errors").andEnd();

    Reply {
        lines = List.copyOf(lines);
    }

    static Reply of(int code, String enhanced, String... lines) {
        return new Reply(code, enhanced, Arrays.asList(lines), false);
    }

    /** For what Intake or Accounts say. */
    static Reply of(Status status) {
        return of(basicCode(status), status.code(), status.text());
    }

    private static int basicCode(Status status) {
        int other = status.success() ? 250 : status.temporary() ? 451 : 550;
        return CODES.getOrDefault(status.code(), other);
    }

    /** This reply, and the connection ends after it. */
    Reply andEnd() {
        return new Reply(code, enhanced, lines, true);
    }

    /** The reply's octets: each line begins with the code, and all but the last go on with a hyphen (RFC 5321 §4.2.1). */
    String text() {
        var text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            text.append(code).append(i < lines.size() - 1 ? '-' : ' ');
            text.append(enhanced).append(enhanced.isEmpty() ? "" : " ").append(ascii(lines.get(i))).append("\r\n");
        }
        return text.toString();
    }

    /** RFC 6531 §3.7.4: only some clients can read UTF-8 in a reply, so none gets it. */
    private static String ascii(String line) {
        return line.replaceAll("[^ -~]", "?");
    }
}
