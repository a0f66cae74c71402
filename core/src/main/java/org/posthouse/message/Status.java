package org.posthouse.message;

import java.util.regex.Pattern;

/**
 * An enhanced status code with a text that is safe for strangers (RFC 3463): class 2 is success, 4 a temporary
 * failure, 5 a permanent one. The text is one line without control characters; what would break a reply is replaced.
 */
public record Status(String code, String text) {
    private static final Pattern CODE = Pattern.compile("[245]\\.\\d{1,3}\\.\\d{1,3}");
    private static final int LONGEST_TEXT = 400; // RFC 5321 §4.5.3.1.5: a reply line has at most 512 octets

    public static final Status OK = new Status("2.0.0", "OK");

    public Status {
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException("not an enhanced status code (RFC 3463): " + code);
        }
        text = oneLine(text);
    }

    public boolean success() {
        return code.charAt(0) == '2';
    }

    public boolean temporary() {
        return code.charAt(0) == '4';
    }

    public boolean permanent() {
        return code.charAt(0) == '5';
    }

    private static String oneLine(String text) {
        var clean = text.codePoints().map(c -> c < 0x20 || c == 0x7f ? ' ' : c).limit(LONGEST_TEXT)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append);
        return clean.toString().strip();
    }

    @Override
    public String toString() {
        return code + " " + text;
    }
}
