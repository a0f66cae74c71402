package org.posthouse.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.posthouse.auth.MemoryDirectory;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
import org.posthouse.message.Contents;
import org.posthouse.message.MessageId;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.net.FixedSite;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;
import org.posthouse.pipeline.DeliverBy;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Queue.Entry;
import org.posthouse.state.SetClock;
import org.posthouse.swap.Plugins;

/** The Courier with a queue: what cannot be delivered now waits, and nobody is refused for it. */
class QueuedCourierTest {
    private static final MessageId ID = new MessageId("s.1");
    private static final Sender BOB_SENDS = new Sender(new Address("bob", "example.test"));
    private static final Recipient ANN = new Recipient(new Address("ann", "example.test"));
    private static final Recipient BOB = new Recipient(new Address("bob", "example.test"));
    private static final Recipient ZOE = new Recipient(new Address("zoe", "elsewhere.test"));
    private static final Content LETTER = Contents.of("Subject: x\nX-Long: a\n b\n\nhello\n");
    private static final Status FULL = new Status("4.2.2", "full");
    private static final Status CLOSED = new Status("5.2.1", "closed");

    private final SetClock clock = new SetClock();
    private final Plugins<Delivery> deliveries = new Plugins<>("delivery");
    private final Plugins<Queue> queues = new Plugins<>("queue");
    private final MemoryQueue queue = new MemoryQueue(clock);
    private final MemoryTrace trace = new MemoryTrace();
    private final MemoryDirectory directory = new MemoryDirectory().with("ann@example.test", "x").with("bob@example.test", "x");
    private final FixedSite site = new FixedSite();
    private final Courier courier = new Courier(deliveries, queues, new Routes(directory::resolve, site), site, trace,
            new MemoryMetrics(), clock);
    private final RecordingDelivery local = new RecordingDelivery();
    private final List<String> texts = new CopyOnWriteArrayList<>();

    @BeforeEach
    void aQueueAndALocalDeliveryAreHere() {
        queues.arrive("queue-memory", queue, Map.of());
        deliveries.arrive("delivery-local", new Reading(), Map.of());
        set();
    }

    private void set(String... more) {
        var texts = new HashMap<String, String>(Map.of("grace", "60ms", "inline-budget", "300ms"));
        for (int i = 0; i < more.length; i += 2) {
            texts.put(more[i], more[i + 1]);
        }
        courier.configure(new Values("", texts));
    }

    private Map<Recipient, Status> send(Sender from, Recipient... to) throws IOException {
        return courier.deliver(ID, from, Arrays.stream(to).map(one -> new Copy(one, List.of(way(one)), LETTER)).toList());
    }

    private static Way way(Recipient to) {
        return to.equals(ZOE) ? Way.outside(to) : new Way(Destination.local(to.address().toString(), "INBOX"), to);
    }

    private void round() throws Exception {
        courier.rounds().round();
        assertTrue(courier.rounds().settled(Duration.ofSeconds(10)));
    }

    private List<Entry> waiting() {
        return queue.browse(Optional.empty(), 100);
    }

    private List<String> ids() {
        return local.taken().stream().map(c -> c.id().text()).toList();
    }

    private void all(Outcome outcome) {
        local.behaving(c -> RecordingDelivery.all(c, outcome));
    }

    private void delivers() {
        all(new Outcome.Delivered("there", List.of()));
    }

    /** What {@link #local} gets, read while it is there. */
    private final class Reading implements Delivery {
        @Override
        public boolean accepts(Destination destination) {
            return local.accepts(destination);
        }

        @Override
        public Map<Recipient, Outcome> deliver(Consignment consignment) throws IOException {
            try (var in = consignment.content().open()) {
                texts.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
            return local.deliver(consignment);
        }
    }

    private String lastText() {
        return texts.getLast();
    }

