package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageParserTest {
    @Test
    void readsHeaderFieldsUnfolded() {
        var headers = Contents.of("""
                Subject: one
                  two
                \tthree
                TO : ann@example.test
                Empty:
                X-Utf8: grüße

                body
                """).headers();
        assertEquals(List.of(new Headers.Field("Subject", "one  two\tthree"), new Headers.Field("TO", "ann@example.test"),
                new Headers.Field("Empty", ""), new Headers.Field("X-Utf8", "grüße")), headers.fields());
    }

    @Test
    void readsWhatIsNotUtf8AsLatin1() {
        var octets = "Subject: gr\u00fc\u00dfe\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals("gr\u00fc\u00dfe", Contents.of(octets).headers().first("subject").orElseThrow());
    }

    @Test
    void findsThePlacesOfAllParts() throws IOException {
        var content = Contents.of("""
                Content-Type: multipart/mixed; boundary="a b"

                preamble
                --a b
                Content-Type: TEXT/Html; Charset="utf-8"

                first
                --a b \t
                Content-Type: multipart/alternative;
                 boundary=inner

                --inner

                second
                --inner--
                epilogue within
                --a b
                Content-Type: message/rfc822

                Subject: third
                Content-Type: image/png

                png
                --a b--
                epilogue
                """);
        var tree = content.tree();
        assertEquals("multipart/mixed", tree.type());
        assertEquals(content.size(), tree.end());
        assertEquals(3, tree.parts().size());
        var html = tree.parts().getFirst();
        assertEquals(Map.of("charset", "utf-8"), html.parameters());
        assertEquals("Content-Type: TEXT/Html; Charset=\"utf-8\"\r\n\r\nfirst", text(content, html.start(), html.end()));
        assertEquals("first", body(content, html));
        assertEquals("second", body(content, tree.parts().get(1).parts().getFirst()));
        assertTrue(body(content, tree.parts().get(1)).endsWith("--inner--\r\nepilogue within"));
        var message = tree.parts().get(2);
        var inside = message.parts().getFirst();
        assertEquals(message.body(), inside.start());
        assertEquals(message.end(), inside.end());
        assertEquals("third", inside.headers().first("Subject").orElseThrow());
        assertEquals("image/png", inside.type());
        assertEquals("png", body(content, inside));
    }

    @Test
    void aBoundaryMayBeginWithAnother() throws IOException {
        var content = Contents.of("""
                Content-Type: multipart/mixed; boundary=x

                --x
                Content-Type: multipart/mixed; boundary=xx

                --xx

                inner
                --xxx
                --xx--
                --x

                outer
                --x--
                """);
        var parts = content.tree().parts();
        assertEquals("inner\r\n--xxx", body(content, parts.getFirst().parts().getFirst()));
        assertEquals("outer", body(content, parts.get(1)));
    }

    @Test
    void anOuterDelimiterEndsAllPartsInside() throws IOException {
        var content = Contents.of("""
                Content-Type: multipart/mixed; boundary=x

                --x
                Content-Type: multipart/mixed; boundary=y

                --y
                Content-Type: message/rfc822

                Subject: cut off
                --x

                next
                """);
        var parts = content.tree().parts();
        assertEquals("cut off", parts.getFirst().parts().getFirst().parts().getFirst().headers().first("subject").orElseThrow());
        assertEquals("next\r\n", body(content, parts.get(1)));
    }

    @Test
    void aBoundaryInUseAroundItMakesAMultipartOpaque() {
        var tree = Contents.of("""
                Content-Type: multipart/mixed; boundary=x

                --x
                Content-Type: multipart/mixed; boundary=x

                --x

                text
                --x--
                """).tree();
        assertEquals(List.of(true, false), tree.parts().stream().map(Part::opaque).toList());
    }

    @Test
    void partsOfADigestAreMessages() {
        var tree = Contents.of("""
                Content-Type: multipart/digest; boundary=x

                --x

                Subject: one

                text
                --x--
                """).tree();
        assertEquals("message/rfc822", tree.parts().getFirst().type());
        assertEquals("one", tree.parts().getFirst().parts().getFirst().headers().first("Subject").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/mixed", "multipart/mixed; boundary=", "multipart/mixed; boundary=\"\"", "multipart/mixed; boundary=\" \"",
        "multipart/mixed; boundary*0=x"})
    void aMultipartWithoutBoundaryIsOpaque(String type) {
        var content = Contents.of("Content-Type: " + type + "\n\n--\n\ntext\n----\n--x\n");
        assertTrue(content.tree().opaque());
        assertEquals(List.of(), content.tree().parts());
        assertEquals(content.size(), content.tree().end());
    }

    @Test
    void aBoundaryThatNeverComesMeansNoParts() {
        var tree = Contents.of("Content-Type: multipart/mixed; boundary=x\n\ntext\n").tree();
        assertEquals(List.of(), tree.parts());
        assertFalse(tree.opaque());
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "text/", "/plain", "te xt/plain", "", ";", "; charset=x", "\u0000/\u0000", "\""})
    void whatIsNoContentTypeCountsAsPlainText(String type) {
        assertEquals("text/plain", Contents.of("Content-Type: " + type + "\n\ntext\n").tree().type());
    }

    @Test
    void anEncodedMessageIsNotLookedInto() {
        var tree = Contents.of("Content-Type: message/rfc822\nContent-Transfer-Encoding: BASE64\n\nU3ViamVjdDogeA==\n").tree();
        assertTrue(tree.opaque());
        assertEquals(List.of(), tree.parts());
    }

    @Test
    void eitherHalfOfAMessageMayBeMissing() {
        var nothing = Contents.of("").tree();
        assertEquals(List.of(0L, 0L, 0L), List.of(nothing.start(), nothing.body(), nothing.end()));
        var header = Contents.of("A: b\nC: d").tree();
        assertEquals(List.of(10L, 10L), List.of(header.body(), header.end()));
        assertEquals("d", header.headers().first("c").orElseThrow());
        var body = Contents.of("\ntext\n").tree();
        assertEquals(List.of(2L, 8L), List.of(body.body(), body.end()));
        var noHeader = Contents.of("Hello world\nA: b\n\ntext\n").tree();
        assertEquals(List.of(0L, true), List.of(noHeader.body(), noHeader.headers().fields().isEmpty()));
    }

    @Test
    void aLineThatIsNoFieldBeginsTheBody() throws IOException {
        var content = Contents.of("A: b\nno field\nC: d\n\ntext\n");
        assertEquals(List.of(new Headers.Field("A", "b")), content.headers().fields());
        assertTrue(body(content, content.tree()).startsWith("no field\r\n"));
    }

    @Test
    void theSeparatorOfMboxFilesIsNoField() {
        assertEquals("b", Contents.of("From ann@example.test Thu Jan  1 00:00:00 1970\nA: b\n\n").headers().first("a").orElseThrow());
    }

    @Test
    void keepsNulAndEightBitOctets() throws IOException {
        var content = Contents.of("A: x\u0000y\u0001\n"
                + "Content-Type: multipart/mixed; boundary=\"é\u0000\"\n\n--é\u0000\n\n\u0000\u00ff\n--é\u0000--\n");
        assertEquals("x\u0000y\u0001", content.headers().first("a").orElseThrow());
        assertEquals("\u0000\u00ff", body(content, content.tree().parts().getFirst()));
    }

    @Test
    void readsBareLineFeedsAndEmptyParts() throws IOException {
        var text = "Content-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x\n--x\n\n--x--\n";
        var content = Contents.of(text.getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("a", "", ""), bodies(content));
    }

    static List<String> bodies(Content content) throws IOException {
        var bodies = new java.util.ArrayList<String>();
        for (var part : content.tree().parts()) {
            bodies.add(body(content, part));
        }
        return bodies;
    }

    static String body(Content content, Part part) throws IOException {
        return text(content, part.body(), part.end());
    }

    static String text(Content content, long from, long to) throws IOException {
        try (var in = content.open()) {
            return new String(Arrays.copyOfRange(in.readAllBytes(), (int) from, (int) to), StandardCharsets.UTF_8);
        }
    }
}
