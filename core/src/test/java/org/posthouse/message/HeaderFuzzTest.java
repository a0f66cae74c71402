package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;

/** What was read as a header is read again as the same when it is written out; a content type is what it says. */
final class HeaderFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) throws IOException {
        var headers = read(input);
        var text = new StringBuilder();
        headers.fields().forEach(f -> text.append(f.name()).append(": ").append(f.body()).append("\r\n"));
        assertEquals(headers, read(text.append("\r\nbody: ").toString().getBytes(StandardCharsets.UTF_8)));
        ContentType.parse(input).ifPresent(HeaderFuzzTest::check);
        FieldText.decoded(input);
    }

    private static Headers read(byte[] octets) throws IOException {
        return MessageParser.headers(new ByteArrayInputStream(octets));
    }

    private static void check(ContentType type) {
        assertTrue(type.type().indexOf('/') > 0, type::toString);
        assertTrue(type.boundary().map(String::length).orElse(1) <= ContentType.LONGEST_BOUNDARY, type::toString);
        assertEquals(type.isMultipart(), type.type().startsWith("multipart/"));
    }

    @Override
    public List<String> seeds() {
        return List.of("Subject: x\r\nFrom: ann@example.test\r\n", "a:b\n c\n\td\ne :f\n\ng: h", ">From x\nTo: \u00c3\u00bc \u00ff\r\n", "text/plain; charset=utf-8",
                "multipart/mixed; boundary=\"a \\\" b\"; x*0=y; x*1=z", "multipart/mixed (comment (in comment)) ; boundary = b ; boundary=c",
                "X: \u00ef\u00bf\u00bd\r\n", "text/plain; charset*=utf-8''x%20y", "a:\r\nb: \r\r\n", "From : x\n");
    }

    @Override
    public List<String> words() {
        return List.of("boundary=", "\"", "\\", "(", ")", "multipart/", "\r\n", "\r\n ", ": ", " :", ";");
    }
}
