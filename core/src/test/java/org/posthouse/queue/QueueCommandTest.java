package org.posthouse.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.posthouse.auth.Resolution;
import org.posthouse.message.Contents;
import org.posthouse.net.FixedSite;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;
import org.posthouse.state.SetClock;
import org.posthouse.swap.Plugins;

class QueueCommandTest {
    private final SetClock clock = new SetClock();
    private final MemoryQueue queue = new MemoryQueue(clock);
    private final Plugins<Queue> queues = new Plugins<>("queue");
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final QueueCommand command = new QueueCommand(queues, new Courier(new Plugins<>("delivery"), queues,
            new Routes(_ -> new Resolution.Unknown(), new FixedSite()), new FixedSite(), new MemoryTrace(), new MemoryMetrics(), clock),
            ZoneOffset.UTC);

    @BeforeEach
    void twoMessagesWait() throws IOException {
        queues.arrive("queue-memory", queue, Map.of());
        queue.put(QueueContract.item("s.1"), Contents.of("Subject: x\u001b[31m\n\nhello\n"), clock.instant());
        queue.put(QueueContract.item("s.2").held(Optional.of("odd")), Contents.of("\n"), clock.instant());
    }

    private int run(String... words) throws IOException {
        out.reset();
        err.reset();
        return command.run(List.of(words), InputStream.nullInputStream(), new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void listsInTheShapeOfMailq() throws IOException {
        queue.lease("me", 1, Duration.ofHours(1));
        assertEquals(0, run("list"));
        assertTrue(out().contains("s.1* ") && out().contains("s.2! ") && out().contains("(held: odd)"), out());
        assertTrue(out().contains("  Thu Jan 01 00:00:00  <eve@elsewhere.test>\n"), out());
        assertTrue(out().contains("        <zoë@elsewhere.test>  smtp:elsewhere.test\n"), out());
        assertTrue(out().contains("(4.2.2 full, 100% of it)"), out());
        assertTrue(out().endsWith("-- 28 B in 2 messages.\n"), out());
    }

    @Test
    void listsOneObjectALine() throws IOException {
        assertEquals(0, run("list", "--json"));
        var lines = out().lines().toList();
        assertEquals(2, lines.size());
        assertTrue(lines.getFirst().startsWith("{\"id\":\"s.1\",\"state\":\"waiting\",\"arrived\":\"2026-01-01T00:00:00.123Z\""), lines.getFirst());
        assertTrue(lines.getLast().contains("\"state\":\"held\"") && lines.getLast().contains("\"held\":\"odd\""), lines.getLast());
    }

    @Test
    void showsTheHeaderWithoutWhatATerminalWouldObey() throws IOException {
        assertEquals(0, run("show", "s.1"));
        assertTrue(out().contains("\nSubject: x?[31m\n") && !out().contains("hello"), out());
        assertEquals(1, run("show", "s.9"));
        assertEquals("posthouse queue: there is no message s.9; posthouse queue list shows those there are\n",
                err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void decidesAboutSeveralAndNamesThoseThatAreNotThere() throws IOException {
        assertEquals(1, run("hold", "s.1", "s.9"));
        assertEquals("1 message\n", out());
        assertEquals(0, run("flush"));
        assertEquals("0 messages\n", out());
        assertEquals(0, run("release", "s.1", "s.2"));
        assertEquals(0, run("flush"));
        assertEquals("2 messages\n", out());
        assertEquals(0, run("remove", "s.1", "s.2"));
        run("list");
        assertTrue(out().endsWith("The queue is empty.\n"), out());
    }

    @Test
    void saysHowItIsUsed() throws IOException {
        for (var wrong : List.of(List.<String>of(), List.of("list", "s.1"), List.of("show"), List.of("hold"), List.of("purge", "s.1"))) {
            assertEquals(2, run(wrong.toArray(String[]::new)), wrong.toString());
        }
    }
}
