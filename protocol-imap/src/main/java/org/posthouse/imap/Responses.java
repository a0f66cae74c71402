package org.posthouse.imap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Gathers many responses for one write. One that has been begun can be taken back as long as nothing of it has left; after that
 * there is no honest way to go on but to close the connection.
 */
final class Responses implements AutoCloseable {
    private final Output out;
    private final Pace pace = new Pace();
    private final Rooms rooms;
    private final ByteBuffer buffer;
    private int begun; // where the response that was begun is; -1 when some of it has left
    private boolean lost; // a write has failed

    Responses(Output out, Rooms rooms) {
        this.out = out;
        this.rooms = rooms;
        this.buffer = rooms.take();
    }

    /** What comes next is a new response. */
    void begin() {
        begun = buffer.position();
    }

    /**
     * Drops the response that was begun.
     *
     * @throws Gone when some of it has left
     */
    void takeBack(IOException why) throws Gone {
        if (begun < 0) {
            throw new Gone(why);
        }
        buffer.position(begun);
    }

    Responses text(String ascii) throws Gone {
        if (room(ascii.length()).remaining() < ascii.length()) {
            return octets(ByteBuffer.wrap(ascii.getBytes(StandardCharsets.US_ASCII)));
        }
        int at = buffer.position();
        for (int i = 0; i < ascii.length(); i++) {
            buffer.put(at + i, (byte) ascii.charAt(i));
        }
        buffer.position(at + ascii.length());
        return this;
    }

    Responses octets(byte[] octets, int from, int n) throws Gone {
        return octets(ByteBuffer.wrap(octets, from, n));
    }

    /** What remains in it; its position stays. */
    Responses octets(ByteBuffer octets) throws Gone {
        int at = octets.position();
        for (int left = octets.remaining(); left > 0;) {
            int n = Math.min(left, room(left).remaining());
            buffer.put(buffer.position(), octets, at, n);
            buffer.position(buffer.position() + n);
            at += n;
            left -= n;
        }
        return this;
    }

    Responses number(long number) throws Gone {
        return text(Long.toString(number));
    }

    /** To be filled with that much, or as much as fits: all of it where that is little, so that a small message is read at once. */
    ByteBuffer room(int wanted) throws Gone {
        if (buffer.remaining() < Math.min(wanted, buffer.capacity() / 4)) {
            send();
        }
        return buffer;
    }

    /** Hands on all that was gathered. */
    void send() throws Gone {
        if (buffer.position() > 0) {
            int length = buffer.position();
            lost = true;
            out.octets(buffer.flip());
            lost = false;
            begun = -1;
            buffer.clear();
            pace.went(length);
        }
    }

    /** Sends what is left. */
    @Override
    public void close() throws Gone {
        try {
            if (!lost) {
                send();
            }
        } finally {
            if (lost) {
                rooms.lose(buffer);
            } else {
                rooms.giveBack(buffer);
            }
        }
    }
}
