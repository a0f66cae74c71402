package org.posthouse.imap;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.posthouse.imap.FetchItem.Text.Fields;
import org.posthouse.imap.FetchItem.Text.Which;
import org.posthouse.mailbox.Digest;
import org.posthouse.message.RawFields;

/**
 * Which fields of a header a client wants to have.
 *
 * @param names in lower case, each once
 * @param many  the same where they are many, to be looked up
 */
record FieldChoice(Which which, List<String> names, Set<String> many) {
    private static final int FEW = 30;

    FieldChoice(Fields fields) {
        this(fields.which(), fields.names().stream().map(name -> name.toLowerCase(Locale.ROOT)).distinct().toList());
    }

    private FieldChoice(Which which, List<String> names) {
        this(which, names, names.size() > FEW ? new HashSet<>(names) : Set.of());
    }

    /** Whether those of a message are in its digest. */
    boolean kept() {
        return which == Which.THESE && Digest.FIELDS.containsAll(names);
    }

    /** Those of a header, as they are, one behind the other, and what ends them. */
    byte[] of(byte[] header, byte[] ending) {
        var chosen = new byte[header.length + ending.length];
        int length = 0;
        for (var field = new RawFields(header); field.next();) {
            if (named(field) == (which == Which.THESE)) {
                int octets = field.end() - field.start();
                System.arraycopy(header, field.start(), chosen, length, octets);
                length += octets;
            }
        }
        System.arraycopy(ending, 0, chosen, length, ending.length);
        return Arrays.copyOf(chosen, length + ending.length);
    }

    private boolean named(RawFields field) {
        if (names.size() > FEW) {
            return many.contains(field.name());
        }
        for (int i = 0; i < names.size(); i++) {
            if (field.is(names.get(i))) {
                return true;
            }
        }
        return false;
    }
}
