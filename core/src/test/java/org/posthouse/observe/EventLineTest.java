package org.posthouse.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class EventLineTest {
    private static final Instant AT = Instant.parse("2026-03-04T05:06:07.123Z");

    @Test
    void isReadableAsItIs() {
        assertEquals("2026-03-04T05:06:07.123Z ABC.1 queued from=ann@example.test size=12 why=\"no \\\"room\\\"\" empty=\"\"",
                EventLine.write(Event.of(AT, "ABC.1", "queued", "from", "ann@example.test", "size", 12,
                        "why", "no \"room\"", "empty", "", "none", null)));
    }

    @Test
    void whatIsWrittenIsReadBackTheSame() {
        var random = new Random(8259);
        var alphabet = "aZ0 =\\\"\n\r\t\u0000\u001b\u00a0\u202eéü字😀\ud800u:{}";
        for (int i = 0; i < 5_000; i++) {
            var event = Event.of(AT, junk(random, alphabet), junk(random, alphabet),
                    "key", junk(random, alphabet), "a.b-c_d", junk(random, alphabet));
            var line = EventLine.write(event);
            assertEquals(Optional.of(event), EventLine.read(line), line);
            assertFalse(line.chars().anyMatch(c -> c < ' ' || c == 0x202e));
        }
    }

    @Test
    void cutsLongValues() {
        assertEquals(1_003, EventLine.word("x".repeat(5_000)).length());
    }

    @Test
    void readsOnlySuchLines() {
        for (var line : new String[] {"", "x", "2026-03-04T05:06:07Z a", "yesterday a b c=d", "2026-03-04T05:06:07Z a b c",
            "2026-03-04T05:06:07Z a b c=\"d",
            "2026-03-04T05:06:07Z a b =d"}) {
            assertEquals(Optional.empty(), EventLine.read(line), line);
        }
    }

    @Test
    void writesJson() {
        var event = Event.of(AT, "A", "w", "k", "a\"b\\\n\u0000", "l", "é");
        assertEquals("{\"at\":\"2026-03-04T05:06:07.123Z\",\"id\":\"A\",\"what\":\"w\",\"values\":{\"k\":\"a\\\"b\\\\\\n\\u0000\",\"l\":\"é\"}}",
                EventLine.json(event));
    }

    private static String junk(Random random, String alphabet) {
        var text = new StringBuilder();
        for (int n = random.nextInt(8); n > 0; n--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
