package org.posthouse.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Resolution;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.Contents;
import org.posthouse.message.MessageId;
import org.posthouse.message.Status;
import org.posthouse.net.FixedSite;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.state.SetClock;
import org.posthouse.swap.Plugins;

/** More waits than may be in hand, all of it one sender's; another one sends a single message. */
class FairnessTest {
    private final SetClock clock = new SetClock();
    private final Plugins<Delivery> deliveries = new Plugins<>("delivery");
    private final Plugins<Queue> queues = new Plugins<>("queue");
    private final Courier courier = new Courier(deliveries, queues, new Routes(_ -> new Resolution.Unknown(), new FixedSite()), new FixedSite(),
            new MemoryTrace(), new MemoryMetrics(), clock);
    private final Semaphore mayGo = new Semaphore(0);
    private final RecordingDelivery world = new RecordingDelivery(_ -> true).behaving(c -> {
        mayGo.acquireUninterruptibly();
        return RecordingDelivery.all(c, new Outcome.Relayed("there", Outcome.Notices.THEIRS));
    });

    private void send(String id, String from, String domain) throws Exception {
        var to = new Recipient(new Address("zoe", domain));
        courier.deliver(new MessageId(id), new Sender(new Address(from, "example.test")), List.of(new Copy(to, List.of(Way.outside(to)), Contents.of("\n"))));
    }

    private long taken(String id) {
        return world.taken().stream().filter(c -> c.id().text().startsWith(id)).count();
    }

    private void until(String id) throws Exception {
        for (int i = 0; taken(id) == 0 && i < 5_000; i++) {
            Thread.sleep(1);
        }
        assertEquals(1, taken(id));
    }

    @Test
    void aSingleMessageGoesPastAnothersMass() throws Exception {
        queues.arrive("queue-memory", new MemoryQueue(clock), Map.of());
        deliveries.arrive("delivery-world", world, Map.of());
        courier.configure(new Values("", Map.of("grace", "60ms")));
        for (int i = 0; i < Rounds.MOST_IN_HAND + 300; i++) {
            send("bulk" + i, "news", i % 2 == 0 ? "a.test" : "b.test");
        }
        while (courier.rounds().round() > 0) {
            clock.pass(Duration.ofMillis(1));
        }
        for (int i = 0; world.taken().size() < 10 && i < 5_000; i++) {
            Thread.sleep(1); // each is carried on a thread of its own
        }
        assertEquals(10, world.taken().size());
        send("one", "ann", "c.test");
        send("two", "ann", "a.test");
        courier.rounds().round();
        until("one");
        assertEquals(0, taken("two"), "a.test has as much as it bears");
        mayGo.release(11);
        until("two");
        assertTrue(world.taken().size() < 40, world.taken().size() + " before the single one");
        mayGo.release(10_000);
        do {
            while (courier.rounds().round() > 0) {
                clock.pass(Duration.ofMillis(1));
            }
            assertTrue(courier.rounds().settled(Duration.ofSeconds(10)));
        } while (courier.rounds().round() > 0); // there was no room for it before
        assertEquals(Rounds.MOST_IN_HAND + 302, world.taken().stream().map(Consignment::id).distinct().count());
    }

    @Test
    void whatIsDoneIsWrittenDownWhenTheServerEndsThoughTheRestHangs() throws Exception {
        var queue = new MemoryQueue(clock);
        queues.arrive("queue-memory", queue, Map.of());
        var hanging = new RecordingDelivery(_ -> true).behaving(c -> {
            if (c.to().target().equals("slow.test")) {
                try {
                    new Semaphore(0).acquire();
                } catch (InterruptedException e) {
                    throw new InterruptedIOException();
                }
            }
            return RecordingDelivery.all(c, new Outcome.Relayed("there", Outcome.Notices.THEIRS));
        });
        deliveries.arrive("delivery-world", hanging, Map.of());
        courier.configure(new Values("", Map.of("grace", "60ms")));
        var quick = new Recipient(new Address("zoe", "quick.test"));
        var slow = new Recipient(new Address("zoe", "slow.test"));
        var content = Contents.of("\n");
        courier.deliver(new MessageId("s.1"), new Sender(new Address("ann", "example.test")), List.of(
                new Copy(quick, List.of(Way.outside(quick)), content), new Copy(slow, List.of(Way.outside(slow)), content)));
        courier.rounds().round();
        for (int i = 0; hanging.taken().size() < 2 && i < 5_000; i++) {
            Thread.sleep(1);
        }
        Thread.sleep(200);
        courier.close(Duration.ZERO);
        var left = queue.find("s.1").orElseThrow().item();
        assertEquals(List.of("smtp:slow.test"), left.legs().stream().map(l -> l.to().toString()).toList());
    }

    @Test
    void whatGoesPastOthersHasABoundToo() throws Exception {
        var queue = new MemoryQueue(clock);
        queues.arrive("queue-memory", queue, Map.of());
        deliveries.arrive("delivery-world", world, Map.of());
        courier.configure(new Values("", Map.of("grace", "60ms")));
        for (int i = 0; i < 2 * Rounds.MOST_IN_HAND + 500; i++) {
            send("m" + i, "sender" + i, "a.test");
        }
        for (int i = 0; i < 120; i++) {
            courier.rounds().round();
        }
        long inHand = queue.browse(Optional.empty(), 20_000).stream().filter(e -> e.owner().isPresent()).count();
        assertTrue(inHand <= 2 * Rounds.MOST_IN_HAND, inHand + " in hand");
        mayGo.release(100_000);
        courier.close(Duration.ZERO);
    }

