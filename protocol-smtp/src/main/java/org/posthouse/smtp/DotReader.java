package org.posthouse.smtp;

import java.io.EOFException;
import java.io.IOException;
import org.posthouse.net.Connection;

/**
 * Reads message text up to the lone dot and removes the doubled dots (RFC 5321 §4.5.2). Only CR LF . CR LF ends it: a line
 * begins after CR LF and nowhere else, so no other server's idea of a line end can smuggle a second message in.
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
            // one octet in may give two out: the CR that was held back after a dot
            while (in.hasRemaining() && to < from + length - 1 && at != At.END) {
                to = take(in.get(), into, to);
            }
        }
        return to == from ? -1 : to - from;
    }

    private int take(byte octet, byte[] into, int to) {
        switch (at) {
            case LINE_START -> {
                if (octet == '.') {
                    at = At.DOT;
                    return to;
                }
            }
            case DOT -> {
                if (octet == '\r') {
                    at = At.DOT_CR;
                    return to;
                }
            }
            case DOT_CR -> {
                if (octet == '\n') {
                    at = At.END;
                    return to;
                }
                into[to] = '\r';
                return put(octet, into, to + 1);
            }
            case CR -> {
                if (octet == '\n') {
                    into[to] = octet;
                    at = At.LINE_START;
                    return to + 1;
                }
            }
            case TEXT, END -> { }
        }
        return put(octet, into, to);
    }

    private int put(byte octet, byte[] into, int to) {
        into[to] = octet;
        at = octet == '\r' ? At.CR : At.TEXT;
        return to + 1;
    }
}
