package org.posthouse.mbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A buffer that is moved along octets from front to back, so that a line's beginning can be looked at as a whole. */
final class Window {
    /** What every look at a line's beginning may ask for. */
    static final int LONGEST_LOOK = 8192;

    private static final int SIZE = 128 * 1024;

    @FunctionalInterface
    private interface Source {
        /** 0 or less at the end. */
        int read(byte[] into, int from, int length) throws IOException;
    }

    private final Source source;
    private boolean ended;

    final byte[] octets;
    int from;
    int to;

    private Window(Source source, long expected) {
        this.source = source;
        this.octets = new byte[(int) Math.clamp(expected, 2 * LONGEST_LOOK, SIZE)];
    }

    static Window of(InputStream in, long expected) {
        return new Window(in::read, expected);
    }

    /** From {@code at} to {@code end} of a file, and more octets behind that. */
    static Window of(FileChannel file, long at, long end, byte[] behind) {
        var next = new long[] {at};
        return new Window((into, from, length) -> {
            int most = (int) Math.min(length, end - next[0]);
            int n = most > 0 ? file.read(ByteBuffer.wrap(into, from, most), next[0]) : next(behind, next[0] - end, into, from, length);
            next[0] += Math.max(0, n);
            return n;
        }, end - at + behind.length + 1);
    }

    private static int next(byte[] octets, long at, byte[] into, int from, int length) {
        int n = (int) Math.min(length, octets.length - at);
        System.arraycopy(octets, (int) at, into, from, n);
        return n;
    }

    /** How many octets can be seen from {@code from} on: at least this many, unless the end comes before. */
    int see(int wanted) throws IOException {
        if (to - from < wanted && !ended) {
            System.arraycopy(octets, from, octets, 0, to - from);
            to -= from;
            from = 0;
            while (to < wanted && !ended) {
                int n = source.read(octets, to, octets.length - to);
                ended = n <= 0;
                to += Math.max(0, n);
            }
        }
        return to - from;
    }

    boolean atEnd() throws IOException {
        return see(1) == 0;
    }
}
