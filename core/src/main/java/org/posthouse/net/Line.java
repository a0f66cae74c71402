package org.posthouse.net;

import java.nio.charset.StandardCharsets;

/** A line of input without its end, and how it ended. */
public record Line(byte[] octets, Ending ending) {
    /**
     * LF is a bare line feed, TOO_LONG a line whose octets were dropped but for its end, END the end of the stream (octets may be
     * a rest).
     */
    public enum Ending { CRLF, LF, TOO_LONG, END }

    /** Octet for octet; NUL and 8-bit octets are kept for the caller to judge. */
    public String latin1() {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    /** As UTF-8; ill-formed sequences become U+FFFD. */
    public String utf8() {
        return new String(octets, StandardCharsets.UTF_8);
    }
}
