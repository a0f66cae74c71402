package org.posthouse.indexed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Octets of an IMAP response being written (RFC 3501 §9). A string is quoted when it is short and plain, and a literal when it
 * has quotes, backslashes, controls or eight-bit octets: that way no client needs to know escapes or UTF8=ACCEPT.
 */
final class ImapText {
    private static final int LONGEST_QUOTED = 1_000; // octets; some clients read responses line by line, into bounded buffers
    private static final byte[] REPLACEMENT = "\ufffd".getBytes(StandardCharsets.UTF_8); // of NUL, which no literal may hold

    private byte[] octets;
    private int length;

    ImapText(int expected) {
        octets = new byte[expected];
    }

    int length() {
        return length;
    }

    boolean isEmpty() {
        return length == 0;
    }

    /** As a number from 0 to 255. */
    int at(int index) {
        return octets[index] & 0xff;
    }

    boolean endsWith(char c) {
        return length > 0 && octets[length - 1] == c;
    }

    void clear() {
        length = 0;
    }

    ImapText octet(int octet) {
        room(1);
        octets[length++] = (byte) octet;
        return this;
    }

    ImapText ascii(String text) {
        int n = text.length();
        room(n);
        for (int i = 0; i < n; i++) {
            octets[length + i] = (byte) text.charAt(i);
        }
        length += n;
        return this;
    }

    ImapText number(long number) {
        return ascii(Long.toString(number));
    }

    ImapText append(byte[] from, int start, int end) {
        room(end - start);
        System.arraycopy(from, start, octets, length, end - start);
        length += end - start;
        return this;
    }

    /** What {@code other} holds from {@code start} on. */
    ImapText append(ImapText other, int start) {
        return append(other.octets, start, other.length);
    }

    ImapText string(ImapText other) {
        return string(other.octets, 0, other.length);
    }

    /** NIL when there is nothing in it. */
    ImapText stringOrNil(ImapText other) {
        return other.isEmpty() ? ascii("NIL") : string(other);
    }

    /** @param text one character for each octet */
    ImapText string(String text) {
        var octets = text.getBytes(StandardCharsets.ISO_8859_1);
        return text.indexOf(0) < 0 ? string(octets, 0, octets.length) : string(new ImapText(octets.length).text(octets, 0, octets.length));
    }

    private ImapText string(byte[] from, int start, int end) {
        if (end - start <= LONGEST_QUOTED && plain(from, start, end)) {
            return octet('"').append(from, start, end).octet('"');
        }
        return octet('{').number(end - start).ascii("}\r\n").append(from, start, end);
    }

    private static boolean plain(byte[] from, int start, int end) {
        for (int i = start; i < end; i++) {
            byte c = from[i];
            if (c < ' ' && c != '\t' || c == 0x7f || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    /** A field's body as one string: without the white space around it, and unfolded (RFC 5322 §2.2.3). */
    ImapText unfolded(byte[] header, int start, int end) {
        int from = start;
        int to = end;
        while (from < to && white(header[from])) {
            from++;
        }
        while (from < to && white(header[to - 1])) {
            to--;
        }
        for (int i = from; i < to; i++) {
            if (breaks(header[i])) {
                return string(new ImapText(to - from).text(header, from, to));
            }
        }
        return string(header, from, to);
    }

    /** Adds a text's octets without line ends and NUL. */
    ImapText text(byte[] from, int start, int end) {
        int begin = start;
        for (int i = start; i < end; i++) {
            if (breaks(from[i])) {
                append(from, begin, i);
                if (from[i] == 0) {
                    append(REPLACEMENT, 0, REPLACEMENT.length);
                }
                begin = i + 1;
            }
        }
        return append(from, begin, end);
    }

    static boolean white(byte c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }

    private static boolean breaks(byte c) {
        return c == '\r' || c == '\n' || c == 0;
    }

    private void room(int more) {
        if (octets.length - length < more) {
            octets = Arrays.copyOf(octets, Math.max(length + more, 2 * octets.length));
        }
    }

    /** All of it, to be read. */
    ByteBuffer finished() {
        return ByteBuffer.wrap(octets, 0, length).slice().asReadOnlyBuffer();
    }
}
