package org.posthouse.imap;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a header field with its encoded words decoded (RFC 2047, with the languages of RFC 2231 §5). Words side by side in the
 * same character set are decoded as one, for many mailers cut a character in two. What is no encoded word stays as it is.
 */
final class EncodedWords {
    private static final Pattern WORD = Pattern.compile("=\\?([^?*\\s]{1,60})(?:\\*[^?\\s]{0,60})?\\?([bBqQ])\\?([^?\\s]*+)\\?=");

    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
    private Charset charset = StandardCharsets.UTF_8;

    private EncodedWords() {}

    static String decoded(String field) {
        return field.contains("=?") ? new EncodedWords().decode(field) : field;
    }

    private String decode(String field) {
        var words = WORD.matcher(field);
        int done = 0;
        while (words.find()) {
            var named = Charsets.find(words.group(1));
            if (named.isEmpty()) {
                continue; // RFC 2047 §6.2: shown as it is
            }
            var between = field.substring(done, words.start());
            if (done == 0 || !between.isBlank()) { // §6.2: white space between words does not count
                finish();
                text.append(between);
            }
            take(words, named.get());
            done = words.end();
        }
        finish();
        return text.append(field, done, field.length()).toString();
    }

    private void take(Matcher word, Charset next) {
        if (!next.equals(charset)) {
            finish();
            charset = next;
        }
        var encoded = word.group(3).getBytes(StandardCharsets.ISO_8859_1);
        boolean base64 = word.group(2).equalsIgnoreCase("B");
        for (int i = 0; i < encoded.length; i++) {
            if (encoded[i] == '_' && !base64) {
                encoded[i] = ' '; // §4.2
            }
        }
        TransferDecoder.of(base64 ? "base64" : "quoted-printable")
                .put(encoded, 0, encoded.length, (decoded, from, to) -> octets.write(decoded, from, to - from));
    }

    private void finish() {
        text.append(octets.toString(charset));
        octets.reset();
    }
}
