package org.posthouse.imap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.posthouse.net.Connection;

/** The octets of one literal, straight from the connection; no more of them. Throws {@link Gone} when the client does not send them. */
final class LiteralInput extends InputStream {
    private final Connection client;
    private long left;

    LiteralInput(Connection client, long octets) {
        this.client = client;
        this.left = octets;
    }

    /** Octets that were not read. */
    long left() {
        return left;
    }

    @Override
    public int read() throws Gone {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws Gone {
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        var input = input();
        int n = (int) Math.min(Math.min(length, left), input.remaining());
        input.get(into, from, n);
        left -= n;
        return n;
    }

    private ByteBuffer input() throws Gone {
        try {
            var input = client.input();
            if (input.hasRemaining()) {
                return input;
            }
        } catch (IOException e) {
            throw new Gone(e);
        }
        throw new Gone("the client left in the middle of a literal");
    }
}
