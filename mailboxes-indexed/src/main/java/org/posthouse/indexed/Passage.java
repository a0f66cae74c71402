package org.posthouse.indexed;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.posthouse.message.Content;

/** Goes through a content's octets once, forwards, and counts the lines on the way. */
final class Passage implements Closeable {
    private static final int LARGEST_BUFFER = 64 * 1024;
    private static final int MOST_KEPT = 4 << 20; // octets of all headers together, for messages of many parts
    private static final int LONGEST_HEADER = 1 << 20; // octets; what comes after is not kept

    private final InputStream in;
    private final byte[] buffer;
    private int next;
    private int limit;
    private long at; // of buffer[next] in the content
    private long lines;
    private int keeps = MOST_KEPT;

    Passage(Content content) throws IOException {
        in = content.open();
        buffer = new byte[Math.clamp(content.size(), 1, LARGEST_BUFFER)];
    }

    /** Line feeds passed so far. */
    long lines() {
        return lines;
    }

    /** Passes over all before {@code offset}. */
    void pass(long offset) throws IOException {
        while (at < offset && more()) {
            int n = (int) Math.min(limit - next, offset - at);
            lines += lineFeeds(next, next + n);
            next += n;
            at += n;
        }
    }

    private int lineFeeds(int from, int to) {
        int n = 0;
        for (int i = from; i < to; i++) {
            n += buffer[i] == '\n' ? 1 : 0;
        }
        return n;
    }

    /** The header that begins here; what is beyond the limits is passed over. */
    byte[] header(long end) throws IOException {
        var header = new byte[(int) Math.min(end - at, Math.min(keeps, LONGEST_HEADER))];
        keeps -= header.length;
        for (int length = 0; length < header.length && more();) {
            int n = Math.min(limit - next, header.length - length);
            System.arraycopy(buffer, next, header, length, n);
            length += n;
            pass(at + n);
        }
        pass(end);
        return header;
    }

    private boolean more() throws IOException {
        if (next == limit) {
            next = 0;
            limit = Math.max(in.read(buffer, 0, buffer.length), 0);
        }
        return next < limit;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
