package org.posthouse.mbox;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/** What a line in a message's header is. */
enum LineKind {
    /** A field of the message. */
    FIELD,
    /** One that mbox programs keep for themselves; readers of the message do not see it. */
    OURS,
    /** What continues the field before (RFC 5322 §2.2.3). */
    FOLD,
    /** The header's end. */
    BLANK,
    /** No header line: the body begins here. */
    TEXT;

    private static final int LONGEST_NAME = 998; // RFC 5322 §2.1.1

    /** {@code X-IMAP} stands in the first message of the c-client library, which is none. */
    static final Set<String> KEPT = Set.of("status", "x-status", "x-keywords", "x-uid", "x-imapbase", "x-imap", "x-uidbase",
            "x-uidvalidity", "x-posthouse-id", "content-length");

    /** The line that begins at {@code from}; what is beyond {@code to} is not looked at. */
    static LineKind of(byte[] octets, int from, int to) {
        if (from == to || octets[from] == '\n' || octets[from] == '\r' && from + 1 < to && octets[from + 1] == '\n') {
            return BLANK;
        }
        if (octets[from] == ' ' || octets[from] == '\t') {
            return FOLD;
        }
        int i = from;
        int end = Math.min(to, from + LONGEST_NAME);
        while (i < end && octets[i] > ' ' && octets[i] < 127 && octets[i] != ':') {
            i++;
        }
        if (i < end && i > from && octets[i] == ':') {
            return KEPT.contains(name(octets, from, i)) ? OURS : FIELD;
        }
        return Quote.marks(octets, from, to) > 0 ? FIELD : TEXT; // old senders have >From among their fields
    }

    private static String name(byte[] octets, int from, int to) {
        return to - from > 20 ? "" : new String(octets, from, to - from, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
    }
}
