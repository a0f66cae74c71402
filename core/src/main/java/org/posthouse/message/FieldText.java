package org.posthouse.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** From the octets of a header to text. */
final class FieldText {
    private FieldText() {}

    /** UTF-8 (RFC 6532 §3.2); what is not well-formed, whole, as ISO-8859-1, which loses nothing. */
    static String decoded(byte[] octets) {
        var text = new String(octets, StandardCharsets.UTF_8);
        return text.indexOf('\ufffd') < 0 ? text : strictly(octets);
    }

    /** U+FFFD may also have been written by the sender. */
    private static String strictly(byte[] octets) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
        } catch (CharacterCodingException e) {
            return new String(octets, StandardCharsets.ISO_8859_1);
        }
    }

    /**
     * How long the field name at the begin of a line is, up to its colon or the obsolete space before that; 0 when the line
     * is no field (RFC 5322 §2.2, §4.5).
     */
    static int nameLength(byte[] line, int from, int to) {
        int i = from;
        while (i < to && line[i] > ' ' && line[i] < 0x7f && line[i] != ':') {
            i++;
        }
        int name = i - from;
        while (i < to && (line[i] == ' ' || line[i] == '\t')) {
            i++;
        }
        return i < to && line[i] == ':' ? name : 0;
    }
}
