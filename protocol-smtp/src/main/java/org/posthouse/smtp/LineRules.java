package org.posthouse.smtp;

import java.util.Optional;
import org.posthouse.message.Status;

/**
 * What a message's text must keep to: lines end with CR LF and neither comes alone (RFC 5321 §2.3.8), no NUL (RFC 5322
 * §4.1, and IMAP could not show it), no line and no message too long. The first rule broken is remembered.
 */
final class LineRules {
    /** All of it in lines, or only the header (RFC 3030 §3). */
    enum Form { LINES, BINARY }

    private static final Status BARE = new Status("5.6.0", "Bare carriage return or line feed in the message; lines end with CR LF");
    private static final Status NUL = new Status("5.6.0", "NUL octet in the message");
    private static final Status LONG_LINE = new Status("5.6.0", "Line too long in the message");
    private static final Status TOO_BIG = new Status("5.3.4", "Message too big");

    private final long maxLineOctets;
    private final long maxSizeOctets;
    private final Form form;
    private long sizeOctets;
    private long lineOctets;
    private boolean afterCr;
    private boolean free;
    private Optional<Status> fault = Optional.empty();

    LineRules(long maxLineOctets, long maxSizeOctets, Form form) {
        this.maxLineOctets = maxLineOctets;
        this.maxSizeOctets = maxSizeOctets;
        this.form = form;
    }

    Optional<Status> fault() {
        return fault;
    }

    void check(byte[] octets, int from, int length) {
        sizeOctets += length;
        if (sizeOctets > maxSizeOctets) {
            broken(TOO_BIG);
        }
        int i = from;
        while (i < from + length && fault.isEmpty() && !free) {
            int plain = afterCr ? 0 : plain(octets, i, from + length);
            lineOctets += plain;
            i += plain;
            if (i < from + length) {
                check(octets[i++]);
            } else if (lineOctets > maxLineOctets) {
                broken(LONG_LINE);
            }
        }
    }

    /** How many octets from there on can be neither CR, LF nor NUL: most of them, looked at quickly. */
    private static int plain(byte[] octets, int from, int to) {
        int i = from;
        while (i < to && (octets[i] > '\r' || octets[i] < 0)) {
            i++;
        }
        return i - from;
    }

    private void check(byte octet) {
        lineOctets++;
        if (afterCr != (octet == '\n')) {
            broken(BARE);
        } else if (octet == 0) {
            broken(NUL);
        } else if (lineOctets > maxLineOctets) { // RFC 5321 §4.5.3.1.6
            broken(LONG_LINE);
        }
        afterCr = octet == '\r';
        if (octet == '\n') {
            free = form == Form.BINARY && lineOctets == 2;
            lineOctets = 0;
        }
    }

    void end() {
        if (afterCr) {
            broken(BARE);
        }
    }

    private void broken(Status rule) {
        if (fault.isEmpty()) {
            fault = Optional.of(rule);
        }
    }
}
