package org.posthouse.message;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Goes through the fields of a header as octets (RFC 5322 §2.2), cut where {@link Headers} are cut: a field ends where a line
 * begins that does not continue it, and a line that is neither ends the header. Starts before the first field.
 */
public final class RawFields {
    private static final int MBOX = 6; // octets that tell the separator line of mbox files

    private final byte[] header;
    private int start;
    private int named;
    private int body;
    private int end;

    public RawFields(byte[] header) {
        this.header = header;
    }

    /** Goes to the next field; false when there is none. */
    public boolean next() {
        boolean first = end == 0;
        start = end;
        int line = lineEnd(start);
        named = FieldText.nameLength(header, start, line);
        while (first && named == 0 && start < header.length && isMboxLine()) {
            start = line;
            line = lineEnd(start);
            named = FieldText.nameLength(header, start, line);
        }
        if (named == 0) {
            return false;
        }
        body = start + named;
        while (header[body] != ':') {
            body++;
        }
        body++;
        while (line < header.length && (header[line] == ' ' || header[line] == '\t')) {
            line = lineEnd(line);
        }
        end = line;
        return true;
    }

    private int lineEnd(int from) {
        int i = from;
        while (i < header.length && header[i] != '\n') {
            i++;
        }
        return Math.min(i + 1, header.length);
    }

    /** The separator of mbox files, which some programs leave in front of a message. */
    private boolean isMboxLine() {
        var begin = new String(header, start, Math.min(MBOX, header.length - start), StandardCharsets.ISO_8859_1);
        return begin.startsWith("From ") || begin.equals(">From ");
    }

    /** In lower case. */
    public String name() {
        return new String(header, start, named, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    }

    /** Whether it has that name, given in lower case. */
    public boolean is(String name) {
        if (name.length() != named) {
            return false;
        }
        for (int i = 0; i < named; i++) {
            int octet = header[start + i];
            if ((octet >= 'A' && octet <= 'Z' ? octet + 32 : octet) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The first octet of the field. */
    public int start() {
        return start;
    }

    /** The octet after its colon. */
    public int body() {
        return body;
    }

    /** The octet after its last line end. */
    public int end() {
        return end;
    }
}
