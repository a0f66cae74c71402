package org.posthouse.smtpdelivery;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Doubles the dots that begin lines and ends the text with the lone one (RFC 5321 §4.5.2). A CR or LF that stands alone becomes
 * a line end, so that no server finds an end of its own in the text.
 */
final class DotWriter extends OutputStream {
    /** Where octets go. */
    interface Out {
        void write(byte[] octets, int from, int length) throws IOException;
    }

    private final Out out;
    private byte[] made = new byte[0];
    private int last = '\n';
    private boolean lineBegins = true;

    DotWriter(Out out) {
        this.out = out;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int from, int length) throws IOException {
        if (made.length < length * 2 + 4) {
            made = new byte[length * 2 + 4];
        }
        int n = 0;
        for (int i = from; i < from + length; i++) {
            byte octet = octets[i];
            if (last == '\r') {
                made[n++] = '\n';
                lineBegins = true;
            }
            if (octet == '\r') {
                made[n++] = '\r';
            } else if (octet == '\n') {
                if (last != '\r') {
                    made[n++] = '\r';
                    made[n++] = '\n';
                    lineBegins = true;
                }
            } else {
                if (octet == '.' && lineBegins) {
                    made[n++] = '.';
                }
                made[n++] = octet;
                lineBegins = false;
            }
            last = octet;
        }
        out.write(made, 0, n);
    }

    /** The end of the last line, if it has none, and the dot. */
    void end() throws IOException {
        var end = last == '\r' ? "\n.\r\n" : lineBegins ? ".\r\n" : "\r\n.\r\n";
        byte[] octets = end.getBytes(StandardCharsets.US_ASCII);
        out.write(octets, 0, octets.length);
    }
}
