package org.posthouse.mbox;

import java.time.Instant;
import java.util.OptionalLong;
import org.posthouse.mailbox.Store.Entry;

/**
 * Where a message lies in its file.
 * <pre>
 * start    From_ line
 * header   header, with our lines
 * body     behind the header's blank line, or where the first line is that is none of a header
 * textEnd  where readers' octets end: the blank line that belongs to the file, or what is no text of a message that says its length.
 *          Of one that is bare the last line end is not given out; where the file ends without one, it is
 * end      the next message, or the end of the file
 * </pre>
 *
 * @param base    what its key is made from: the same for two messages only if they are the same
 * @param marked  whether lines of its text that begin with marks and From have one to be taken away
 * @param pseudo  c-client's first message, which nobody is to see
 */
record Message(String key, String base, long start, long header, long body, long textEnd, long end, Marks marks, boolean marked,
        boolean pseudo, Instant received, long size) {

    Message withKey(String now) {
        return new Message(now, base, start, header, body, textEnd, end, marks, marked, pseudo, received, size);
    }

    /** The same message elsewhere, its header that much longer, with other marks. */
    Message moved(long by, long longer, Marks now) {
        return new Message(key, base, start + by, header + by, body + by + longer, textEnd + by + longer, end + by + longer, now, marked,
                pseudo, received, size);
    }

    Message withEnd(long now) {
        return new Message(key, base, start, header, body, textEnd, now, marks, marked, pseudo, received, size);
    }

    Message withUid(long uid) {
        return new Message(key, base, start, header, body, textEnd, end, marks.withUid(uid), marked, pseudo, received, size);
    }

    Entry entry() {
        return new Entry(key, marks.uid() == 0 ? OptionalLong.empty() : OptionalLong.of(marks.uid()), marks.flags(), received, size);
    }
}
