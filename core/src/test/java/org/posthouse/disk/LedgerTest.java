package org.posthouse.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LedgerTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    private Path home;

    private Ledger after(int days) {
        return new Ledger(new HomeDisk(home), Clock.fixed(START.plus(Duration.ofDays(days)), ZoneOffset.UTC), Duration.ofDays(7));
    }

    @Test
    void remembersForItsTimeAndNoLonger() throws IOException {
        var file = home.resolve("ledger");
        assertEquals(Set.of(), after(0).words(file));
        after(0).remember(file, List.of("a", "b"));
        after(3).remember(file, List.of("c"));
        assertEquals(Set.of("a", "b", "c"), after(6).words(file));
        assertEquals(Set.of("c"), after(8).words(file));
    }

    @Test
    void isWrittenAnewWhenItsBeginningIsOld() throws IOException {
        var file = home.resolve("ledger");
        after(0).remember(file, List.of("a"));
        after(10).remember(file, List.of("b"));
        assertEquals(2, Files.readAllLines(file).size());
        after(15).remember(file, List.of("c"));
        assertEquals(List.of("b", "c"), Files.readAllLines(file).stream().map(l -> l.split(" ")[1]).toList());
        after(60).remember(file, List.of("d"));
        after(61).remember(file, List.of("e"));
        assertEquals(2, Files.readAllLines(file).size());
    }

    @Test
    void aTornEndDoesNotCountAndIsNotAddedTo() throws IOException {
        var file = home.resolve("ledger");
        after(0).remember(file, List.of("a"));
        Files.writeString(file, "1772", StandardOpenOption.APPEND);
        assertEquals(Set.of("a"), after(0).words(file));
        after(0).remember(file, List.of("b"));
        assertEquals(Set.of("a", "b"), after(0).words(file));
        Files.writeString(file, "\n\nnonsense\n99999999999999999999 x\n-1 y\n 3 z\n", StandardOpenOption.APPEND);
        assertEquals(Set.of("a", "b"), after(0).words(file));
    }

    @Test
    void isDurableWhenItReturns() throws IOException {
        var disk = new FaultyDisk(new HomeDisk(home));
        new Ledger(disk, Clock.systemUTC(), Duration.ofDays(7)).remember(home.resolve("ledger"), List.of("a"));
        assertTrue(disk.story().getLast().startsWith("SYNC_FOLDER"), disk.story().toString());
        assertEquals("SYNC ledger", disk.story().get(2));
    }
}
