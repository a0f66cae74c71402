package org.posthouse.indexed;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The ENVELOPE of one message (RFC 3501 §7.4.2, RFC 9051 §7.5.2), from its header's fields. Of fields that may come once the
 * first counts; the addresses of several make one list, so that no From stays unseen.
 */
final class EnvelopeText {
    /** In the order they are sent in. */
    private enum Item {
        DATE("date"), SUBJECT("subject"), FROM("from"), SENDER("sender"), REPLY_TO("reply-to"), TO("to"), CC("cc"), BCC("bcc"),
        IN_REPLY_TO("in-reply-to"), MESSAGE_ID("message-id");

        private final String field;

        Item(String field) {
            this.field = field;
        }

        boolean addresses() {
            return compareTo(FROM) >= 0 && compareTo(BCC) <= 0;
        }
    }

    private static final Item[] ALL = Item.values();
    private static final Map<String, Item> NAMED = Stream.of(ALL).collect(Collectors.toUnmodifiableMap(i -> i.field, i -> i));

    private final Map<Item, ImapText> items = new EnumMap<>(Item.class);
    private final AddressReader addresses;

    EnvelopeText(AddressReader addresses) {
        this.addresses = addresses;
    }

    /** @param name in lower case; the field's body is {@code header} from {@code from} to {@code to} */
    void take(String name, byte[] header, int from, int to) {
        var item = NAMED.get(name);
        if (item == null) {
            return;
        }
        if (item.addresses()) {
            addresses.read(header, from, to, items.computeIfAbsent(item, _ -> new ImapText(2 * (to - from) + 32)));
        } else if (!items.containsKey(item)) {
            items.put(item, new ImapText(to - from + 8).unfolded(header, from, to));
        }
    }

    void write(ImapText out) {
        char before = '(';
        for (var item : ALL) {
            out.octet(before);
            before = ' ';
            var text = found(item);
            if (text == null) {
                out.ascii("NIL");
            } else if (item.addresses()) {
                out.octet('(').append(text, 0).octet(')');
            } else {
                out.append(text, 0);
            }
        }
        out.octet(')');
    }

    private ImapText found(Item item) {
        var text = items.get(item);
        boolean none = text == null || text.isEmpty();
        if (none && (item == Item.SENDER || item == Item.REPLY_TO)) {
            return found(Item.FROM); // RFC 3501 §7.4.2: the server MUST default these
        }
        return none ? null : text;
    }
}
