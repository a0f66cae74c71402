package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.junit.jupiter.api.Test;

/** Messages made at random are taken apart where they were put together; mime4j agrees about what lies in them. */
final class GeneratedMessageTest {
    private final Random random = new Random(2046);
    private final StringBuilder text = new StringBuilder();
    private final List<String> expected = new ArrayList<>();
    private int boundaries;

    @Test
    void findsPartsWhereTheyWerePut() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            text.setLength(0);
            expected.clear();
            writePart(0);
            byte[] octets = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            var tree = Contents.of(octets).tree();
            var found = new ArrayList<String>();
            describe(tree, found);
            assertEquals(expected, found, text.toString());
            var bodies = new ArrayList<String>();
            leaves(tree, octets, bodies);
            assertEquals(leavesOfMime4j(octets), bodies, text.toString());
        }
        assertTrue(boundaries > 1_000);
    }

    private void writePart(int depth) {
        int slot = expected.size();
        expected.add("");
        int start = text.length();
        writeJunkFields();
        int body;
        String type;
        int choice = depth > 5 ? 0 : random.nextInt(depth == 0 ? 8 : 4);
        if (choice == 0) {
            type = pick("text/plain", "image/png", "TEXT/html");
            text.append(pick("", "X: y\r\n")).append("Content-Type: ").append(type).append("; name=x\r\n\r\n");
            body = text.length();
            writeLines();
        } else if (choice == 1) {
            type = "message/rfc822";
            text.append("Content-Type: message/rfc822\r\n\r\n");
            body = text.length();
            writePart(depth + 1);
        } else {
            type = pick("multipart/mixed", "multipart/alternative", "Multipart/X-Unknown");
            var boundary = pick("b", "b b", "--", "=_'()+,-./:?") + pick("x", "xx", "xxx") + boundaries++ + pick("", "--", "y");
            text.append("content-TYPE :").append(type).append(pick(";", ";\r\n\t"))
                    .append(" boundary=\"").append(boundary).append("\"\r\n\r\n");
            body = text.length();
            writeMultipart(boundary, depth);
        }
        expected.set(slot, type.toLowerCase(java.util.Locale.ROOT) + " " + start + " " + body + " " + text.length());
    }

    private void writeMultipart(String boundary, int depth) {
        if (random.nextBoolean()) {
            text.append("preamble\r\n--not the boundary\r\n");
        }
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            text.append("--").append(boundary).append(pick("", " ", "\t ")).append("\r\n");
            writePart(depth + 1);
            text.append("\r\n");
        }
        text.append("--").append(boundary).append("--");
        text.append(pick("", "\r\n", "\r\nepilogue\r\n--" + boundary + "x"));
    }

    private void writeJunkFields() {
        for (int n = random.nextInt(3); n > 0; n--) {
            text.append(pick("Subject: x\r\n", "X-Folded: a\r\n  b\r\n\tc\r\n", "X-8: \u00e9\u0000\r\n", "Empty:\r\n", "--x: y\r\n"));
        }
    }

    private void writeLines() {
        for (int n = random.nextInt(5); n > 0; n--) {
            text.append(pick("text", "", "--", "--x", "--bxx", "Content-Type: multipart/mixed; boundary=x",
                    "\u0000\u00ff", "." , "x".repeat(random.nextInt(900))));
            text.append(n == 1 ? pick("", "\r\n") : "\r\n");
        }
    }

    private String pick(String... some) {
        return some[random.nextInt(some.length)];
    }

    private static void describe(Part part, List<String> found) {
        found.add(part.type() + " " + part.start() + " " + part.body() + " " + part.end() + (part.opaque() ? " opaque" : ""));
        part.parts().forEach(inner -> describe(inner, found));
    }

    private static void leaves(Part part, byte[] octets, List<String> bodies) {
        if (part.parts().isEmpty()) {
            bodies.add(new String(Arrays.copyOfRange(octets, (int) part.body(), (int) part.end()), StandardCharsets.ISO_8859_1));
        }
        part.parts().forEach(inner -> leaves(inner, octets, bodies));
    }

    private static List<String> leavesOfMime4j(byte[] octets) throws Exception {
        var bodies = new ArrayList<String>();
        var stream = new MimeTokenStream(MimeConfig.PERMISSIVE);
        stream.parse(new ByteArrayInputStream(octets));
        for (var state = stream.getState(); state != EntityState.T_END_OF_STREAM; state = stream.next()) {
            if (state == EntityState.T_BODY) {
                bodies.add(new String(stream.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
            }
        }
        return bodies;
    }
}
