package org.posthouse.disk;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Scratch;

/** Whatever stands in a ledger, new words are remembered. */
final class LedgerFuzzTest implements FuzzTarget {
    private final Path file;
    private final Ledger ledger;

    LedgerFuzzTest() throws IOException {
        var home = Scratch.folder();
        file = home.resolve("ledger");
        ledger = new Ledger(new HomeDisk(home), Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC), Duration.ofDays(7));
    }

    @Override
    public void take(byte[] input) throws IOException {
        Files.write(file, input);
        var before = ledger.words(file);
        ledger.remember(file, List.of("new"));
        var after = ledger.words(file);
        assertTrue(after.contains("new") && after.containsAll(before), () -> before + " " + after);
    }

    @Override
    public List<String> seeds() {
        return List.of("1767225600 a\n1767225601 b\n", "1 old\n1767225600 a\n", "1767225600 a\n17672256", "x y\n", "9999999999 a b\n", " a\n\n\r\n");
    }
}
