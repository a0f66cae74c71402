package org.posthouse.message;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.james.mime4j.stream.ParserCursor;
import org.apache.james.mime4j.stream.RawFieldParser;
import org.apache.james.mime4j.util.ByteArrayBuffer;

/**
 * What a Content-Type field says (RFC 2045 §5.1), read by mime4j, which forgives what mailers get wrong. Parameters stay as
 * written; those in the pieces of RFC 2231 are not put together, so a boundary in pieces counts as none.
 *
 * @param boundary its octets read as ISO-8859-1; empty when there is none that could be found in a body
 */
record ContentType(String type, Map<String, String> parameters, Optional<String> boundary) {
    static final ContentType TEXT = new ContentType("text/plain", Map.of(), Optional.empty()); // RFC 2045 §5.2
    static final ContentType MESSAGE = new ContentType("message/rfc822", Map.of(), Optional.empty()); // RFC 2046 §5.1.5
    static final ContentType UNKNOWN = new ContentType("application/octet-stream", Map.of(), Optional.empty());

    static final int LONGEST_FIELD = 16 * 1024; // octets; real ones stay under 1,000, and parameters cost more than they weigh
    static final int LONGEST_BOUNDARY = 200; // RFC 2046 §5.1.1 says 70; some mailers exceed it
    private static final Pattern TYPE = Pattern.compile("[!#$%&'*+.^_`{|}~0-9a-z-]+/[!#$%&'*+.^_`{|}~0-9a-z-]+");

    /** @param raw the field's body as octets; empty when it is no content type, which then counts as not said (RFC 2045 §5.2) */
    static Optional<ContentType> parse(byte[] raw) {
        // mime4j takes all for UTF-8 and loses what is not; through ISO-8859-1 every octet comes back as one character
        byte[] safe = new String(raw, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.UTF_8);
        var body = RawFieldParser.DEFAULT.parseRawBody(new ByteArrayBuffer(safe, true), new ParserCursor(0, safe.length));
        var type = body.getValue() == null ? "" : body.getValue().strip().toLowerCase(Locale.ROOT);
        if (!TYPE.matcher(type).matches()) {
            return Optional.empty();
        }
        var octets = new HashMap<String, String>();
        for (var pair : body.getParams()) {
            if (pair.getName() != null && !pair.getName().isEmpty() && pair.getValue() != null) {
                octets.putIfAbsent(pair.getName().toLowerCase(Locale.ROOT), pair.getValue());
            }
        }
        var boundary = Optional.ofNullable(octets.get("boundary")).map(String::stripTrailing)
                .filter(b -> !b.isEmpty() && b.length() <= LONGEST_BOUNDARY);
        octets.replaceAll((_, value) -> FieldText.decoded(value.getBytes(StandardCharsets.ISO_8859_1)));
        return Optional.of(new ContentType(type, octets, boundary));
    }

    boolean isMultipart() {
        return type.startsWith("multipart/");
    }

    boolean isMessage() {
        return type.equals("message/rfc822") || type.equals("message/global"); // RFC 6532 §3.7
    }

    /** What parts inside are when they do not say. */
    ContentType inner() {
        return type.equals("multipart/digest") ? MESSAGE : TEXT;
    }
}
