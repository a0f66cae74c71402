package org.posthouse.imap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Gathers many responses for one write. One that has been begun can be taken back as long as nothing of it has left; after that
 * there is no honest way to go on but to close the connection.
 */
final class Responses {
    private static final int FIRST = 8 * 1024;
    private static final int MOST = 256 * 1024;

    private final Output out;
    private final Pace pace = new Pace();
    private byte[] buffer = new byte[FIRST];
    private int length;
    private int begun; // where the response that was begun is; -1 when some of it has left

    Responses(Output out) {
        this.out = out;
    }

    /** What comes next is a new response. */
    void begin() {
        begun = length;
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
        length = begun;
    }

    Responses text(String ascii) throws Gone {
        int n = ascii.length();
        room(n);
        for (int i = 0; i < n; i++) {
            buffer[length + i] = (byte) ascii.charAt(i);
        }
        length += n;
        return this;
    }

    Responses octets(byte[] octets, int from, int n) throws Gone {
        room(n);
        if (n > buffer.length) {
            send();
            out.octets(octets, from, n);
            return this;
        }
        System.arraycopy(octets, from, buffer, length, n);
        length += n;
        return this;
    }

    /** What remains in it; its position stays. */
    Responses octets(ByteBuffer octets) throws Gone {
        int n = octets.remaining();
        if (n > MOST) {
            var copy = new byte[n];
            octets.get(octets.position(), copy);
            return octets(copy, 0, n);
        }
        room(n);
        octets.get(octets.position(), buffer, length, n);
        length += n;
        return this;
    }

    Responses number(long number) throws Gone {
        room(20);
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int i = length + digits - 1; i >= length; i--) {
            buffer[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
        return this;
    }

    /** Grows up to the most, and no further for what is larger alone. */
    private void room(int more) throws Gone {
        if (length + more > MOST) {
            send();
        }
        if (length + more > buffer.length && length + more <= MOST) {
            int size = buffer.length;
            while (size < length + more) {
                size *= 4;
            }
            buffer = Arrays.copyOf(buffer, Math.min(size, MOST));
        }
    }

    /** Hands on all that was gathered. */
    void send() throws Gone {
        if (length > 0) {
            out.octets(buffer, 0, length);
            pace.went(length);
            begun = -1;
            length = 0;
        }
    }
}
