package org.posthouse.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.posthouse.auth.Resolution;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
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

/** The queue fails, or others do something with it, at the worst moments: nothing is lost, and nothing comes twice. */
@Timeout(60)
class CourierFaultsTest {
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final Sender ANN = new Sender(new Address("ann", "example.test"));
    private static final Recipient BOB = new Recipient(new Address("bob", "example.test"));

    private final SetClock clock = new SetClock();
    private final Plugins<Delivery> deliveries = new Plugins<>("delivery");
    private final Plugins<Queue> queues = new Plugins<>("queue");
    private final MemoryQueue kept = new MemoryQueue(clock);
    private final FaultyQueue queue = new FaultyQueue(kept);
    private final Courier courier = new Courier(deliveries, queues, new Routes(_ -> new Resolution.Unknown(), new FixedSite()), new FixedSite(),
            new MemoryTrace(), new MemoryMetrics(), clock);
    private final Map<String, Semaphore> gates = new ConcurrentHashMap<>();
    private final Semaphore asked = new Semaphore(0);
    private final RecordingDelivery world = new RecordingDelivery(d -> d.transport().equals("smtp")).behaving(c -> {
        asked.release();
        gates.getOrDefault(c.to().target(), new Semaphore(1)).acquireUninterruptibly();
        return RecordingDelivery.all(c, new Outcome.Relayed("there", Outcome.Notices.THEIRS));
    });
    private final RecordingDelivery local = new RecordingDelivery();

    @BeforeEach
    void allAreHere() {
        queues.arrive("queue-memory", queue, Map.of());
        deliveries.arrive("delivery-local", local, Map.of());
        deliveries.arrive("delivery-world", world, Map.of());
        courier.configure(new Values("", Map.of("grace", "60ms")));
    }

    private static Copy copy(String domain, String text) {
        return copy(domain, Contents.of(text));
    }

    private static Copy copy(String domain, Content content) {
        var to = new Recipient(new Address("zoe", domain));
        return new Copy(to, List.of(Way.outside(to)), content);
    }

    private Map<Recipient, Status> send(Copy... copies) throws IOException {
        return courier.deliver(new MessageId("s.1"), ANN, List.of(copies));
    }

    private List<String> ids() {
        return kept.browse(Optional.empty(), 100).stream().map(e -> e.item().id()).toList();
    }

    private List<String> carried() {
        return Stream.concat(world.taken().stream(), local.taken().stream()).map(c -> c.to().toString()).sorted().toList();
    }

    private void round() throws Exception {
        courier.rounds().round();
        assertTrue(courier.rounds().settled(LONGEST));
    }

