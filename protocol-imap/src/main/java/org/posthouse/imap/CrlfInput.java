package org.posthouse.imap;

import java.io.IOException;
import java.io.InputStream;

/** Octets with a CR before every LF that has none: mail has CRLF line ends (RFC 5322 §2.1), whatever a client appends. */
final class CrlfInput extends InputStream {
    private static final int AT_ONCE = 16 << 10;

    private final InputStream in;
    private final byte[] raw = new byte[AT_ONCE];
    private int at;
    private int end;
    private int last = -1; // the octet given out last

    CrlfInput(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (at == end) {
            at = 0;
            end = Math.max(0, in.read(raw));
            if (end == 0) {
                return -1;
            }
        }
        int to = from;
        while (at < end && to < from + length) {
            int octet = raw[at] == '\n' && last != '\r' ? '\r' : raw[at++];
            into[to++] = (byte) octet;
            last = octet;
        }
        return to - from;
    }
}
