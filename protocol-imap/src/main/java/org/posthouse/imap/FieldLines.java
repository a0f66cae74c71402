package org.posthouse.imap;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * The fields of a header as its octets are, one after the other, each with its continuation lines (RFC 5322 §2.2). Lines that
 * are no fields belong to none.
 */
final class FieldLines {
    private final byte[] octets;
    private int start;
    private int nameEnd;
    private int valueStart;
    private int next;

    FieldLines(byte[] octets) {
        this.octets = octets;
    }

    /** Goes to the next field; false after the last. */
    boolean next() {
        while (next < octets.length) {
            start = next;
            next = lineEnd(start);
            if (named()) {
                while (next < octets.length && (octets[next] == ' ' || octets[next] == '\t')) {
                    next = lineEnd(next);
                }
                return true;
            }
        }
        return false;
    }

    private int lineEnd(int from) {
        for (int i = from; i < octets.length; i++) {
            if (octets[i] == '\n') {
                return i + 1;
            }
        }
        return octets.length;
    }

    private boolean named() {
        int i = start;
        while (i < next && octets[i] > ' ' && octets[i] != ':' && octets[i] != 0x7f) {
            i++;
        }
        nameEnd = i;
        while (i < next && (octets[i] == ' ' || octets[i] == '\t')) { // the obsolete space before the colon, §4.5
            i++;
        }
        valueStart = i + 1;
        return nameEnd > start && i < next && octets[i] == ':';
    }

    /** In lower case. */
    String name() {
        return new String(octets, start, nameEnd - start, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
    }

    /** Whether it has that name, given in lower case. */
    boolean is(String name) {
        if (name.length() != nameEnd - start) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            int octet = octets[start + i];
            if ((octet >= 'A' && octet <= 'Z' ? octet + 32 : octet) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Its body, unfolded; octets that are not UTF-8 as ISO-8859-1. */
    String value() {
        int from = Math.min(valueStart, next);
        var text = new String(octets, from, next - from, StandardCharsets.UTF_8);
        if (text.indexOf('\ufffd') >= 0) {
            text = new String(octets, from, next - from, StandardCharsets.ISO_8859_1);
        }
        return text.replace("\r\n", "").replace("\n", "").strip();
    }

    /** The fields that are wanted, as they are, one behind the other, and what ends them. */
    static byte[] chosen(byte[] octets, Predicate<FieldLines> wanted, byte[] ending) {
        var fields = new FieldLines(octets);
        var chosen = new byte[octets.length + ending.length];
        int length = 0;
        while (fields.next()) {
            if (wanted.test(fields)) {
                System.arraycopy(octets, fields.start, chosen, length, fields.next - fields.start);
                length += fields.next - fields.start;
            }
        }
        System.arraycopy(ending, 0, chosen, length, ending.length);
        return Arrays.copyOf(chosen, length + ending.length);
    }
}
