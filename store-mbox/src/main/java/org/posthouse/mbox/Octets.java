package org.posthouse.mbox;

import java.io.IOException;
import java.io.InputStream;

/** A message of an mbox as a stream. */
final class Octets extends InputStream {
    @FunctionalInterface
    interface From {
        /** As much as fits from that offset; 0 at the end. */
        int read(long offset, byte[] into) throws IOException;
    }

    private static final int PIECE = 64 * 1024;

    private final From from;
    private final byte[] piece = new byte[PIECE];
    private long offset;
    private int at;
    private int end;

    Octets(From from) {
        this.from = from;
    }

    private boolean more() throws IOException {
        if (at == end) {
            end = from.read(offset, piece);
            offset += end;
            at = 0;
        }
        return at < end;
    }

    @Override
    public int read() throws IOException {
        return more() ? piece[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int to, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!more()) {
            return -1;
        }
        int n = Math.min(length, end - at);
        System.arraycopy(piece, at, into, to, n);
        at += n;
        return n;
    }
}