    @Test
    void whatIsDeliveredAtOnceNeverSeesTheQueue() throws Exception {
        assertEquals(Map.of(ANN, Status.OK, BOB, Status.OK), send(BOB_SENDS, ANN, BOB));
        assertEquals(List.of(), waiting());
        assertEquals(Set.of("s.1.1", "s.1.2"), Set.copyOf(ids()));
    }

    @Test
    void whoIsNotServedWaitsWithTheSameDeliveryId() throws Exception {
        local.behaving(c -> RecordingDelivery.all(c, c.recipients().contains(BOB) ? new Outcome.Deferred(FULL)
                : new Outcome.Delivered("there", List.of())));
        assertEquals(Map.of(ANN, Status.OK, BOB, Status.OK), send(BOB_SENDS, ANN, BOB));
        var item = waiting().getFirst().item();
        assertEquals("s.1", item.id());
        assertEquals(List.of(new Queue.Leg(new DeliveryId("s.1.2"), Destination.local("bob@example.test", "INBOX"),
                List.of(new Queue.Waiting(BOB, Optional.of(FULL))))), item.legs());
        delivers();
        clock.pass(Duration.ofSeconds(2));
        round();
        assertEquals(List.of(), waiting());
        assertEquals("s.1.2", ids().getLast());
        assertEquals(3, ids().size());
        assertEquals(BOB_SENDS, local.taken().getLast().from());
        assertTrue(lastText().endsWith("\r\n\r\nhello\r\n"));
    }

    @Test
    void aDeliveryThatHangsIsLeftAndTriedAgain() throws Exception {
        local.behaving(c -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return Map.of();
        });
        assertEquals(Map.of(ANN, Status.OK), send(BOB_SENDS, ANN));
        assertEquals("s.1.1", waiting().getFirst().item().legs().getFirst().id().text());
    }

    @Test
    void mailToElsewhereWaitsUntilADeliveryTakesIt() throws Exception {
        assertTrue(courier.takes(way(ZOE).to()));
        assertEquals(Map.of(ANN, Status.OK, ZOE, Status.OK), send(BOB_SENDS, ANN, ZOE));
        round();
        assertEquals(List.of("smtp:elsewhere.test"), waiting().getFirst().item().legs().stream().map(l -> l.to().toString()).toList());
        assertEquals(List.of("s.1.1"), ids());
        var out = new RecordingDelivery(d -> d.transport().equals("smtp"));
        deliveries.arrive("delivery-out", out, Map.of());
        clock.pass(Duration.ofMinutes(3));
        round();
        assertEquals(1, waiting().size());
        clock.pass(Duration.ofMinutes(4));
        round();
        assertEquals("s.1.2", out.taken().getFirst().id().text());
        assertEquals(List.of(), waiting());
    }

    @Test
    void triesAgainMoreAndMoreRarely() throws Exception {
        all(new Outcome.Deferred(FULL));
        send(BOB_SENDS, ANN);
        var pauses = new ArrayList<Long>();
        for (int i = 0; i < 20; i++) {
            var due = waiting().getFirst().due();
            pauses.add(Duration.between(clock.instant(), due).toMillis());
            clock.pass(Duration.between(clock.instant(), due));
            round();
        }
        long longest = Duration.ofHours(4).toMillis();
        for (int i = 1; i < pauses.size(); i++) {
            long middle = Math.min(1000L << (i - 1), longest);
            assertTrue(pauses.get(i) >= middle * 4 / 5 && pauses.get(i) <= middle * 6 / 5, i + " " + pauses);
        }
        assertEquals(1, Set.copyOf(ids()).size() - (int) ids().stream().filter(id -> id.contains("-d")).distinct().count());
    }

