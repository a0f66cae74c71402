package org.posthouse.mailbox;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.IntPredicate;

/** The modified UTF-7 of mailbox names (RFC 3501 §5.1.3), as it is also used for files' names. */
public final class ModifiedUtf7 {
    private ModifiedUtf7() {}

    /** @param direct which of the printable ASCII characters stand for themselves; the others are shifted too */
    public static String encode(String text, IntPredicate direct) {
        var out = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            int end = i;
            while (end < text.length() && !stands(text.charAt(end), direct)) {
                end++;
            }
            if (end > i) {
                var octets = StandardCharsets.UTF_16BE.encode(CharBuffer.wrap(text, i, end));
                var base64 = StandardCharsets.US_ASCII.decode(Base64.getEncoder().withoutPadding().encode(octets));
                out.append('&').append(base64.toString().replace('/', ',')).append('-');
                i = end;
                continue;
            }
            out.append(text.charAt(i) == '&' ? "&-" : text.substring(i, i + 1));
            i++;
        }
        return out.toString();
    }

    private static boolean stands(char c, IntPredicate direct) {
        return c >= ' ' && c <= '~' && direct.test(c);
    }

    /** What is no modified UTF-7 comes out as something that {@link #encode} does not turn back into it. */
    public static String decode(String text) {
        var out = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            int end = text.charAt(i) == '&' ? text.indexOf('-', i) : -1;
            if (end < 0) {
                out.append(text.charAt(i++));
                continue;
            }
            out.append(end == i + 1 ? "&" : shifted(text.substring(i + 1, end)));
            i = end + 1;
        }
        return out.toString();
    }

    private static String shifted(String base64) {
        try {
            byte[] octets = Base64.getDecoder().decode(base64.replace(',', '/'));
            return StandardCharsets.UTF_16BE.decode(ByteBuffer.wrap(octets)).toString();
        } catch (IllegalArgumentException _) {
            return "";
        }
    }
}
