package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;

/** Any octets are a message: its parts lie inside each other, one after the other, and do not depend on how the octets come. */
final class MessageFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) throws IOException {
        var tree = MessageParser.parse(new ByteArrayInputStream(input), input.length);
        check(tree, input.length, 0);
        assertEquals(tree, MessageParser.parse(drop(input), input.length));
        assertEquals(tree.headers(), MessageParser.headers(drop(input)));
    }

    private static void check(Part part, long end, int depth) {
        assertTrue(0 <= part.start() && part.start() <= part.body() && part.body() <= part.end() && part.end() <= end && depth <= MessageParser.DEEPEST,
                part::toString);
        assertTrue(part.parts().isEmpty() || !part.opaque() || part.type().startsWith("multipart/"), part::toString);
        long at = part.body();
        for (var inner : part.parts()) {
            assertTrue(inner.start() >= at, part::toString);
            check(inner, part.end(), depth + 1);
            at = inner.end();
        }
    }

    /** Few octets at a time. */
    private static ByteArrayInputStream drop(byte[] input) {
        return new ByteArrayInputStream(input) {
            @Override
            public synchronized int read(byte[] into, int from, int length) {
                return super.read(into, from, Math.min(length, 1 + pos % 7));
            }
        };
    }

    @Override
    public List<String> seeds() {
        return List.of("Subject: x\r\n\r\nbody\r\n",
                "Content-Type: multipart/mixed; boundary=b\r\n\r\nprologue\r\n--b\r\n\r\none\r\n--b\r\nContent-Type: text/html\r\n\r\ntwo\r\n--b--\r\nepilogue\r\n",
                "Content-Type: multipart/mixed; boundary=\"a\"\n\n--a\nContent-Type: multipart/alternative; boundary=\"a a\"\n\n--a a\n\nx\n--a a--\n--a\n\ny",
                "Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n",
                "Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: a\r\n\r\nx\r\n--d\r\nSubject: b\r\n--d--",
                "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA",
                "From x Thu Jan  1 00:00:00 1970\nSubject : y\n z\n\n", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(5));
    }

    @Override
    public List<String> words() {
        return List.of("Content-Type: ", "multipart/mixed", "multipart/digest", "message/rfc822", "message/global", "; boundary=", "\r\n", "\r\n\r\n",
                "\r\n--b\r\n", "\r\n--b--\r\n", "Content-Transfer-Encoding: ", "base64", "From ", ">From ", "\n ");
    }

    @Override
    public int longest() {
        return 20_000; // more than one buffer
    }

    @Override
    public long mayAllocate(int octets) {
        return (1 << 20) + 5_000L * octets; // a line of five octets is a part, with a message in it
    }
}