    @Test
    void whatIsHeldBeforeItsTurnIsNobodys() throws Exception {
        var queue = new MemoryQueue(clock);
        queues.arrive("queue-memory", queue, Map.of());
        deliveries.arrive("delivery-world", world, Map.of());
        courier.configure(new Values("", Map.of("grace", "60ms")));
        for (int i = 0; i < Rounds.MOST_IN_HAND + 300; i++) {
            send("bulk" + i, "news", "a.test");
        }
        while (courier.rounds().round() > 0) {
            clock.pass(Duration.ofMillis(1));
        }
        send("one", "ann", "c.test");
        queue.hold("one", "by the operator");
        courier.rounds().round();
        assertEquals(Optional.empty(), queue.find("one").orElseThrow().owner());
        mayGo.release(100_000);
        courier.close(Duration.ZERO);
    }

    @Test
    void whatEndsWhileOthersAreWrittenDownIsWrittenDownToo() throws Exception {
        var queue = new MemoryQueue(clock);
        queues.arrive("queue-memory", queue, Map.of());
        var asked = new Semaphore(0);
        var answer = new Semaphore(0);
        var gates = Map.of("a.test", new Semaphore(1), "b.test", new Semaphore(0), "c.test", new Semaphore(0));
        var slowToTell = new Routes(_ -> {
            asked.release();
            answer.acquireUninterruptibly();
            return new Resolution.Local(new AccountId("ann@example.test"));
        }, new FixedSite());
        var telling = new Courier(deliveries, queues, slowToTell, new FixedSite(), new MemoryTrace(), new MemoryMetrics(), clock);
        deliveries.arrive("delivery-world", new RecordingDelivery(_ -> true).behaving(c -> {
            gates.get(c.to().target()).acquireUninterruptibly();
            return RecordingDelivery.all(c, c.to().target().equals("b.test") ? new Outcome.Failed(new Status("5.1.1", "nobody"))
                    : new Outcome.Relayed("there", Outcome.Notices.THEIRS));
        }), Map.of());
        telling.configure(new Values("", Map.of("grace", "60ms")));
        var content = Contents.of("\n");
        telling.deliver(new MessageId("s.1"), new Sender(new Address("ann", "example.test")), gates.keySet().stream().sorted().map(domain -> {
            var to = new Recipient(new Address("zoe", domain));
            return new Copy(to, List.of(Way.outside(to)), content);
        }).toList());
        telling.rounds().round();
        Thread.sleep(200); // the first has ended
        clock.pass(Duration.ofSeconds(10));
        gates.get("b.test").release();
        asked.acquire(); // and the second is being told of
        gates.get("c.test").release();
        Thread.sleep(200); // and the third waits until that is written down
        answer.release(100);
        assertTrue(telling.rounds().settled(Duration.ofSeconds(10)));
        assertEquals(Optional.empty(), queue.find("s.1"));
    }

    @Test
    void whoSendsEachMessageUnderAnotherAddressHasNoMoreTurnsThanOthers() throws Exception {
        queues.arrive("queue-memory", new MemoryQueue(clock), Map.of());
        deliveries.arrive("delivery-world", world, Map.of());
        courier.configure(new Values("", Map.of("grace", "60ms")));
        for (int i = 0; i < 40; i++) {
            var to = new Recipient(new Address("zoe", "a.test"));
            courier.deliver(new MessageId("bulk" + i), new Sender(new Address("bounce-" + i, "lists.test")), "lists.test",
                    List.of(new Copy(to, List.of(Way.outside(to)), Contents.of("\n"))));
        }
        while (courier.rounds().round() > 0) {
            clock.pass(Duration.ofMillis(1));
        }
        send("one", "ann", "a.test");
        courier.rounds().round();
        mayGo.release(2);
        until("one");
        assertTrue(world.taken().size() <= 8, world.taken().size() + " before the single one");
        mayGo.release(10_000);
        assertTrue(courier.rounds().settled(Duration.ofSeconds(10)));
    }

    @Test
    void asManyHostsThatHangAsThereMayBeDeliveriesDelayAGoodOneBySeconds() throws Exception {
        queues.arrive("queue-memory", new MemoryQueue(clock), Map.of());
        var good = new Semaphore(0);
        deliveries.arrive("delivery-world", new RecordingDelivery(_ -> true).behaving(c -> {
            if (c.to().target().equals("good.test")) {
                good.release();
            } else {
                mayGo.acquireUninterruptibly();
            }
            return RecordingDelivery.all(c, new Outcome.Relayed("there", Outcome.Notices.THEIRS));
        }), Map.of());
        courier.configure(new Values("", Map.of("grace", "60ms", "deliveries-at-once", "10")));
        for (int i = 0; i < 10; i++) {
            send("hangs" + i, "news", "hangs" + i + ".test");
        }
        courier.rounds().round();
        clock.pass(Duration.ofMillis(1));
        send("good", "ann", "good.test");
        courier.rounds().round();
        assertEquals(0, good.availablePermits());
        clock.pass(Lines.SLOW);
        courier.rounds().round();
        assertTrue(good.tryAcquire(10, TimeUnit.SECONDS));
        mayGo.release(10_000);
        assertTrue(courier.rounds().settled(Duration.ofSeconds(10)));
    }
}
