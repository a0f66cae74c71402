package org.posthouse.smtp;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.posthouse.net.Connection;

/**
 * Reads message text up to the lone dot and removes the doubled dots (RFC 5321 §4.5.2). Only CR LF . CR LF ends it: a line
 * begins after CR LF and nowhere else, so no other server's idea of a line end can smuggle a second message in. Bare CR and
 * LF are passed on as they are, for {@link LineRules} to refuse.
 */
final class DotReader implements Framing {
    private enum At { LINE_START, TEXT, CR, DOT, DOT_CR, END }

    private final Connection connection;
    private At at = At.LINE_START; // the CR LF of the DATA line counts

    DotReader(Connection connection) {
        this.connection = connection;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int to = from;
        while (to == from && at != At.END) {
            var in = connection.input();
            if (!in.hasRemaining()) {
                throw new EOFException("the client ended its stream in the message");
            }
            while (in.hasRemaining() && to < from + length && at != At.END) {
                to = at == At.TEXT ? takeText(in, into, to, from + length) : take(in, into, to);
            }
        }
        return to == from ? -1 : to - from;
    }

    /** Within a line: takes all up to its end at once. */
    private int takeText(ByteBuffer in, byte[] into, int to, int end) {
        int first = in.position();
        int most = Math.min(in.remaining(), end - to);
        int count = 0;
        while (count < most && in.get(first + count) != '\r') {
            count++;
        }
        in.get(into, to, count);
        return count > 0 ? to + count : take(in, into, to);
    }

    /** Takes one octet and puts at most one. */
    private int take(ByteBuffer in, byte[] into, int to) {
        byte octet = in.get();
        if (at == At.LINE_START && octet == '.') {
            at = At.DOT;
            return to;
        }
        if (at == At.DOT && octet == '\r') {
            at = At.DOT_CR;
            return to;
        }
        if (at == At.DOT_CR && octet == '\n') {
            at = At.END;
            return to;
        }
        if (at == At.DOT_CR) {
            in.position(in.position() - 1); // the CR held back was text after all, and bare
            octet = '\r';
        }
        into[to] = octet;
        at = switch (octet) {
            case '\r' -> At.CR;
            case '\n' -> at == At.CR ? At.LINE_START : At.TEXT;
            default -> At.TEXT;
        };
        return to + 1;
    }
}
