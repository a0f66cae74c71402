package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every message gets an answer, in time that grows with its size alone and in memory that the limits bound. */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
final class HostileMessageTest {
    private static final String MIXED = "Content-Type: multipart/mixed; boundary=";

    @Test
    void multipartsTenThousandLevelsDeep() {
        var tree = parse(10_000, i -> MIXED + "b" + i + "\r\n\r\n--b" + i + "\r\n");
        assertEquals(MessageParser.DEEPEST, depth(tree));
        assertTrue(deepest(tree).opaque());
    }

    @Test
    void messagesTenThousandLevelsDeep() {
        assertEquals(MessageParser.DEEPEST, depth(parse(10_000, _ -> "Content-Type: message/rfc822\r\n\r\n")));
        assertEquals(2, depth(parse(10_000, _ -> "Content-Type: message/rfc822\r\nno field\r\n")));
    }

    @Test
    void aMillionHeaderFields() {
        var tree = parse(1_000_000, i -> "X-" + i + ": y\r\n");
        assertEquals(Headers.MOST_FIELDS, tree.headers().fields().size());
        assertEquals("X-0", tree.headers().fields().getFirst().name());
        assertTrue(tree.opaque());
    }

    @Test
    void aHeaderFieldOfManyMegabytes() {
        assertTrue(parse(1_000, i -> i == 0 ? "A: b\r\nX: " : " ".repeat(10_000) + "\r\n").opaque());
        assertTrue(parse(1_000, i -> i == 0 ? "A: b\r\nX:" : "x".repeat(10_000)).opaque());
        assertEquals(0, parse(1_000, _ -> "x".repeat(10_000)).headers().fields().size());
    }

    @Test
    void aContentTypeOfAMegabyte() {
        assertTrue(parse(200_000, i -> i == 0 ? "Content-Type: multipart/mixed" : ";a=b").opaque());
        assertTrue(parse(200_000, i -> i == 0 ? "Content-Type: " : "(").opaque());
    }

    @Test
    void aMillionParts() {
        var tree = parse(1_000_000, i -> i == 0 ? MIXED + "x\r\n\r\n" : "--x\r\nA: b\r\n\r\n");
        assertEquals(MessageParser.MOST_PARTS, tree.parts().size());
        assertTrue(tree.parts().getLast().opaque());
        assertEquals(tree.end(), tree.parts().getLast().end());
    }

    @Test
    void manyPartsWithManyFields() {
        var tree = parse(9_000, i -> i == 0 ? MIXED + "x\r\n\r\n" : "--x\r\n" + "a:\r\n".repeat(900) + "\r\n");
        assertTrue(fields(tree) <= HeaderReader.MOST_FIELDS_IN_ALL);
        assertEquals(9_000, tree.parts().size() + 1);
    }

    @Test
    void linesThatAreAlmostDelimitersAtFullDepth() {
        var boundary = "b".repeat(66);
        IntFunction<String> level = i -> MIXED + boundary + (100 + i) + "\r\n\r\n--" + boundary + (100 + i) + "\r\n";
        assertEquals(91, depth(parse(200_000, i -> i < 90 ? level.apply(i) : "--" + boundary + "999\r\n")));
        assertEquals(91, depth(parse(200_000, i -> i < 90 ? level.apply(i) : "--\r\n---\r\n")));
    }

    @Test
    void lineEndsAtTheEdgesOfTheBuffer() throws IOException {
        for (int n = Lines.PIECE - 80; n < Lines.PIECE + 10; n++) {
            var content = Contents.of(MIXED + "x\n\n" + "p".repeat(n) + "\n--x\n\none\n--x\n\ntwo\n--x--\n");
            assertEquals(java.util.List.of("one", "two"), MessageParserTest.bodies(content));
            content = Contents.of("A: " + "p".repeat(n) + "\nB: c\n\n");
            assertEquals(n, content.headers().first("a").orElseThrow().length());
            assertEquals("c", content.headers().first("b").orElseThrow());
        }
    }

    @Test
    void junkOfAllSorts() {
        var random = new Random(2045);
        String[] words = {"\r\n", "\n", "\r", "--", "x", "--x", "--x--", "--y", ":", ";", "=", "\"", "(", "\\", " ", "\t", "\u0000", "é", "From ",
            MIXED + "x", MIXED + "y\r\n", "Content-Type: message/rfc822", "Content-Type: multipart/digest; boundary=\"x\"\r\n\r\n--x\r\n",
            "Content-Transfer-Encoding: base64\r\n", "\r\n\r\n"};
        for (int i = 0; i < 5_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                text.append(words[random.nextInt(words.length)]);
            }
            var octets = text.toString().getBytes(random.nextBoolean() ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
            checkPlaces(Contents.of(octets).tree(), octets.length);
        }
    }

    /** Parts lie inside their parents, one after the other. */
    private static void checkPlaces(Part part, long size) {
        assertTrue(0 <= part.start() && part.start() <= part.body() && part.body() <= part.end() && part.end() <= size, part::toString);
        long from = part.body();
        for (var inner : part.parts()) {
            assertTrue(from <= inner.start() && inner.end() <= part.end(), part::toString);
            checkPlaces(inner, size);
            from = inner.end();
        }
    }

    /** A message made while it is read, so that the test needs no memory for it. */
    private static Part parse(int pieces, IntFunction<String> piece) {
        var octets = Stream.iterate(0, i -> i + 1).limit(pieces).map(piece::apply)
                .map(s -> s.getBytes(StandardCharsets.ISO_8859_1)).iterator();
        long size = java.util.stream.IntStream.range(0, pieces).mapToLong(i -> piece.apply(i).length()).sum();
        var in = new InputStream() {
            private byte[] now = {};
            private int at;

            @Override public int read() {
                throw new IllegalStateException("reads octet by octet");
            }

            @Override public int read(byte[] into, int from, int length) {
                while (at == now.length) {
                    if (!octets.hasNext()) {
                        return -1;
                    }
                    now = octets.next();
                    at = 0;
                }
                int n = Math.min(length, now.length - at);
                System.arraycopy(now, at, into, from, n);
                at += n;
                return n;
            }
        };
        try {
            var tree = MessageParser.parse(in, size);
            checkPlaces(tree, size);
            return tree;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int depth(Part part) {
        return 1 + part.parts().stream().mapToInt(HostileMessageTest::depth).max().orElse(0);
    }

    private static Part deepest(Part part) {
        return part.parts().isEmpty() ? part : deepest(part.parts().getLast());
    }

    private static int fields(Part part) {
        return part.headers().fields().size() + part.parts().stream().mapToInt(HostileMessageTest::fields).sum();
    }
}