    @Test
    void theSenderIsToldOnceOfADelayAndThenOfTheFailure() throws Exception {
        set("expire", "2h", "delay-notice", "1h");
        local.behaving(c -> RecordingDelivery.all(c, c.recipients().contains(ANN) ? new Outcome.Deferred(FULL)
                : new Outcome.Delivered("there", List.of())));
        send(new Sender(BOB_SENDS.address(), Map.of("ENVID", "QQ+2B1", "RET", "HDRS")), ANN);
        clock.pass(Duration.ofMinutes(61));
        round();
        round();
        assertEquals("s.1-d1.1", ids().getLast());
        assertTrue(local.taken().getLast().from().address().isNull());
        assertTrue(lastText().contains("\r\nAction: delayed\r\nStatus: 4.2.2\r\n"), lastText());
        assertTrue(lastText().contains("\r\nWill-Retry-Until: "), lastText());
        clock.pass(Duration.ofMinutes(30));
        round();
        assertEquals(1, waiting().size());
        clock.pass(Duration.ofMinutes(30));
        round();
        round();
        assertEquals("s.1-f3.1", ids().getLast());
        var text = lastText();
        assertTrue(text.contains("\r\nTo: <bob@example.test>\r\n"), text);
        assertTrue(text.contains("\r\nOriginal-Envelope-Id: QQ+1\r\n"), text);
        assertTrue(text.contains("\r\nFinal-Recipient: rfc822; ann@example.test\r\nAction: failed\r\nStatus: 4.4.7\r\n"), text);
        assertTrue(text.contains("text/rfc822-headers\r\n\r\nSubject: x\r\nX-Long: a\r\n b\r\n\r\n--"), text);
        assertFalse(text.contains("hello"));
        assertEquals(List.of(), waiting());
    }

    @Test
    void aFailureAtOnceIsToldByANoticeToo() throws Exception {
        local.behaving(c -> RecordingDelivery.all(c, c.recipients().contains(ANN) ? new Outcome.Failed(CLOSED)
                : new Outcome.Delivered("there", List.of())));
        assertEquals(Map.of(ANN, Status.OK), send(new Sender(BOB_SENDS.address(), Map.of("RET", "FULL")), ANN));
        assertEquals(List.of("s.1-f0"), waiting().stream().map(e -> e.item().id()).toList());
        round();
        assertTrue(lastText().contains("Diagnostic-Code: x-posthouse; 5.2.1 closed\r\n"), lastText());
        assertTrue(lastText().contains("\r\n\r\nhello\r\n\r\n--"), lastText());
    }

    @Test
    void aNoticeIsAMessageThatProgramsUnderstand() throws Exception {
        all(new Outcome.Failed(CLOSED));
        send(BOB_SENDS, ANN);
        var item = waiting().getFirst().item();
        var tree = Contents.of(QueueContract.text(queue, item.id())).tree();
        assertEquals("multipart/report", tree.type());
        assertEquals(List.of("text/plain", "message/delivery-status", "text/rfc822-headers"),
                tree.parts().stream().map(p -> p.type()).toList());
    }

    @Test
    void whoWantsNoNoticeGetsNone() throws Exception {
        all(new Outcome.Failed(CLOSED));
        var never = new Recipient(ANN.address(), Map.of("NOTIFY", "NEVER"));
        assertEquals(Map.of(never, Status.OK), send(BOB_SENDS, never));
        assertEquals(List.of(), waiting());
    }

    @Test
    void theNullSenderIsToldNothing() throws Exception {
        all(new Outcome.Failed(CLOSED));
        send(new Sender(Address.NULL), ANN);
        assertEquals(List.of(), waiting());
        assertTrue(trace.events().stream().anyMatch(e -> e.what().equals("dropped")));
    }

    @Test
    void aNoticeThatIsLostGoesToThePostmasterAndNoFurther() throws Exception {
        all(new Outcome.Failed(CLOSED));
        send(BOB_SENDS, ANN);
        round();
        assertEquals("s.1-f0-f1", waiting().getFirst().item().id());
        assertEquals("local:postmaster@example.test", waiting().getFirst().item().legs().getFirst().to().toString());
        round();
        assertEquals(List.of(), waiting());
    }

