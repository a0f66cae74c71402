package org.posthouse.imap;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;

/** The character sets that mail names, and those it means. */
final class Charsets {
    private Charsets() {}

    /** Empty where there is no such one. */
    static Optional<Charset> find(String name) {
        try {
            return Optional.of(Charset.forName(meant(name.strip().toLowerCase(Locale.ROOT))));
        } catch (IllegalCharsetNameException | UnsupportedCharsetException _) {
            return Optional.empty();
        }
    }

    /** Larger sets go by the names of those they contain. */
    private static String meant(String name) {
        return switch (name) {
            case "gb2312", "gbk" -> "gb18030";
            case "ks_c_5601-1987", "euc-kr" -> "ms949";
            case "iso-8859-1" -> "windows-1252";
            case "iso-8859-8-i", "iso-8859-8-e" -> "iso-8859-8"; // RFC 1556
            case "us-ascii", "ascii" -> "utf-8";
            default -> name;
        };
    }

    /** Whether octets below 0x80 always stand for ASCII, when they do not end a longer character. */
    static boolean containsAscii(Charset charset) {
        var all = new byte[0x80];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        return new String(all, charset).equals(new String(all, StandardCharsets.US_ASCII));
    }
}
