package org.posthouse.imap;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The addresses of a message as its ENVELOPE shows them (RFC 3501 §7.4.2), without the comments, quotes and folds that they may have
 * in the header: {@code ann@example.test}, and {@code Ann <ann@example.test>} where there is a name. Reads what the index has written.
 */
final class EnvelopeAddresses {
    private static final List<String> ITEMS = List.of("date", "subject", "from", "sender", "reply-to", "to", "cc", "bcc");
    private static final Map<String, Integer> PLACES = Map.of("from", 2, "to", 5, "cc", 6, "bcc", 7);

    private final byte[] octets;
    private int at = 1; // behind the parenthesis that opens it

    private EnvelopeAddresses(ByteBuffer envelope) {
        octets = new byte[envelope.remaining()];
        envelope.get(envelope.position(), octets);
    }

    /** None for a field, by its name in lower case, that is not of addresses that SEARCH knows (RFC 3501 §6.4.4). */
    static List<String> of(ByteBuffer envelope, String field) {
        return PLACES.containsKey(field) ? new EnvelopeAddresses(envelope).read(field) : List.of();
    }

    private List<String> read(String field) {
        for (var item : ITEMS) {
            if (item.equals(field)) {
                return octets[at] == '(' ? list() : List.of();
            }
            skip();
            at++;
        }
        return List.of();
    }

    private List<String> list() {
        var addresses = new ArrayList<String>();
        for (at++; octets[at] == '('; at++) {
            at++;
            var name = string();
            at++;
            skip(); // the route
            at++;
            var mailbox = string();
            at++;
            var host = string();
            if (!host.isEmpty()) { // or else a group begins or ends
                var address = mailbox + "@" + host;
                addresses.add(name.isEmpty() ? address : EncodedWords.decoded(name) + " <" + address + ">");
            }
        }
        return addresses;
    }

    private void skip() {
        if (octets[at] != '(') {
            string();
            return;
        }
        for (at++; octets[at] != ')';) {
            if (octets[at] == ' ') {
                at++;
            } else {
                skip();
            }
        }
        at++;
    }

    /** Empty for NIL. */
    private String string() {
        return switch (octets[at]) {
            case '"' -> quoted();
            case '{' -> literal();
            default -> {
                at += "NIL".length();
                yield "";
            }
        };
    }

    private String quoted() {
        var text = new byte[octets.length - at];
        int length = 0;
        for (at++; octets[at] != '"'; at++) {
            at += octets[at] == '\\' ? 1 : 0;
            text[length++] = octets[at];
        }
        at++;
        return new String(text, 0, length, StandardCharsets.UTF_8);
    }

    private String literal() {
        int length = 0;
        for (at++; octets[at] != '}'; at++) {
            length = 10 * length + octets[at] - '0';
        }
        at += "}\r\n".length() + length;
        return new String(octets, at - length, length, StandardCharsets.UTF_8);
    }
}