    private void lookAround() throws IOException {
        try {
            courier.rounds().round();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aMessageOfSeveralItemsIsQueuedAsAWholeOrNotAtAll() throws Exception {
        queue.before = (call, id) -> {
            if (call.equals("put") && id.endsWith("-2")) {
                lookAround(); // what is there is not begun before all of it is
                throw new IOException("disk full");
            }
        };
        assertThrows(IOException.class, () -> send(copy("a.test", "one\n"), copy("b.test", "two\n"), copy("c.test", "three\n")));
        round();
        assertEquals(List.of(), ids());
        assertEquals(List.of(), carried());
        queue.before = FaultyQueue.NOTHING;
        send(copy("a.test", "one\n"), copy("b.test", "two\n"), copy("c.test", "three\n"));
        round();
        assertEquals(List.of(), ids());
        assertEquals(List.of("smtp:a.test", "smtp:b.test", "smtp:c.test"), carried());
    }

    @Test
    void whatIsNotServedHereTakesBackWhatIsForElsewhere() throws Exception {
        local.behaving(c -> {
            throw new IOException("disk full");
        });
        var away = new Way(new Destination("smtp", "a.test", "INBOX"), BOB, Optional.of(new Address("SRS0=x", "example.test")), Optional.empty());
        var both = new Copy(BOB, List.of(away, new Way(Destination.local("bob@example.test", "INBOX"), BOB)), Contents.of("x\n"));
        queue.before = (call, _) -> {
            if (call.equals("put") && !ids().isEmpty()) {
                throw new IOException("disk full");
            }
        };
        assertEquals("4.3.0", send(both).get(BOB).code());
        assertEquals(List.of(), ids());
        round();
        assertEquals(List.of(), world.taken());
    }

    @Test
    void whatIsUnderWayIsNotRoutedAnewWhileItIsNobodysInTheQueue() throws Exception {
        var answers = new ArrayList<Boolean>();
        underWay(() -> answers.add(courier.requeue("s.1")));
        gates.get("c.test").release();
        assertTrue(courier.rounds().settled(LONGEST));
        assertEquals(List.of(false), answers);
        finished();
    }

    @Test
    void aRoundThatLeasesAnItemWhoseLastDeliveryEndsJustThenBeginsItNotAgain() throws Exception {
        var leased = new CountDownLatch(1);
        underWay(() -> {
            clock.pass(Duration.ofMinutes(10));
            queue.after = (call, _) -> {
                if (call.equals("lease")) {
                    queue.after = FaultyQueue.NOTHING;
                    leased.countDown();
                    gates.get("c.test").release();
                    pause(); // the last delivery ends and is to be written down
                }
            };
            Thread.ofVirtual().start(() -> {
                try {
                    lookAround();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            leased.await();
        });
        assertTrue(courier.rounds().settled(LONGEST));
        finished();
    }

    private interface Meanwhile {
        void happens() throws Exception;
    }

    /** Two of three are done and written down; this happens before the third has a lease of its own. */
    private void underWay(Meanwhile meanwhile) throws Exception {
        for (var domain : List.of("a.test", "b.test", "c.test")) {
            gates.put(domain, new Semaphore(0));
        }
        var written = new CountDownLatch(1);
        queue.before = (call, _) -> {
            if (call.equals("lease one") && written.getCount() > 0) {
                written.countDown();
                try {
                    meanwhile.happens();
                } catch (IOException | RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        var letter = Contents.of("x\n");
        send(copy("a.test", letter), copy("b.test", letter), copy("c.test", letter));
        courier.rounds().round();
        asked.acquire(3);
        gates.get("a.test").release();
        pause();
        clock.pass(Duration.ofSeconds(10));
        gates.get("b.test").release();
        written.await();
        pause();
    }

    private void finished() throws Exception {
        clock.pass(Duration.ofHours(2));
        while (courier.rounds().round() > 0) {
            assertTrue(courier.rounds().settled(LONGEST));
        }
        assertEquals(List.of("smtp:a.test", "smtp:b.test", "smtp:c.test"), carried());
        assertEquals(List.of(), ids());
    }

    private static void pause() {
        try {
            Thread.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aDeliveryThatEndsWithinItsGraceIsNotCutOff() throws Exception {
        courier.configure(new Values("", Map.of("grace", "5s")));
        var cut = new CountDownLatch(1);
        world.behaving(c -> {
            asked.release();
            try {
                Thread.sleep(400); // the other host has the message and thinks about it
            } catch (InterruptedException e) {
                cut.countDown();
                throw new IOException(e);
            }
            return RecordingDelivery.all(c, new Outcome.Relayed("there", Outcome.Notices.THEIRS));
        });
        send(copy("a.test", "x\n"));
        courier.rounds().round();
        asked.acquire();
        courier.close(LONGEST);
        assertEquals(1, cut.getCount());
        assertEquals(List.of(), ids(), "what was delivered is written down");
    }

    @Test
    void aDeliveryThatHangsIsCutOffAfterItsGrace() throws Exception {
        world.behaving(_ -> {
            asked.release();
            try {
                new Semaphore(0).acquire();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return Map.of();
        });
        send(copy("a.test", "x\n"));
        courier.rounds().round();
        asked.acquire();
        long begun = System.nanoTime();
        courier.close(LONGEST);
        assertTrue(System.nanoTime() - begun < Duration.ofSeconds(5).toNanos());
        assertEquals(List.of("s.1"), ids());
        assertFalse(kept.find("s.1").orElseThrow().item().legs().isEmpty());
    }

    @Test
    void whileTheEndsOfDeliveriesCannotBeWrittenDownNoMoreAreBegunThanMayBeUnderWay() throws Exception {
        for (int i = 0; i < 50; i++) {
            var copy = copy("a.test", "x\n");
            courier.deliver(new MessageId("m" + i), ANN, List.of(copy));
        }
        queue.before = (call, _) -> {
            if (call.equals("complete")) {
                throw new IOException("read-only file system");
            }
        };
        courier.rounds().round();
        pause();
        courier.rounds().round();
        pause();
        assertEquals(5, world.taken().size());
        assertEquals(50, ids().size());
        queue.before = FaultyQueue.NOTHING;
        assertTrue(courier.rounds().settled(LONGEST));
        assertEquals(50, world.taken().stream().map(Consignment::id).distinct().count());
        assertEquals(50, world.taken().size(), "none came twice");
        assertEquals(List.of(), ids());
    }
}
