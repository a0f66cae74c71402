package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.posthouse.imap.FetchItem.Text.Fields;
import org.posthouse.imap.FetchItem.Text.Which;

final class FieldLinesTest {
    private static final String HEADER = """
            From here on
            Subject: one
             and more
            FROM : ann@example.test
            not a field
            X-Empty:
            subject: two
            To: a,
            \tb

            """.replace("\n", "\r\n");

    private static String chosen(Which which, String... names) {
        var header = HEADER.getBytes(StandardCharsets.UTF_8);
        var chosen = FieldLines.chosen(header, new FieldChoice(new Fields(which, List.of(names))), "\r\n".getBytes(StandardCharsets.UTF_8));
        return new String(chosen, StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    @Test
    void fieldsAreChosenByNameWithTheirContinuations() {
        assertEquals("Subject: one\n and more\nsubject: two\n\n", chosen(Which.THESE, "SUBJECT"));
        assertEquals("FROM : ann@example.test\nTo: a,\n\tb\n\n", chosen(Which.THESE, "to", "From", "X-None"));
        assertEquals("\n", chosen(Which.THESE, "sub", "subjects"));
    }

    @Test
    void allOthersAreTheOtherFields() {
        assertEquals("FROM : ann@example.test\nX-Empty:\nTo: a,\n\tb\n\n", chosen(Which.ALL_OTHERS, "Subject"));
    }

    @Test
    void valuesAreUnfolded() {
        var lines = new FieldLines(HEADER.getBytes(StandardCharsets.UTF_8));
        lines.next();
        assertEquals("subject", lines.name());
        assertEquals("one and more", lines.value());
        lines.next();
        assertEquals("from", lines.name());
        assertEquals("ann@example.test", lines.value());
        lines.next();
        assertEquals("", lines.value());
    }

    @Test
    void octetsThatAreNotUtf8AreLatin1() {
        var lines = new FieldLines("Subject: gr\u00fcn".getBytes(StandardCharsets.ISO_8859_1));
        lines.next();
        assertEquals("grün", lines.value());
    }

    @Test
    void anythingIsReadToItsEnd() {
        for (var text : List.of("", "\r\n", ":", "a", "a:", " a: b", "\n\n\n", "a\n:b\n", "a: b\n ")) {
            var lines = new FieldLines(text.getBytes(StandardCharsets.UTF_8));
            while (lines.next()) {
                lines.name();
                lines.value();
            }
        }
    }
}
