package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.mailbox.Letter;
import org.posthouse.message.Refusal;

/** Whatever a filter wants in a header is whole fields there, and any message's hops are counted. */
final class HeaderLinesFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) throws IOException {
        var text = new String(input, StandardCharsets.UTF_8);
        var field = HeaderLines.field("X-Spam", text);
        assertTrue(HeaderLines.areWhole(field), field);
        if (HeaderLines.areWhole(text)) {
            assertTrue(HeaderLines.areWhole(text + field), text);
        }
        try {
            Hops.check(new Letter(input));
        } catch (Refusal e) {
            assertEquals("5.4.6", e.status().code());
        }
    }

    @Override
    public List<String> seeds() {
        return List.of("yes, score=5.1", "X-A: b\r\n c\r\nY: z\r\n", "a b\u00c3\u00bc\0\r\n\r\nc", "x".repeat(2000), " ", "Received: a\r\n".repeat(101), "received:x\r\n\r\nReceived: b\r\n");
    }
}
