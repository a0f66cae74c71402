package org.posthouse.pop3;

import java.io.IOException;
import org.posthouse.net.Connection;

/**
 * Sends a message piece by piece, with a dot more in front of lines that begin with one, and the lone dot at its end
 * (RFC 1939 §3); the whole of it, or its header and so many lines of its body (§7, TOP).
 */
final class MessageWriter {
    private static final byte[] DOT = {'.'};

    private final Connection client;
    private long bodyLinesLeft;
    private boolean inHeader = true;
    private boolean lineIsEmpty = true;
    private boolean atLineStart = true;

    private MessageWriter(Connection client, long bodyLines) {
        this.client = client;
        this.bodyLinesLeft = bodyLines;
    }

    static MessageWriter whole(Connection client) {
        return new MessageWriter(client, Long.MAX_VALUE);
    }

    static MessageWriter top(Connection client, long bodyLines) {
        return new MessageWriter(client, bodyLines);
    }

    /** False once nothing more is wanted. */
    boolean write(byte[] piece, int length) throws IOException {
        int sent = 0;
        for (int at = 0; at < length; at++) {
            if (atLineStart && !inHeader && bodyLinesLeft-- == 0) {
                client.write(piece, sent, at - sent);
                return false;
            }
            if (atLineStart && piece[at] == '.') {
                client.write(piece, sent, at - sent);
                client.write(DOT);
                sent = at;
            }
            see(piece[at]);
        }
        client.write(piece, sent, length - sent);
        return true;
    }

    private void see(byte octet) {
        atLineStart = octet == '\n';
        if (atLineStart) {
            inHeader &= !lineIsEmpty;
            lineIsEmpty = true;
        } else if (octet != '\r') {
            lineIsEmpty = false;
        }
    }

    /** A text without an end of its last line gets one. */
    void end() throws IOException {
        client.write(atLineStart ? ".\r\n" : "\r\n.\r\n");
    }
}
