package org.posthouse.imap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Octets 0, which no literal may hold (RFC 3501 §9, CHAR8). In their place goes 0x80, as other servers do it. */
final class ZeroOctets {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private ZeroOctets() {}

    /** Eight octets at a time, for there are hardly ever any. */
    static void replace(byte[] octets, int length) {
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            long eight = (long) LONG.get(octets, i);
            if ((eight - ONES & ~eight & HIGH_BITS) != 0) {
                replace(octets, i, i + Long.BYTES);
            }
        }
        replace(octets, i, length);
    }

    private static void replace(byte[] octets, int from, int to) {
        for (int i = from; i < to; i++) {
            if (octets[i] == 0) {
                octets[i] = (byte) 0x80;
            }
        }
    }
}
