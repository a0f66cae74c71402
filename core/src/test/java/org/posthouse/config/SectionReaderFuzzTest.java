package org.posthouse.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SectionReaderFuzzTest {
    private static final Path FILE = Path.of("posthouse.conf");
    private static final String LETTERS = "ab-=[]#; \t\r\n\n\n${}.\0\u00ff\\\"'";

    @Test
    void takesAnyOctetsAndNamesOnlyLinesThatAreThere() {
        var random = new Random(25);
        for (int round = 0; round < 20_000; round++) {
            var octets = new byte[random.nextInt(200)];
            for (int i = 0; i < octets.length; i++) {
                octets[i] = (byte) (random.nextInt(8) == 0 ? random.nextInt(256)
                        : LETTERS.charAt(random.nextInt(LETTERS.length())));
            }
            var reader = new SectionReader();
            reader.read(FILE, octets);
            long lines = new String(octets, StandardCharsets.ISO_8859_1).chars().filter(c -> c == '\n').count() + 1;
            reader.problems().forEach(p -> assertTrue(p.place().line() >= 1 && p.place().line() <= lines, p::toString));
        }
    }

    @Test
    void readsBackWhatWasWritten() {
        var random = new Random(26);
        for (int round = 0; round < 2_000; round++) {
            var text = new StringBuilder();
            int sections = random.nextInt(5);
            int keys = 1 + random.nextInt(5);
            for (int s = 0; s <= sections; s++) {
                text.append(s == 0 ? "" : "[word s" + s + "]" + blank(random));
                for (int k = 0; k < keys; k++) {
                    text.append(" ".repeat(random.nextInt(3))).append("key-" + k).append(" ".repeat(random.nextInt(3)))
                            .append("= v=;#[" + s + "." + k + "]").append(blank(random));
                }
            }
            var reader = new SectionReader();
            reader.read(FILE, text.toString().getBytes(StandardCharsets.UTF_8));
            assertEquals(0, reader.problems().size(), reader.problems()::toString);
            assertEquals(sections + 1, reader.sections().size());
            reader.sections().values().forEach(s -> assertEquals(keys, s.entries().size()));
            assertEquals("v=;#[" + sections + ".0]", reader.sections().sequencedValues().getLast().entries().get("key-0")
                    .value());
        }
    }

    private static String blank(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> "\r\n";
            case 1 -> "\n\n  # comment = none\n";
            case 2 -> " \t\n;[comment]\n";
            default -> "\n";
        };
    }
}
