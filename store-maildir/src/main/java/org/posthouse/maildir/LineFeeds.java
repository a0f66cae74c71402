package org.posthouse.maildir;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Fills an array with octets whose line feeds get the CR that is missing before them. */
final class LineFeeds {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long FEEDS = '\n' * ONES;

    private final byte[] into;
    private final int length;
    private int filled;
    private byte last;

    /** @param last the octet that went before: a line feed behind a CR stays as it is */
    LineFeeds(byte last, byte[] into, int length) {
        this.last = last;
        this.into = into;
        this.length = length;
    }

    int room() {
        return length - filled;
    }

    /** What went last; a CR that found the last room, with its line feed still to be taken. */
    byte last() {
        return last;
    }

    /** How many of these were taken, as far as there was room. */
    int take(byte[] from, int count) {
        int taken = takeEights(from, count);
        while (taken < count && filled < length) {
            byte octet = from[taken];
            // an inserted CR makes the next round see LF after CR, also when this was the last room
            last = octet == '\n' && last != '\r' ? (byte) '\r' : octet;
            taken += last == octet ? 1 : 0;
            into[filled++] = last;
        }
        return taken;
    }

    /** Eight at a time as long as no line ends in them. */
    private int takeEights(byte[] from, int count) {
        int in = 0;
        int out = filled;
        byte before = last;
        while (in <= count - Long.BYTES && out < length - Long.BYTES) {
            long eight = (long) LONG.get(from, in);
            LONG.set(into, out, eight);
            long other = eight ^ FEEDS;
            long feeds = other - ONES & ~other & HIGH_BITS; // the lowest bit is right, those above need not be
            int plain = Long.numberOfTrailingZeros(feeds) / Byte.SIZE;
            in += plain;
            out += plain;
            if (plain < Long.BYTES) {
                before = in > 0 ? from[in - 1] : before;
                if (before != '\r') {
                    into[out++] = '\r';
                }
                into[out++] = '\n';
                in++;
            }
        }
        last = in > 0 ? from[in - 1] : before;
        filled = out;
        return in;
    }
}