    @Test
    void aNoticeToNobodyHereGoesToThePostmaster() throws Exception {
        all(new Outcome.Failed(CLOSED));
        send(new Sender(new Address("nobody", "example.test")), ANN);
        assertEquals("local:postmaster@example.test", waiting().getFirst().item().legs().getFirst().to().toString());
    }

    @Test
    void whileADirectoryIsAwayAFailureWaitsForItsNotice() throws Exception {
        all(new Outcome.Failed(CLOSED));
        directory.failing(true);
        assertEquals(Map.of(ANN, Status.OK), send(BOB_SENDS, ANN));
        assertEquals("s.1", waiting().getFirst().item().id());
        directory.failing(false);
        clock.pass(Duration.ofSeconds(2));
        round();
        assertEquals(List.of("s.1-f1"), waiting().stream().map(e -> e.item().id()).toList());
    }

    @Test
    void heldMailIsNotTriedUntilItIsReleased() throws Exception {
        var copies = List.of(new Copy(ANN, List.of(way(ANN)), LETTER, Optional.of("odd")), new Copy(BOB, List.of(way(BOB)), LETTER));
        assertEquals(Map.of(ANN, Status.OK, BOB, Status.OK), courier.deliver(ID, BOB_SENDS, copies));
        assertEquals(List.of("s.1.2"), ids());
        round();
        assertEquals(Optional.of("odd"), waiting().getFirst().item().held());
        queue.release("s.1");
        round();
        assertEquals(List.of("s.1.2", "s.1.1"), ids());
        assertEquals(List.of(), waiting());
    }

    @Test
    void whenTheQueueCannotTakeItTheSenderIsTold() throws Exception {
        queue.fail(Optional.of(new IOException("disk full")));
        assertEquals(Map.of(ANN, Status.OK), send(BOB_SENDS, ANN));
        all(new Outcome.Deferred(FULL));
        assertEquals("4.3.0", send(BOB_SENDS, ANN).get(ANN).code());
        assertThrows(IOException.class, () -> send(BOB_SENDS, ANN, ZOE));
    }

    @Test
    void mailThatADeliveryCausesIsQueued() throws Exception {
        local.behaving(c -> RecordingDelivery.all(c, new Outcome.Delivered("there",
                List.of(new Consignment(new DeliveryId(c.id() + ".r"), BOB_SENDS, way(ANN).to(), List.of(ANN), LETTER)))));
        send(BOB_SENDS, ANN);
        for (int i = 0; i < 10; i++) {
            round();
        }
        // each brings forth the next until it is taken for a loop, and the sender is told of that, which ends the same way
        assertEquals(List.of("s.1.1", "s.1.1.r", "s.1.1.r.r", "s.1.1.r.r.r", "s.1.1.r.r.r.r"), ids().subList(0, 5));
        assertTrue(trace.events().stream().anyMatch(e -> e.what().equals("given up")));
    }

    @Test
    void whatIsAwayIsNotWaitedForInTheQueue() throws Exception {
        local.behaving(_ -> {
            throw new Unavailable("being swapped");
        });
        send(BOB_SENDS, ANN);
        clock.pass(Duration.ofSeconds(2));
        int before = ids().size();
        round();
        assertEquals(before + 1, ids().size());
        assertEquals(1, waiting().getFirst().item().attempts());
    }

    @Test
    void aSwapOfTheQueueDuringAnAttemptDoublesNothing() throws Exception {
        send(BOB_SENDS, ZOE);
        var reached = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var out = new RecordingDelivery(d -> d.transport().equals("smtp")).behaving(c -> {
            reached.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return RecordingDelivery.all(c, new Outcome.Delivered("there", List.of()));
        });
        deliveries.arrive("delivery-out", out, Map.of());
        courier.rounds().round();
        reached.await();
        clock.pass(Duration.ofHours(2)); // the lease is over, as it is after a swap
        assertEquals(0, courier.rounds().round());
        go.countDown();
        assertTrue(courier.rounds().settled(Duration.ofSeconds(10)));
        assertEquals(1, out.taken().size());
        assertEquals(List.of(), waiting());
    }

