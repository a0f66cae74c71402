package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.posthouse.imap.FetchItem.Text.Fields;
import org.posthouse.imap.FetchItem.Text.Which;

final class FieldChoiceTest {
    private static final String HEADER = """
            Subject: one
             and more
            FROM : ann@example.test
            X-Empty:
            subject: two
            To: a,
            \tb

            """.replace("\n", "\r\n");

    private static String chosen(Which which, String... names) {
        var choice = new FieldChoice(new Fields(which, List.of(names)));
        return new String(choice.of(HEADER.getBytes(StandardCharsets.UTF_8), new byte[] {'.'}), StandardCharsets.UTF_8)
                .replace("\r\n", "\n");
    }

    @Test
    void fieldsAreChosenByNameWithTheirContinuations() {
        assertEquals("Subject: one\n and more\nsubject: two\n.", chosen(Which.THESE, "SUBJECT"));
        assertEquals("FROM : ann@example.test\nTo: a,\n\tb\n.", chosen(Which.THESE, "to", "From", "X-None"));
        assertEquals(".", chosen(Which.THESE, "sub", "subjects", ""));
    }

    @Test
    void allOthersAreTheOtherFields() {
        assertEquals("FROM : ann@example.test\nX-Empty:\nTo: a,\n\tb\n.", chosen(Which.ALL_OTHERS, "Subject"));
    }
}
