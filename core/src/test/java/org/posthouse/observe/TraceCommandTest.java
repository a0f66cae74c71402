package org.posthouse.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.disk.HomeDisk;
import org.posthouse.swap.Plugins;

final class TraceCommandTest {
    @TempDir
    private Path home;
    private final FileTraceTest.TestClock clock = new FileTraceTest.TestClock();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private FileTrace trace;

    @BeforeEach
    void tell() {
        var metrics = new MemoryMetrics();
        trace = new FileTrace(new HomeDisk(home), new Observers(new Plugins<>("observer"), metrics), metrics, clock);
        trace.event("3F2A", "connected", "remote", "192.0.2.1");
        clock.now = clock.now.plusMillis(12);
        trace.event("3F2A.1", "queued", "from", "ann@example.test", "size", 512);
        clock.now = clock.now.plus(Duration.ofHours(20));
        trace.event("3F2A.1", "delivered", "why", "at last");
    }

    @AfterEach
    void close() {
        trace.close();
    }

    @Test
    void showsAStoryInColumns() throws Exception {
        assertEquals(0, run("3F2A.1"));
        assertEquals("""
                Wednesday, 2026-03-04 (+01:00)
                06:06:07.000            3F2A    connected  remote=192.0.2.1
                06:06:07.012   +0.012s  3F2A.1  queued     from=ann@example.test size=512
                Thursday, 2026-03-05 (+01:00)
                02:06:07.012      +20h  3F2A.1  delivered  why="at last"
                """, out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void showsTheLastEventsAsJson() throws Exception {
        assertEquals(0, run("--last", "1", "--json"));
        assertEquals("{\"at\":\"2026-03-05T01:06:07.012Z\",\"id\":\"3F2A.1\",\"what\":\"delivered\",\"values\":{\"why\":\"at last\"}}\n",
                out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void saysWhatIsWrong() throws Exception {
        assertEquals(1, run("X"));
        for (var args : List.of("", "a b", "--last", "--last x", "--what", "--json")) {
            err.reset();
            assertEquals(2, run(args.split(" ")));
            assertEquals(1, err.toString(StandardCharsets.UTF_8).lines().count());
        }
        assertTrue(out.toString(StandardCharsets.UTF_8).isEmpty());
    }

    private int run(String... args) throws Exception {
        var command = new TraceCommand(trace, ZoneId.of("Europe/Berlin"));
        return command.run(List.of(args), InputStream.nullInputStream(), new PrintStream(out, true), new PrintStream(err, true));
    }
}
