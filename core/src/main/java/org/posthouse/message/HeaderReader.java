package org.posthouse.message;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects the fields of one header, line by line (RFC 5322 §2.2, with the obsolete space before the colon). A line that is
 * neither a field nor its continuation ends the header: the body begins with it.
 */
final class HeaderReader {
    static final int MOST_OCTETS = 1 << 20; // of one header; real ones stay under 100 KB
    static final int MOST_OCTETS_IN_ALL = 4 << 20; // of all headers of a message, for messages of many parts
    static final int MOST_FIELDS_IN_ALL = 50_000; // a field of four octets costs about 150 in memory

    /** What became of a line. */
    enum Line { TAKEN, END, BODY }

    /** What all headers of one message may still take. */
    static final class Budget {
        private int octets = MOST_OCTETS_IN_ALL;
        private int fields = MOST_FIELDS_IN_ALL;
    }

    private final Budget budget;
    private final List<Headers.Field> fields = new ArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    private String name = ""; // of the field being read
    private int octets;
    private boolean whole = true;
    private boolean reading; // a field, kept or not
    private Optional<ContentType> type = Optional.empty();

    HeaderReader(Budget budget) {
        this.budget = budget;
    }

    Line take(Lines line) {
        if (line.begins()) {
            if (line.length() == 0) {
                return Line.END;
            }
            byte first = line.buffer()[line.from()];
            int named = FieldText.nameLength(line.buffer(), line.from(), line.to());
            boolean continues = reading && (first == ' ' || first == '\t');
            if (!continues && named == 0) {
                return isMboxLine(line) ? Line.TAKEN : Line.BODY;
            }
            if (!continues) {
                finishField();
                begin(line, named);
                return Line.TAKEN;
            }
        }
        append(line, line.from());
        return Line.TAKEN;
    }

    /** The separator of mbox files, which some programs leave in front of a message. */
    private boolean isMboxLine(Lines line) {
        var begin = new String(line.buffer(), line.from(), Math.min(6, line.length()), StandardCharsets.ISO_8859_1);
        return !reading && fields.isEmpty() && (begin.startsWith("From ") || begin.equals(">From "));
    }

    private void begin(Lines line, int named) {
        reading = true;
        if (!whole || fields.size() == Headers.MOST_FIELDS || budget.fields == 0) {
            whole = false;
            return;
        }
        name = new String(line.buffer(), line.from(), named, StandardCharsets.US_ASCII);
        int colon = line.from() + named;
        while (line.buffer()[colon] != ':') {
            colon++;
        }
        append(line, colon + 1);
    }

    /** From {@code from} to the end of the piece, when there is room. */
    private void append(Lines line, int from) {
        if (!whole) {
            return;
        }
        octets += line.length();
        budget.octets -= line.length();
        whole = octets <= MOST_OCTETS && budget.octets >= 0;
        body.write(line.buffer(), from, line.to() - from);
    }

    private void finishField() {
        if (reading && whole) {
            byte[] raw = body.toByteArray();
            fields.add(new Headers.Field(name, FieldText.decoded(raw).strip()));
            budget.fields--;
            if (type.isEmpty() && name.equalsIgnoreCase("content-type")) {
                whole = raw.length <= ContentType.LONGEST_FIELD;
                type = whole ? ContentType.parse(raw) : type;
            }
        }
        body.reset();
    }

    /** The fields kept; the header has ended. */
    Headers finish() {
        finishField();
        reading = false;
        return new Headers(fields);
    }

    /** Whether all was kept and read; otherwise what the part is cannot be told for sure. */
    boolean whole() {
        return whole;
    }

    /** The first Content-Type field's; empty when there is none or it is not understood. */
    Optional<ContentType> contentType() {
        return type;
    }
}
