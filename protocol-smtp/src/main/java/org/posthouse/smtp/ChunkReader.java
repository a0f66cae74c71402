package org.posthouse.smtp;

import java.io.EOFException;
import java.io.IOException;
import org.posthouse.net.Connection;

/** Reads message text out of one BDAT after the other, up to the one marked LAST (RFC 3030 §2). */
final class ChunkReader implements Framing {
    /** Answers the chunk that was read and waits for the next; throws when there will be none. */
    interface Source {
        Command.Bdat after(Command.Bdat chunk) throws IOException;
    }

    private final Connection connection;
    private final Source source;
    private Command.Bdat chunk;
    private long left;

    ChunkReader(Connection connection, Command.Bdat first, Source source) {
        this.connection = connection;
        this.source = source;
        chunk = first;
        left = first.octets();
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        while (left == 0) {
            if (chunk.last()) {
                return -1;
            }
            chunk = source.after(chunk);
            left = chunk.octets();
        }
        return readHere(into, from, length);
    }

    private int readHere(byte[] into, int from, int length) throws IOException {
        var in = connection.input();
        int octets = (int) Math.min(Math.min(length, in.remaining()), left);
        if (octets == 0) {
            throw new EOFException("the client ended its stream in a chunk");
        }
        in.get(into, from, octets);
        left -= octets;
        return octets;
    }

    /** The rest of this chunk; the next is a command of its own. */
    @Override
    public Framing remainder() {
        return (into, from, length) -> left == 0 ? -1 : readHere(into, from, length);
    }
}
