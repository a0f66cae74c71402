package org.posthouse.imap;

import java.util.ArrayList;
import org.posthouse.imap.MessageSet.Span;
import org.posthouse.mailbox.UidSet;

/** Reads the sets of messages that commands name (RFC 3501 §9, sequence-set; RFC 5182 §2.1). */
final class SetParser {
    private final CommandText text;

    SetParser(CommandText text) {
        this.text = text;
    }

    MessageSet set() throws Rejection {
        return text.took('$') ? new MessageSet.Saved() : new MessageSet.Spans(spans());
    }

    private ArrayList<Span> spans() throws Rejection {
        var spans = new ArrayList<Span>();
        do {
            long one = end();
            spans.add(new Span(one, text.took(':') ? end() : one));
        } while (text.took(','));
        return spans;
    }

    private long end() throws Rejection {
        return text.took('*') ? MessageSet.STAR : text.positive();
    }

    /** A set without {@code *}. */
    UidSet known() throws Rejection {
        var ranges = new ArrayList<UidSet.Range>();
        for (var span : spans()) {
            if (span.one() == MessageSet.STAR || span.other() == MessageSet.STAR) {
                throw new Rejection("'*' means nothing here");
            }
            ranges.add(new UidSet.Range(Math.min(span.one(), span.other()), Math.max(span.one(), span.other())));
        }
        return UidSet.ofRanges(ranges);
    }
}
