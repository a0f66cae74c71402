package org.posthouse.message;

import java.io.IOException;
import java.io.InputStream;

/**
 * A stream cut into lines with their places, in one buffer of fixed size: a line that does not fit comes in several pieces.
 * A line ends with LF, the CR before it is part of its end; a CR elsewhere is an octet like any other.
 */
final class Lines {
    static final int PIECE = 16 * 1024;

    private final InputStream in;
    private final byte[] buffer;
    private long base; // of buffer[0] in the stream
    private int from;
    private int to; // of the piece, without its line end
    private int next; // first octet after the piece and its line end
    private int limit; // of what is in the buffer
    private boolean begins;
    private boolean ends = true;
    private int breakBefore;

    Lines(InputStream in) {
        this(in, PIECE);
    }

    /** @param size of the stream, when it is known: for a small one a small buffer does */
    Lines(InputStream in, long size) {
        this.in = in;
        this.buffer = new byte[Math.clamp(size + 1, 1, PIECE)];
    }

    /** Goes to the next piece; false at the end, when {@link #offset} is the stream's length. */
    boolean next() throws IOException {
        begins = ends;
        breakBefore = begins ? next - to : 0;
        from = next;
        int lineFeed = find(from);
        while (lineFeed < 0 && limit - from < buffer.length) {
            int searched = limit - from;
            if (!more()) {
                to = next = limit;
                ends = true;
                return from < limit;
            }
            lineFeed = find(from + searched);
        }
        ends = lineFeed >= 0;
        to = ends ? lineFeed : limit;
        if (to > from && buffer[to - 1] == '\r') {
            to--; // of a piece without line end the CR is kept back: its LF may come yet
        }
        next = ends ? lineFeed + 1 : to;
        return true;
    }

    private int find(int index) {
        for (int i = index; i < limit; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private boolean more() throws IOException {
        if (limit == buffer.length) {
            System.arraycopy(buffer, from, buffer, 0, limit - from);
            base += from;
            limit -= from;
            from = 0;
        }
        int n = in.read(buffer, limit, buffer.length - limit);
        limit += Math.max(n, 0);
        return n >= 0;
    }

    /** Where the piece begins in the stream. */
    long offset() {
        return base + from;
    }

    /** Where the next piece begins. */
    long nextOffset() {
        return base + next;
    }

    /** Whether the piece is the first of its line. */
    boolean begins() {
        return begins;
    }

    /** Whether it is the last of its line. */
    boolean ends() {
        return ends;
    }

    /** How many octets the end of the line before this one has: 2, 1 or, before the first, 0. */
    int breakBefore() {
        return breakBefore;
    }

    byte[] buffer() {
        return buffer;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    int length() {
        return to - from;
    }
}
