package org.posthouse.imap;

import java.nio.ByteBuffer;

/** Octets 0, which no literal may hold (RFC 3501 §9, CHAR8). In their place goes 0x80, as other servers do it. */
final class ZeroOctets {
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private ZeroOctets() {}

    /** Eight octets at a time, for there are hardly ever any. */
    static void replace(ByteBuffer octets, int from, int to) {
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long eight = octets.getLong(i);
            if ((eight - ONES & ~eight & HIGH_BITS) != 0) {
                replaceEach(octets, i, i + Long.BYTES);
            }
        }
        replaceEach(octets, i, to);
    }

    private static void replaceEach(ByteBuffer octets, int from, int to) {
        for (int i = from; i < to; i++) {
            if (octets.get(i) == 0) {
                octets.put(i, (byte) 0x80);
            }
        }
    }
}
