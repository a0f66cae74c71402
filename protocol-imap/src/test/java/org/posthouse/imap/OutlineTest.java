package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.posthouse.imap.Outline.Range;
import org.posthouse.message.Contents;

final class OutlineTest {
    /** The structure of the example in RFC 3501 §6.4.5, in small. */
    private static final String NESTED = """
            Subject: outer
            Content-Type: multipart/mixed; boundary=a

            preamble
            --a

            one
            --a
            Content-Type: application/octet-stream

            two
            --a
            Content-Type: message/rfc822

            Subject: three
            Content-Type: multipart/mixed; boundary=b

            --b

            three.one
            --b
            Content-Type: application/octet-stream

            three.two
            --b--
            --a
            Content-Type: multipart/mixed; boundary=c

            --c
            Content-Type: image/gif

            four.one
            --c
            Content-Type: message/rfc822

            Subject: four.two
            Content-Type: multipart/alternative; boundary=d

            --d

            four.two.one
            --d
            Content-Type: text/richtext

            four.two.two
            --d--
            --c--
            --a--
            epilogue
            """;

    private static final String SIMPLE = "Subject: s\n\ntext\n";

    private static final String WRAPPED = """
            Subject: w
            Content-Type: message/rfc822

            Subject: inside

            text inside
            """;

    private static String cut(String text, Range range) {
        var octets = text.replaceAll("(?<!\r)\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        return new String(octets, (int) range.from(), (int) range.length(), StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    private static Optional<Outline> part(String text, String numbers) {
        return Outline.of(Contents.of(text).tree()).part(Stream.of(numbers.split("\\.")).map(Integer::valueOf).toList());
    }

    private static String text(String message, String numbers) {
        return part(message, numbers).map(part -> cut(message, part.text())).orElse("none");
    }

    @Test
    void partsAreCountedThroughMultipartsAndMessages() {
        assertEquals("one", text(NESTED, "1"));
        assertEquals("two", text(NESTED, "2"));
        assertEquals("three.one", text(NESTED, "3.1"));
        assertEquals("three.two", text(NESTED, "3.2"));
        assertEquals("four.one", text(NESTED, "4.1"));
        assertEquals("four.two.one", text(NESTED, "4.2.1"));
        assertEquals("four.two.two", text(NESTED, "4.2.2"));
    }

    @Test
    void whatIsNotThereIsNotFound() {
        for (var numbers : List.of("5", "0", "1.1", "2.1", "3.3", "3.1.1", "4.2.3", "4.2.1.1", "2147483647")) {
            assertEquals("none", text(NESTED, numbers), numbers);
        }
    }

    @Test
    void aPartThatIsAMessageIsThatMessageWithItsHeader() {
        var three = text(NESTED, "3");
        assertEquals("Subject: three\nContent-Type: multipart/mixed; boundary=b\n\n", three.substring(0, three.indexOf("--b")));
        var inner = part(NESTED, "3").orElseThrow().message().orElseThrow();
        assertEquals("Subject: three\nContent-Type: multipart/mixed; boundary=b\n\n", cut(NESTED, inner.header()));
        assertEquals(three, cut(NESTED, inner.all()));
    }

    @Test
    void aPartsOwnHeaderIsWhatStandsBeforeItsBody() {
        assertEquals("Content-Type: message/rfc822\n\n", cut(NESTED, part(NESTED, "3").orElseThrow().header()));
        assertEquals("Content-Type: image/gif\n\n", cut(NESTED, part(NESTED, "4.1").orElseThrow().header()));
        assertEquals("\n", cut(NESTED, part(NESTED, "1").orElseThrow().header()));
    }

    @Test
    void aMultipartIsItsPartsWithTheirDelimiters() {
        var four = text(NESTED, "4");
        assertEquals("--c\n", four.substring(0, 4));
        assertEquals("--c--", four.substring(four.length() - 5));
    }

    @Test
    void aMessageThatIsNoMultipartHasOnePart() {
        assertEquals("text\n", text(SIMPLE, "1"));
        assertEquals("none", text(SIMPLE, "2"));
        assertEquals("none", text(SIMPLE, "1.1"));
    }

    @Test
    void aMessageThatIsAMessageHasItAsPartOne() {
        assertEquals("Subject: inside\n\ntext inside\n", text(WRAPPED, "1"));
        assertEquals("text inside\n", text(WRAPPED, "1.1"));
        assertEquals("none", text(WRAPPED, "1.1.1"));
        assertEquals("none", text(WRAPPED, "1.2"));
    }

    @Test
    void aMultipartNobodyCouldReadIsOnePart() {
        var text = "Content-Type: multipart/mixed\n\nno boundary\n";
        assertEquals("no boundary\n", text(text, "1"));
        assertEquals("none", text(text, "1.1"));
    }

    @Test
    void depthBeyondTheParsersLimitIsALeaf() {
        var text = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            text.append("Content-Type: multipart/mixed; boundary=b").append(i).append("\n\n--b").append(i).append("\n");
        }
        var outline = Outline.of(Contents.of(text.toString()).tree());
        assertEquals(Optional.empty(), outline.part(Collections.nCopies(200, 1)));
        assertEquals(true, outline.part(Collections.nCopies(50, 1)).isPresent());
    }
}
