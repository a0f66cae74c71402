package org.posthouse.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.posthouse.net.Listener;
import org.posthouse.net.ScriptedConnection;

/** CVE-2023-51764 to 51766: no other server's idea of the end of a message lets a second one through. */
final class SmugglingTest {
    private static final String INNER = "MAIL FROM:<evil@there.example>\r\nRCPT TO:<ann@here.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nowned";
    private static final List<String> LINE_ENDS = List.of("\r\n", "\n", "\r", "\r\r\n", "\n\r", "\r\n\0", "\0\r\n", "\r\0\n", "\n\n", "\r\r",
            "\u000b", "\f", "\u0085", "\u2028", "\u2029", " \r\n", "\t\r\n", "\r \n", "\r\t\n", "\u001a", "\b\r\n");
    private static final List<String> DOTS = List.of(".", "..", "\0.", ".\0", " .", ". ", ".\t", "=2E", "\u3002", "\uff0e", "\u2024", ".\r.", ".\n.");
    private static final String END = "\r\n.\r\n";

    /** Every mixture of two line ends around every sort of dot, but the one that ends a message. */
    static Set<String> sequences() {
        var sequences = new LinkedHashSet<String>();
        for (String before : LINE_ENDS) {
            for (String dot : DOTS) {
                for (String after : LINE_ENDS) {
                    sequences.add(before + dot + after);
                }
            }
        }
        sequences.removeIf(s -> s.contains(END));
        return sequences;
    }

    @Test
    void noSequenceButTheTrueEndEndsAMessage() {
        int tried = 0;
        for (String sequence : sequences()) {
            for (int segment : List.of(Integer.MAX_VALUE, Integer.MAX_VALUE, 1, 1)) {
                tried++;
                var stage = send(sequence, segment, tried % 2 == 0 ? "accept" : "refuse");
                assertTrue(stage.intake.messages().size() <= 1, () -> "two messages by " + shown(sequence));
                assertTrue(stage.intake.messages().stream().noneMatch(m -> m.from().toString().startsWith("evil")),
                        () -> "smuggled by " + shown(sequence));
            }
        }
        assertTrue(tried > 8_000, "sequences tried: " + tried);
    }

    @TestFactory
    Stream<DynamicTest> theKnownSequencesDeliverNothing() {
        return Stream.of("\n.\n", "\n.\r", "\r.\n", "\r.\r", "\n.\r\n", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\r\n\0.\r\n", "\r\n.\0\r\n",
                "\r\r\n.\r\r\n", "\r\n.\r\r\n", "\n\n.\r\n", "\n..\n", "\n\r.\n\r", "\r\n.\n\r\n", "\r\n.\r.\r\n", "\r\n.\r\0\n")
                .map(s -> DynamicTest.dynamicTest(shown(s), () -> assertEquals(List.of(), send(s, Integer.MAX_VALUE, "refuse").intake.messages())));
    }

    @Test
    void theTrueEndIsFoundWhereverASegmentEnds() {
        for (int segment = 1; segment < 40; segment++) {
            var messages = send(END, segment, "accept").intake.messages();
            assertEquals(2, messages.size());
            assertEquals("Subject: outer\r\n\r\nfirst\r\n", messages.getFirst().text());
        }
    }

    private static SmtpStage send(String sequence, int segment, String bareLineFeeds) {
        var stage = new SmtpStage();
        stage.told("set", "bare-line-feeds " + bareLineFeeds);
        var connection = begun(stage, segment);
        connection.send(("Subject: outer\r\n\r\nfirst" + sequence + INNER + END + "QUIT\r\n").getBytes(StandardCharsets.UTF_8));
        connection.rest();
        connection.end();
        assertFalse(connection.outcome().isPresent());
        return stage;
    }

    private static ScriptedConnection begun(SmtpStage stage, int segment) {
        var connection = new ScriptedConnection(Listener.Role.MX, Listener.Tls.NONE).serve(stage.protocol());
        connection.line();
        connection.segments(segment);
        connection.send("EHLO client.example\r\nMAIL FROM:<bob@there.example>\r\nRCPT TO:<ann@here.example>\r\nDATA\r\n");
        connection.rest();
        return connection;
    }

    private static String shown(String sequence) {
        var shown = new StringBuilder();
        sequence.chars().forEach(c -> shown.append(c > ' ' && c < 0x7f ? String.valueOf((char) c) : "<%x>".formatted(c)));
        return shown.toString();
    }
}
