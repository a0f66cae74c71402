package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HeaderLinesTest {
    @Test
    void aShortFieldIsOneLine() {
        assertEquals("X-Spam: yes, 7.5 points\r\n", HeaderLines.field("X-Spam", "yes, 7.5 points"));
    }

    @Test
    void nothingInABodyEndsTheFieldOrTheHeader() {
        assertEquals("X-A: one X-B: two body\r\n", HeaderLines.field("X-A", "one\r\nX-B: two\r\n\r\nbody"));
        assertEquals("X-A: one two\r\n", HeaderLines.field("X-A", "one\ntwo\0\r"));
    }

    @Test
    void whatIsNotAsciiIsReplaced() {
        assertEquals("X-A: gr?n?\r\n", HeaderLines.field("X-A", "grün\ud83d\ude00"));
    }

    @Test
    void longBodiesAreFoldedBetweenWords() {
        var field = HeaderLines.field("X-Long", "word ".repeat(40));
        field.lines().forEach(line -> assertTrue(line.length() <= 78, line));
        assertEquals("X-Long: " + "word ".repeat(40).strip(), field.strip().replace("\r\n", ""));
    }

    @Test
    void noWordIsLongerThanALine() {
        var field = HeaderLines.field("X".repeat(76), "y".repeat(5_000));
        field.lines().forEach(line -> assertTrue(line.length() <= HeaderLines.LONGEST_LINE));
        assertTrue(HeaderLines.areWhole(field));
    }

    @Test
    void anEmptyBodyIsAField() {
        assertEquals("X-A:\r\n", HeaderLines.field("X-A", ""));
        assertEquals("X-A:\r\n", HeaderLines.field("X-A", " \r\n\t"));
    }

    @Test
    void aHugeBodyIsCut() {
        assertTrue(HeaderLines.field("X-A", "a ".repeat(1_000_000)).length() < 2 * HeaderLines.LONGEST_BODY);
    }

    @Test
    void whateverTheBodyIsTheFieldIsWhole() {
        var random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            var body = new StringBuilder();
            random.ints(random.nextInt(200), 0, 300)
                    .map(c -> c % 5 == 0 ? "\r\n\t \0".charAt(c / 5 % 5) : c).forEach(body::appendCodePoint);
            var field = HeaderLines.field("X-Fuzz", body.toString());
            assertTrue(field.equals("X-Fuzz:\r\n") || HeaderLines.areWhole(field), () -> field);
        }
    }

    @Test
    void namesAreWhatTheRfcAllows() {
        assertTrue(HeaderLines.isName("X-Spam-Status"));
        for (var wrong : new String[] {"", "X Spam", "X:", "X\r\nY", "Ü", "x".repeat(77)}) {
            assertFalse(HeaderLines.isName(wrong), wrong);
        }
    }

    @Test
    void wholeLinesAreFieldsEndedByCrlf() {
        assertTrue(HeaderLines.areWhole("DKIM-Signature: v=1;\r\n\tb=abc\r\nX-A: b\r\n"));
        for (var wrong : new String[] {"", "\r\n", "X-A: b", "X-A: b\n", "X-A: b\r\n\r\n", "X-A: b\r\n\r\nbody\r\n", " b\r\n",
            "X-A: b\r\n \r\n", "X-A: b\rc\r\n", "X-A: b\nX-B: c\r\n", "no colon\r\n", ": b\r\n", "X-A: \0\r\n",
            "X-A: " + "b".repeat(1_000) + "\r\n"}) {
            assertFalse(HeaderLines.areWhole(wrong), wrong);
        }
    }
}
