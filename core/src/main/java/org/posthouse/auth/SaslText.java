package org.posthouse.auth;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import org.posthouse.message.Refusal;

/**
 * Names and passwords as they come over the wire. They are prepared with SASLprep (RFC 4013): the JDK's NFKC does the
 * normalisation of its §2.2, so code points assigned after Unicode 3.2 are normalised too; its bidirectional check (§2.4) is
 * left out, since it guards what is shown, not what is compared.
 */
final class SaslText {
    static final int LONGEST_NAME = 255; // RFC 4616 §2: at least 255 octets must be allowed; nobody needs more
    static final int LONGEST_PASSWORD = 1024;

    private SaslText() {}

    /** Strict UTF-8 to characters that the caller wipes; the octets are left alone. */
    static char[] decode(byte[] octets, int from, int to) throws Refusal {
        CharBuffer decoded;
        try {
            decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, from, to - from));
        } catch (CharacterCodingException e) {
            throw new Refusal("5.5.2", "Not valid UTF-8");
        }
        var chars = new char[decoded.remaining()];
        decoded.get(chars);
        Arrays.fill(decoded.array(), '\0');
        return chars;
    }

    /** A log-in name, prepared and in lower case. */
    static String name(String text) throws Refusal {
        if (text.isEmpty() || text.length() > LONGEST_NAME) {
            throw wrong();
        }
        var prepared = prepared(text).toLowerCase(Locale.ROOT);
        if (prepared.indexOf(' ') >= 0) { // no address has one, and in a line of the log it would look like the next key
            throw wrong();
        }
        return prepared;
    }

    /**
     * A password, prepared, in a new array; the given one is left alone. Plain ASCII, the usual case, never becomes a String,
     * which could not be wiped.
     */
    static char[] password(char[] chars) throws Refusal {
        if (chars.length == 0 || chars.length > LONGEST_PASSWORD) {
            throw wrong();
        }
        for (char c : chars) {
            if (c >= 0x7f || c < 0x20) {
                return prepared(CharBuffer.wrap(chars)).toCharArray();
            }
        }
        return chars.clone();
    }

    static Refusal wrong() {
        return new Refusal("5.7.8", "Authentication credentials invalid"); // RFC 4954 §6
    }

    private static String prepared(CharSequence text) throws Refusal {
        var mapped = new StringBuilder(text.length());
        text.codePoints().filter(c -> !mappedToNothing(c)).map(c -> Character.getType(c) == Character.SPACE_SEPARATOR ? ' ' : c)
                .forEach(mapped::appendCodePoint);
        String prepared = Normalizer.normalize(mapped, Normalizer.Form.NFKC);
        wipe(mapped);
        if (prepared.isEmpty() || prepared.codePoints().anyMatch(SaslText::prohibited)) {
            throw wrong();
        }
        return prepared;
    }

    private static void wipe(StringBuilder text) {
        for (int i = 0; i < text.length(); i++) {
            text.setCharAt(i, '\0');
        }
    }

    private static boolean mappedToNothing(int c) { // RFC 3454 table B.1
        return c == 0x00ad || c == 0x034f || c == 0x1806 || c >= 0x180b && c <= 0x180d || c >= 0x200b && c <= 0x200d
                || c == 0x2060 || c >= 0xfe00 && c <= 0xfe0f || c == 0xfeff;
    }

    private static boolean prohibited(int c) { // RFC 4013 §2.3
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.PRIVATE_USE, Character.SURROGATE, Character.LINE_SEPARATOR,
                 Character.PARAGRAPH_SEPARATOR, Character.FORMAT -> true;
            default -> (c & 0xfffe) == 0xfffe || c >= 0xfdd0 && c <= 0xfdef || c >= 0xfff9 && c <= 0xfffd
                    || c >= 0x2ff0 && c <= 0x2ffb;
        };
    }
}
