package org.posthouse.queue;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.posthouse.message.Address;

/** The forms in which addresses and ids stand in DSN parameters and notices (RFC 3461 §4, RFC 6533 §3). */
final class Xtext {
    private static final Pattern UNICODE = Pattern.compile("\\\\x\\{([0-9A-Fa-f]{1,6})}");

    private Xtext() {}

    /** What is not plain ASCII is written {@code +XX}, or, beyond ASCII, {@code \x{XXXX}}. */
    static String of(String text) {
        var out = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c > 0x7e) {
                out.append("\\x{").append(Integer.toHexString(c).toUpperCase(Locale.ROOT)).append('}');
            } else if (c <= ' ' || c == '+' || c == '=' || c == '\\') {
                out.append("+%02X".formatted(c));
            } else {
                out.append((char) c);
            }
        });
        return out.toString();
    }

    /** An address as ORCPT has it. */
    static String original(Address address) {
        return (address.isInternational() ? "utf-8;" : "rfc822;") + of(address.toString());
    }

    /** The other way round: also {@code \x{XXXX}} becomes a character. */
    static String international(String xtext) {
        return UNICODE.matcher(decoded(xtext)).replaceAll(found -> {
            int c = Integer.parseInt(found.group(1), 16);
            return Matcher.quoteReplacement(c < 0x80 || !Character.isDefined(c) || Character.isISOControl(c) ? "?" : Character.toString(c));
        });
    }

    /** Only {@code +XX}; what is no such form stays as it is, and nothing becomes a line end. */
    static String decoded(String xtext) {
        var out = new StringBuilder();
        for (int i = 0; i < xtext.length(); i++) {
            char c = xtext.charAt(i);
            if (c == '+' && xtext.length() > i + 2 && xtext.substring(i + 1, i + 3).matches("[0-9A-F]{2}")) {
                c = (char) Integer.parseInt(xtext.substring(i + 1, i + 3), 16);
                i += 2;
            }
            out.append(c < ' ' || c == 0x7f ? '?' : c);
        }
        return out.toString();
    }
}