    @Test
    void whatIsDeliveredIsWrittenDownWhateverTheDiskSays() throws Exception {
        send(BOB_SENDS, ZOE);
        var out = new RecordingDelivery(d -> d.transport().equals("smtp")).behaving(c -> {
            queue.fail(Optional.of(new IOException("disk full")));
            return RecordingDelivery.all(c, new Outcome.Delivered("there", List.of()));
        });
        deliveries.arrive("delivery-out", out, Map.of());
        courier.rounds().round();
        assertFalse(courier.rounds().settled(Duration.ofMillis(150)));
        queue.fail(Optional.empty());
        assertTrue(courier.rounds().settled(Duration.ofSeconds(10)));
        assertEquals(List.of(), waiting());
        assertEquals(1, out.taken().size());
    }

    @Test
    void mailThatIsToBeHeldForAWhileIsTriedThenAndGrowsOldFromThenOn() throws Exception {
        set("expire", "1h", "retry-first", "10m");
        all(new Outcome.Deferred(FULL));
        var begin = clock.instant();
        assertEquals(Map.of(ANN, Status.OK), send(new Sender(BOB_SENDS.address(), Map.of("HOLDFOR", "7200")), ANN));
        assertEquals(List.of(), ids());
        assertEquals(Duration.ofHours(2), Duration.between(begin, waiting().getFirst().due()));
        round();
        assertEquals(List.of(), ids());
        clock.pass(Duration.ofHours(2));
        round();
        assertEquals(List.of("s.1.1"), ids());
        assertEquals(1, waiting().size());
        clock.pass(Duration.ofMinutes(50));
        round();
        assertEquals(List.of("s.1"), waiting().stream().map(e -> e.item().id()).toList());
    }

    @Test
    void mailThatIsNotThereInTimeGoesBack() throws Exception {
        all(new Outcome.Deferred(FULL));
        send(DeliverBy.kept(new Sender(BOB_SENDS.address(), Map.of("BY", "600;R")), clock.instant()), ANN);
        clock.pass(Duration.ofSeconds(599));
        round();
        assertEquals(List.of("s.1"), waiting().stream().map(e -> e.item().id()).toList());
        clock.pass(Duration.ofSeconds(1));
        round();
        assertEquals(List.of("<>"), waiting().stream().map(e -> "<" + e.item().from() + ">").toList());
    }

    @Test
    void whoWantsToKnowIsToldWhenMailIsNotThereInTime() throws Exception {
        all(new Outcome.Deferred(FULL));
        send(DeliverBy.kept(new Sender(BOB_SENDS.address(), Map.of("BY", "600;N")), clock.instant()), ANN);
        clock.pass(Duration.ofSeconds(599));
        round();
        assertEquals(1, waiting().size());
        clock.pass(Duration.ofSeconds(1));
        round();
        assertEquals(2, waiting().size());
        assertTrue(waiting().stream().anyMatch(e -> e.item().id().equals("s.1")));
    }

    @Test
    void aTimeThatIsOverIsNoReasonToHold() throws Exception {
        delivers();
        var until = clock.instant().minusSeconds(1).toString();
        assertEquals(Map.of(ANN, Status.OK), send(new Sender(BOB_SENDS.address(), Map.of("HOLDUNTIL", until)), ANN));
        assertEquals(List.of("s.1.1"), ids());
    }

    @Test
    void withoutAQueueNothingIsHeldForAWhile() {
        queues.depart(queue);
        assertThrows(Unavailable.class, () -> send(new Sender(BOB_SENDS.address(), Map.of("HOLDFOR", "60")), ANN));
    }
}
