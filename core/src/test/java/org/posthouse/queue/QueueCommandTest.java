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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
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
    private Resolution resolution = new Resolution.Unknown();
    private final QueueCommand command = new QueueCommand(queues, new Courier(new Plugins<>("delivery"), queues,
            new Routes(_ -> resolution, new FixedSite()), new FixedSite(), new MemoryTrace(), new MemoryMetrics(), clock),
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
    void choosesBySenderRecipientDestinationAgeAndReason() throws IOException {
        assertEquals("s.2", chosen("--reason", "ODD"));
        assertEquals("s.1 s.2", chosen("--reason", "100% of it"));
        assertEquals("s.1 s.2", chosen("--sender", "elsewhere.test", "--recipient", "zoë@elsewhere.test"));
        assertEquals("", chosen("--sender", "<>"));
        assertEquals("", chosen("--sender", "ann@elsewhere.test"));
        assertEquals("s.1 s.2", chosen("--destination", "elsewhere.test"));
        assertEquals("s.1 s.2", chosen("--destination", "smtp:elsewhere.test", "--older", "1d"));
        assertEquals("", chosen("--destination", "lmtp:elsewhere.test"));
        assertEquals("", chosen("--older", "36500d"));
        assertEquals("s.1 s.2", chosen("--all"));
    }

    private String chosen(String... words) throws IOException {
        var all = new ArrayList<>(List.of("list", "--json"));
        all.addAll(List.of(words));
        assertEquals(0, run(all.toArray(String[]::new)));
        return out().lines().map(l -> l.replaceAll(".*?\"id\":\"([^\"]*)\".*", "$1")).collect(Collectors.joining(" "));
    }

    @Test
    void decidesAboutAllThatAreChosen() throws IOException {
        assertEquals(0, run("release", "--reason", "odd"));
        assertEquals("1 message\n", out());
        assertEquals(0, run("hold", "--sender", "elsewhere.test"));
        assertEquals("2 messages\n", out());
        assertEquals(0, run("flush", "--destination", "elsewhere.test"));
        assertEquals("0 messages\n", out());
        assertEquals(0, run("remove", "--all"));
        assertEquals("2 messages\n", out());
    }

    @Test
    void whatIsRoutedAnewKeepsItsIdWhereItGoesTheSameWay() throws IOException {
        assertEquals(0, run("requeue", "s.1", "s.2"));
        assertEquals("2 messages\n", out());
        var before = QueueContract.item("s.1");
        var after = queue.find("s.1").orElseThrow().item();
        var outside = after.legs().stream().filter(l -> l.to().transport().equals("smtp")).findFirst().orElseThrow();
        assertTrue(before.legs().stream().anyMatch(l -> l.id().equals(outside.id()) && l.to().equals(outside.to())), after.toString());
        assertTrue(after.legs().stream().anyMatch(l -> l.to().transport().equals("error") && l.to().target().startsWith("5.1.1 ")), after.toString());
        assertEquals(Optional.of("odd"), queue.find("s.2").orElseThrow().item().held());
        assertEquals(1, run("requeue", "s.9"));
    }

    @Test
    void saysHowItIsUsed() throws IOException {
        for (var wrong : List.of(List.<String>of(), List.of("list", "s.1"), List.of("show"), List.of("hold"), List.of("purge", "s.1"), List.of("remove", "s.1", "--all"),
                List.of("hold", "--sender"), List.of("hold", "--sender", "a b"), List.of("hold", "--odd", "x"))) {
            assertEquals(2, run(wrong.toArray(String[]::new)), wrong.toString());
        }
    }

    @Test
    void whatCannotBeRoutedNowStaysWhereItIs() throws IOException {
        resolution = new Resolution.Aliases(List.of());
        assertEquals(0, run("requeue", "s.1"));
        assertEquals(QueueContract.item("s.1").legs(), queue.find("s.1").orElseThrow().item().legs());
    }
}
