package org.posthouse.message;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * A message's octets, fetched piece by piece, so that a swap of the bundle that has them may come between. It ends only after exactly as many octets as the message was announced with
 * (POP3 and IMAP clients were told that number); more or fewer is an IOException.
 */
public final class PieceInput extends InputStream {
    public static final int LARGEST_PIECE = 256 * 1024;

    /** Fetches one piece: as much as fits, 0 at the end. */
    @FunctionalInterface
    public interface Source {
        int read(long offset, byte[] into) throws IOException;
    }

    private final String name;
    private final long sizeOctets;
    private final Source source;
    private byte[] piece = {};
    private int next;
    private int end;
    private long fetched;
    private boolean atEnd;

    /** @param name what the message is called when it is not as long as it should be */
    public PieceInput(String name, long sizeOctets, Source source) {
        this.name = name;
        this.sizeOctets = sizeOctets;
        this.source = source;
    }

    @Override
    public int read() throws IOException {
        return more() ? piece[next++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (!more()) {
            return -1;
        }
        int n = Math.min(length, end - next);
        System.arraycopy(piece, next, into, from, n);
        next += n;
        return n;
    }

    @Override
    public int available() {
        return end - next;
    }

    private boolean more() throws IOException {
        if (next == end && !atEnd) {
            fetch();
        }
        return next < end;
    }

    /** Asks for one octet more than should come: a small message needs one call, which also shows that it is not longer. */
    private void fetch() throws IOException {
        int wanted = (int) Math.min(sizeOctets - fetched + 1, LARGEST_PIECE);
        if (piece.length < wanted) {
            piece = new byte[wanted];
        }
        end = source.read(fetched, piece);
        next = 0;
        fetched += end;
        atEnd = end == 0 || fetched == sizeOctets && end < piece.length;
        if (fetched > sizeOctets || atEnd && fetched < sizeOctets) {
            end = 0;
            atEnd = false;
            throw new IOException("message " + name + " should have " + sizeOctets + " octets, not " + fetched);
        }
    }
}
