package org.posthouse.imap;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.posthouse.imap.FetchItem.Text.Fields;
import org.posthouse.imap.FetchItem.Text.Which;
import org.posthouse.mailbox.Digest;

/** Which fields of a header a client wants to have. */
record FieldChoice(Which which, List<String> names) implements Predicate<FieldLines> {
    FieldChoice(Fields fields) {
        this(fields.which(), fields.names().stream().map(name -> name.toLowerCase(Locale.ROOT)).toList());
    }

    /** Whether those of a message are in its digest. */
    boolean kept() {
        return which == Which.THESE && Digest.FIELDS.containsAll(names);
    }

    @Override
    public boolean test(FieldLines field) {
        return named(field) == (which == Which.THESE);
    }

    private boolean named(FieldLines field) {
        for (int i = 0; i < names.size(); i++) {
            if (field.is(names.get(i))) {
                return true;
            }
        }
        return false;
    }
}
