package org.posthouse.maildir;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Gives line feeds the CR that is missing before them. */
final class LineFeeds {
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long FEEDS = '\n' * ONES;

    private LineFeeds() {}

    /**
     * Copies until one of the two is at its end.
     *
     * @param last the octet that went before: a line feed behind a CR stays as it is
     * @return the octet that went last; a CR that found the last room comes back so, with its line feed still to be taken
     */
    static byte withCr(ByteBuffer from, byte last, ByteBuffer into) {
        byte before = eights(from, last, into);
        while (from.hasRemaining() && into.hasRemaining()) {
            byte octet = from.get();
            // an inserted CR makes the next round see LF after CR, also when this was the last room
            before = octet == '\n' && before != '\r' ? (byte) '\r' : octet;
            if (before != octet) {
                from.position(from.position() - 1);
            }
            into.put(before);
        }
        return before;
    }

    /** Eight at a time as long as no line ends in them, which is what the processor can guess. */
    private static byte eights(ByteBuffer from, byte last, ByteBuffer into) {
        var source = from.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        var target = into.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int start = from.position();
        int lastIn = from.limit() - Long.BYTES;
        int lastOut = into.limit() - Long.BYTES - 1;
        int in = start;
        int out = into.position();
        while (in <= lastIn && out <= lastOut) {
            long eight = source.getLong(in);
            target.putLong(out, eight);
            long other = eight ^ FEEDS;
            long feeds = other - ONES & ~other & HIGH_BITS; // the lowest bit is right, those above need not be
            if (feeds == 0) {
                in += Long.BYTES;
                out += Long.BYTES;
                continue;
            }
            int plain = Long.numberOfTrailingZeros(feeds) / Byte.SIZE;
            in += plain;
            out += plain;
            if ((in == start ? last : source.get(in - 1)) != '\r') {
                target.put(out++, (byte) '\r');
            }
            target.put(out++, (byte) '\n');
            in++;
        }
        from.position(in);
        into.position(out);
        return in == start ? last : source.get(in - 1);
    }
}
