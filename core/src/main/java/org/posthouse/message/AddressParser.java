package org.posthouse.message;

import java.net.Inet6Address;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads and writes mailboxes (RFC 5321 §4.1.2, with RFC 6531 §3.3 for what is not ASCII). Local parts are kept without
 * quotes, so that {@code "ann"@example.test} and {@code ann@example.test} are the same mailbox, as the RFC has it. Control
 * characters, C1 included, are nowhere allowed.
 */
final class AddressParser {
    static final int LONGEST_LOCAL = 64; // octets, RFC 5321 §4.5.3.1.1; counted without quotes and backslashes
    static final int LONGEST_DOMAIN = 255; // octets, RFC 5321 §4.5.3.1.2
    static final int LONGEST_LABEL = 63; // octets, RFC 1035 §2.3.4; a U-label is bounded by the domain only
    private static final int LONGEST_TEXT = 2 + 2 * LONGEST_LOCAL + 1 + LONGEST_DOMAIN;

    private static final String ATEXT = "!#$%&'*+-/=?^_`{|}~"; // besides letters and digits, RFC 5322 §3.2.3
    private static final String CONTEXTUAL = "\u00b7\u0375\u05f3\u05f4\u30fb\u200c\u200d"; // RFC 5892 appendix A
    private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|[01]?\\d?\\d)(?:\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-f:]*:(?:[0-9a-f]*|\\d{1,3}(?:\\.\\d{1,3}){3})");

    private static final Pattern DOT = Pattern.compile("\\.");

    private AddressParser() {}

    static Optional<Address> parse(String text) {
        if (text.equalsIgnoreCase("postmaster")) {
            return Optional.of(new Address(text, "")); // RFC 5321 §4.5.1: the one mailbox without a domain
        }
        int at = text.lastIndexOf('@');
        if (at < 1 || text.length() > LONGEST_TEXT) {
            return Optional.empty();
        }
        String domain = text.substring(at + 1).toLowerCase(Locale.ROOT);
        return local(text.substring(0, at)).filter(_ -> isDomain(domain)).map(local -> new Address(local, domain));
    }

    static String quoted(String local) {
        return isDotString(local) ? local : '"' + local.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static Optional<String> local(String text) {
        var local = text.charAt(0) == '"' ? unquoted(text) : Optional.of(text).filter(AddressParser::isDotString);
        return local.filter(l -> octets(l) <= LONGEST_LOCAL);
    }

    /** Dot-string = Atom *("." Atom). */
    private static boolean isDotString(String text) {
        return !text.isEmpty() && !text.startsWith(".") && !text.endsWith(".") && !text.contains("..")
                && text.codePoints().allMatch(c -> c == '.' || isAtext(c));
    }

    private static boolean isAtext(int c) {
        return isLetDig(c) || c < 0x80 && ATEXT.indexOf(c) >= 0 || isWide(c);
    }

    /** Quoted-string = DQUOTE *QcontentSMTP DQUOTE; without its quotes and backslashes. */
    private static Optional<String> unquoted(String text) {
        int last = text.length() - 1;
        var local = new StringBuilder();
        for (int i = 1; i < last; i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return Optional.empty();
            }
            if (c == '\\') {
                c = text.charAt(++i);
                if (i == last || c >= 0x7f) { // quoted-pairSMTP = "\" %d32-126
                    return Optional.empty();
                }
            }
            local.append(c);
        }
        boolean whole = last > 0 && text.charAt(last) == '"'
                && local.codePoints().allMatch(c -> c >= ' ' && c < 0x7f || isWide(c));
        return whole ? Optional.of(local.toString()) : Optional.empty();
    }

    static boolean isDomain(String domain) {
        if (domain.startsWith("[")) {
            return domain.endsWith("]") && isLiteral(domain.substring(1, domain.length() - 1));
        }
        return octets(domain) <= LONGEST_DOMAIN && Normalizer.isNormalized(domain, Normalizer.Form.NFKC)
                && domain.codePoints().allMatch(c -> c == '.' || c == '-' || isLetDig(c) || isLabelRune(c))
                && DOT.splitAsStream(domain + ".x").allMatch(AddressParser::isLabel);
    }

    /** sub-domain = Let-dig [Ldh-str] / U-label. */
    private static boolean isLabel(String label) {
        return !label.isEmpty() && !label.startsWith("-") && !label.endsWith("-")
                && (label.length() <= LONGEST_LABEL || label.chars().anyMatch(c -> c >= 0x80));
    }

    /** RFC 5892 roughly: letters, digits and marks of all scripts; never a symbol that looks like a dot or an at. */
    private static boolean isLabelRune(int c) {
        return isWide(c) && (Character.isLetterOrDigit(c) || Character.getType(c) == Character.NON_SPACING_MARK
                || Character.getType(c) == Character.COMBINING_SPACING_MARK || CONTEXTUAL.indexOf(c) >= 0);
    }

    /** RFC 5321 §4.1.3; of the tagged forms only IPv6 is registered. */
    private static boolean isLiteral(String text) {
        if (!text.startsWith("ipv6:")) {
            return IPV4.matcher(text).matches();
        }
        var address = text.substring(5);
        if (address.length() > 45 || !IPV6.matcher(address).matches()) {
            return false;
        }
        try {
            Inet6Address.ofLiteral(address);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isLetDig(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    /**
     * UTF8-non-ascii (RFC 6531 §3.3), without what breaks lines or turns the direction of text, in which a log would lie; a
     * lone surrogate has no UTF-8 form.
     */
    private static boolean isWide(int c) {
        boolean turns = c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
        boolean breaks = c == 0x2028 || c == 0x2029;
        return c > 0x9f && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) && !turns && !breaks;
    }

    private static int octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
