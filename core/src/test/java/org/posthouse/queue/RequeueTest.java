package org.posthouse.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.MemoryDirectory;
import org.posthouse.config.Values;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.Address;
import org.posthouse.message.Contents;
import org.posthouse.net.FixedSite;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.Queue.Leg;
import org.posthouse.queue.Queue.Waiting;
import org.posthouse.state.SetClock;
import org.posthouse.swap.Plugins;

/** What waits is routed anew after the routes have changed. */
class RequeueTest {
    private static final Recipient ANN = new Recipient(new Address("ann", "example.test"));
    private static final Recipient BOB = new Recipient(new Address("bob", "example.test"));

    private final SetClock clock = new SetClock();
    private final Plugins<Queue> queues = new Plugins<>("queue");
    private final MemoryQueue kept = new MemoryQueue(clock);
    private final FaultyQueue queue = new FaultyQueue(kept);
    private final MemoryDirectory directory = new MemoryDirectory().with("ann@example.test", "x");
    private Requeue requeue;

    @BeforeEach
    void aStrangersLetterWaitsForTwo(@TempDir Path home) throws IOException {
        queues.arrive("queue-memory", queue, Map.of());
        var routes = new Routes(directory::resolve, new FixedSite(), new HomeDisk(home), clock);
        routes.configure(new Values("", Map.of("recipient-delimiter", "+", "domains", "example.test")), new Values("routing", Map.of("srs", "yes")), List.of());
        requeue = new Requeue(new PluginQueue(queues), routes, _ -> false, clock);
        var legs = List.of(leg("s.1.1", ANN), leg("s.1.2", BOB));
        kept.put(new Item("s.1", Instant.EPOCH, new Sender(new Address("kim", "strange.test"), Map.of("RET", "HDRS")), legs).notes(Map.of("turn", "strange.test")),
                Contents.of("Subject: x\n\nhello\n"), clock.instant());
    }

    private static Leg leg(String id, Recipient to) {
        return new Leg(new DeliveryId(id), Destination.local(to.address().toString(), "INBOX"), List.of(new Waiting(to, Optional.empty())));
    }

    private List<Item> items() {
        return kept.browse(Optional.empty(), 10).stream().map(Queue.Entry::item).toList();
    }

    @Test
    void whatAnAliasLeadsOutsideNowLeavesUnderASenderOfOurs() throws Exception {
        directory.alias(BOB.address(), new Address("zoe", "else.test"));
        assertTrue(requeue.again("s.1"));
        var items = items();
        assertEquals(2, items.size(), items.toString());
        assertEquals("kim@strange.test", items.getFirst().from().toString());
        assertEquals(List.of(leg("s.1.1", ANN)), items.getFirst().legs());
        var away = items.getLast();
        assertTrue(away.from().toString().matches("SRS0=.*=strange.test=kim@example.test"), away.toString());
        assertEquals(Map.of("RET", "HDRS"), away.from().parameters());
        assertEquals(Map.of("turn", "strange.test"), away.notes());
        assertEquals(List.of("smtp:else.test"), away.legs().stream().map(l -> l.to().toString()).toList());
        var text = new byte[100];
        assertTrue(new String(text, 0, kept.read(away.id(), 0, text), StandardCharsets.UTF_8).endsWith("hello\r\n"));
    }

    @Test
    void allOfItUnderOneSenderStaysOneMessage() throws Exception {
        directory.alias(BOB.address(), new Address("zoe", "else.test"));
        kept.remove("s.1");
        kept.put(new Item("s.1", Instant.EPOCH, new Sender(new Address("kim", "strange.test")), List.of(leg("s.1.2", BOB))), Contents.of("\n"), clock.instant());
        assertTrue(requeue.again("s.1"));
        assertEquals(1, items().size());
        assertTrue(items().getFirst().from().toString().startsWith("SRS0="), items().toString());
        assertTrue(requeue.again("s.1"));
        assertTrue(items().getFirst().from().toString().matches("SRS0=.*=strange.test=kim@example.test"), "the sender it has stays");
    }

    @Test
    void whatCannotBeWrittenDownLeavesItAsItWas() throws Exception {
        directory.alias(BOB.address(), new Address("zoe", "else.test"));
        var before = items();
        var failing = new boolean[] {true};
        queue.before = (call, _) -> {
            if (call.equals("complete") && failing[0]) {
                failing[0] = false;
                throw new IOException("disk full");
            }
        };
        assertThrows(IOException.class, () -> requeue.again("s.1"));
        assertEquals(before, items());
    }
}
