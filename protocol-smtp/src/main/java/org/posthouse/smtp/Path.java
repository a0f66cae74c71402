package org.posthouse.smtp;

import java.util.Optional;
import org.posthouse.message.Address;

/**
 * The path of a MAIL or RCPT (RFC 5321 §4.1.2): {@code <mailbox>}, {@code <>} or {@code <@route:mailbox>}. Brackets are
 * required.
 *
 * @param address what is between the brackets, without a route
 * @param rest    what follows the closing bracket
 */
record Path(Address address, String rest) {
    static Optional<Path> parse(String text) {
        int end = text.startsWith("<") ? closingBracket(text) : -1;
        if (end < 0) {
            return Optional.empty();
        }
        var rest = text.substring(end + 1);
        if (!rest.isEmpty() && rest.charAt(0) != ' ') {
            return Optional.empty();
        }
        return address(text.substring(1, end)).map(a -> new Path(a, rest));
    }

    /** The first {@code >} that is not inside a quoted local part; -1 without one. */
    private static int closingBracket(String path) {
        boolean quoted = false;
        for (int i = 1; i < path.length(); i++) {
            char c = path.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '>' && !quoted) {
                return i;
            }
        }
        return -1;
    }

    private static Optional<Address> address(String inside) {
        if (inside.isEmpty()) {
            return Optional.of(Address.NULL);
        }
        if (!inside.startsWith("@")) {
            return Address.parse(inside);
        }
        // RFC 5321 §4.1.1.3 and appendix C: a source route is accepted and ignored
        int colon = inside.indexOf(':');
        return colon > 1 && inside.substring(0, colon).matches("@[^@,]+(,@[^@,]+)*")
                ? Address.parse(inside.substring(colon + 1)) : Optional.empty();
    }
}
