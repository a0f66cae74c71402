package org.posthouse.message;

import java.util.List;
import java.util.Map;

/**
 * One node of a message's MIME structure (RFC 2045, RFC 2046), as byte ranges into its {@link Content}. A part beyond the
 * limits of depth or number is {@code opaque}: its range is right, what is inside was not looked at.
 *
 * @param type       main type and subtype in lower case, {@code text/plain} where nothing is said
 * @param parameters of Content-Type, names in lower case
 * @param start      first octet of the part's header
 * @param body       first octet of its body
 * @param end        the octet after its last
 * @param parts      of a multipart, or the one message inside a message/rfc822
 */
public record Part(String type, Map<String, String> parameters, Headers headers, long start, long body, long end,
        List<Part> parts, boolean opaque) {
    public Part {
        parameters = Map.copyOf(parameters);
        parts = List.copyOf(parts);
    }
}
