package org.posthouse.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.config.Values;
import org.posthouse.disk.FaultyDisk;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.BadSetting;
import org.posthouse.swap.Plugins;

@Timeout(20)
final class FileTraceTest {
    /** A clock that a test moves. */
    static final class TestClock extends Clock {
        volatile Instant now = Instant.parse("2026-03-04T05:06:07Z");

        @Override public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override public Clock withZone(ZoneId zone) {
            return InstantSource.fixed(now).withZone(zone);
        }

        @Override public Instant instant() {
            return now;
        }
    }

    @TempDir
    private Path home;
    private final TestClock clock = new TestClock();
    private final MemoryMetrics metrics = new MemoryMetrics();
    private final Plugins<Observer> observers = new Plugins<>("observer");
    private FaultyDisk disk;
    private FileTrace trace;

    @BeforeEach
    void open() {
        disk = new FaultyDisk(new HomeDisk(home));
        trace = new FileTrace(disk, new Observers(observers, metrics), metrics, clock);
    }

    @AfterEach
    void close() {
        trace.close();
    }

    @Test
    void aMessagesStoryIncludesItsSessions() throws Exception {
        trace.event("S", "connected");
        trace.event("S.1", "queued");
        trace.event("S.1.a", "delivered");
        trace.event("S.10", "queued");
        trace.event("S.2", "refused");
        trace.event("T", "connected");
        assertEquals(List.of("S connected", "S.1 queued", "S.1.a delivered"), story("S.1"));
        assertEquals(List.of("S connected", "S.1 queued", "S.1.a delivered"), story("S.1.a"));
        assertEquals(5, trace.find("S").size());
        assertEquals(List.of("T connected"), story("T.7"));
        assertEquals(List.of(), story("X"));
    }

    @Test
    void anyPrefixWillDo() throws Exception {
        trace.event("ABCDEF", "connected");
        trace.event("ABCDEF.12", "queued");
        assertEquals(List.of("ABCDEF connected", "ABCDEF.12 queued"), story("ABC"));
        assertEquals(List.of("ABCDEF connected", "ABCDEF.12 queued"), story("ABCDEF.1"));
    }

    @Test
    void findsWhatAnEarlierRunWroteAndSkipsATornLine() throws Exception {
        trace.event("S", "first");
        trace.close();
        var file = home.resolve("var/trace/2026-03-04.log");
        Files.writeString(file, Files.readString(file) + "2026-03-04T05:06:0");
        open();
        trace.event("S", "second");
        assertEquals(List.of("S first", "S second"), story("S"));
    }

    @Test
    void turnsToANewFileEachDayAndRemovesOldOnes() throws Exception {
        trace.configure(new Values("", Map.of("trace-days", "2")));
        for (int day = 0; day < 5; day++) {
            trace.event("S", "day" + day);
            clock.now = clock.now.plus(Duration.ofDays(1));
        }
        assertEquals(List.of("S day2", "S day3", "S day4"), story("S"));
        assertEquals(List.of("S day3", "S day4"), trace.last(2).stream().map(e -> e.id() + " " + e.what()).toList());
        assertEquals(3, trace.last(50).size());
    }

    @Test
    void aFullDiskCostsEventsAndNothingElse() throws Exception {
        trace.event("S", "before");
        trace.flush();
        disk.fail(FaultyDisk.Op.WRITE, 1, FaultyDisk.full());
        trace.event("S", "lost");
        trace.flush();
        trace.event("S", "after");
        assertEquals(List.of("S before", "S after"), story("S"));
        assertEquals(1, metrics.counted("trace_dropped"));
    }

    @Test
    void neverBlocksAndCountsWhatItDrops() throws Exception {
        for (int i = 0; i < 200_000; i++) {
            trace.event("S", "again", "n", i);
        }
        trace.flush();
        assertEquals(200_000, metrics.counted("trace_dropped") + lines());
    }

    private long lines() throws Exception {
        try (var lines = Files.lines(home.resolve("var/trace/2026-03-04.log"))) {
            return lines.count();
        }
    }

    @Test
    void observersHearOfEventsAndASlowOneHoldsUpNobody() throws Exception {
        var heard = new CountDownLatch(3);
        observers.arrive("quick", _ -> heard.countDown(), Map.of());
        observers.arrive("stuck", _ -> park(), Map.of());
        observers.arrive("broken", _ -> {
            throw new IllegalStateException("bug");
        }, Map.of());
        for (int i = 0; i < 3; i++) {
            trace.event("S", "x");
        }
        heard.await();
        trace.flush();
    }

    private static void park() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aClosedTraceHasWrittenAllAndTakesNoMore() throws Exception {
        trace.event("S", "x");
        trace.close();
        trace.event("S", "y");
        assertEquals(List.of("S x"), story("S"));
        assertEquals(1, metrics.counted("trace_dropped"));
    }

    @Test
    void saysWhatIsWrongWithTraceDays() {
        for (var days : List.of("0", "-1", "many", "100000")) {
            var top = new Values("", Map.of("trace-days", days));
            assertEquals("trace-days", assertThrows(BadSetting.class, () -> trace.configure(top)).key());
        }
    }

    @Test
    void filesAreForTheirOwnerAlone() throws Exception {
        trace.event("S", "x");
        trace.flush();
        assertTrue(Files.getPosixFilePermissions(home.resolve("var/trace/2026-03-04.log")).size() == 2);
    }

    private List<String> story(String prefix) throws Exception {
        return trace.find(prefix).stream().map(e -> e.id() + " " + e.what()).toList();
    }
}
