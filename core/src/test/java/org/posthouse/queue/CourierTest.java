package org.posthouse.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.posthouse.auth.Resolution;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
import org.posthouse.message.Contents;
import org.posthouse.message.MessageId;
import org.posthouse.message.OutcomeUnknown;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.net.FixedSite;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.state.SetClock;
import org.posthouse.swap.Plugins;

class CourierTest {
    private static final MessageId ID = new MessageId("s.1");
    private static final Sender FROM = new Sender(new Address("eve", "elsewhere.test"));
    private static final Recipient ANN = new Recipient(new Address("ann", "example.test"));
    private static final Recipient BOB = new Recipient(new Address("bob", "example.test"));
    private static final Content LETTER = Contents.of("Subject: x\n\nhello\n");

    private final Plugins<Delivery> deliveries = new Plugins<>("delivery");
    private final MemoryTrace trace = new MemoryTrace();
    private final MemoryMetrics metrics = new MemoryMetrics();
    private final Courier courier = courier(deliveries);
    private final RecordingDelivery local = new RecordingDelivery();

    @BeforeEach
    void aLocalDeliveryIsHere() {
        deliveries.arrive("delivery-local", local, Map.of());
        grace("5s");
    }

    @Test
    void deliversOneConsignmentADestinationNumberedByName() throws IOException {
        var statuses = deliver(copy(BOB, "bob"), copy(ANN, "ann", "bob"));
        assertEquals(Map.of(ANN, Status.OK, BOB, Status.OK), statuses);
        var taken = local.taken().stream().sorted((a, b) -> a.id().text().compareTo(b.id().text())).toList();
        assertEquals(List.of("s.1.1 local:ann [ann@example.test]", "s.1.2 local:bob [bob@example.test, ann@example.test]"),
                taken.stream().map(c -> c.id() + " " + c.to() + " " + c.recipients()).toList());
        assertEquals(FROM, taken.getFirst().from());
        assertSame(LETTER, taken.getFirst().content());
    }

    @Test
    void differentContentsForOneDestinationAreDifferentConsignments() throws IOException {
        var other = LETTER.withFirst("X-Mine: 1\r\n");
        deliver(copy(ANN, "ann"), new Copy(BOB, List.of(new Way(box("ann"), BOB)), other));
        assertEquals(2, local.taken().size());
        assertEquals(2, local.taken().stream().map(Consignment::id).distinct().count());
    }

    @Test
    void writesDownWhatWasDelivered() throws IOException {
        deliver(copy(ANN, "ann"));
        var event = trace.events().getFirst();
        assertEquals("delivered", event.what());
        assertEquals("s.1.1", event.id());
        assertEquals("local:ann", event.values().get("where"));
        assertEquals(1, metrics.counted("delivery_outcomes", "outcome", "delivered"));
        assertEquals(1, metrics.times("delivery_time", "delivery", "delivery-local").size());
    }

    @Test
    void theFirstDeliveryByNameThatAcceptsGetsIt() throws IOException {
        var never = new RecordingDelivery(_ -> false);
        var always = new RecordingDelivery(_ -> true);
        deliveries.arrive("delivery-a", never, Map.of());
        deliveries.arrive("delivery-z", always, Map.of());
        deliver(copy(ANN, "ann"));
        assertEquals(List.of(0, 1, 0), List.of(never.taken().size(), local.taken().size(), always.taken().size()));
    }

    @Test
    void whatIsAwayForAShortWhileIsTriedAgainWithTheSameId() throws IOException {
        var calls = new AtomicInteger();
        local.behaving(c -> switch (calls.incrementAndGet()) {
            case 1 -> throw new Unavailable("being swapped");
            case 2 -> throw new OutcomeUnknown("lost", null);
            default -> RecordingDelivery.all(c, new Outcome.Delivered("there", List.of()));
        });
        assertEquals(Map.of(ANN, Status.OK), deliver(copy(ANN, "ann")));
        assertEquals(List.of("s.1.1", "s.1.1", "s.1.1"), local.taken().stream().map(c -> c.id().text()).toList());
    }

    @Test
    void aDeliveryThatIsExpectedIsWaitedFor() throws Exception {
        var late = new Plugins<Delivery>("delivery");
        late.expect(List.of("delivery-late"));
        var waiting = new FutureTask<>(() -> courier(late).deliver(ID, FROM, List.of(copy(ANN, "ann"))));
        Thread.ofVirtual().start(waiting);
        late.arrive("delivery-late", local, Map.of());
        assertEquals(Map.of(ANN, Status.OK), waiting.get(10, TimeUnit.SECONDS));
    }

    @Test
    void afterGraceItIsATemporaryFailure() throws IOException {
        grace("60ms");
        local.behaving(_ -> {
            throw new Unavailable("gone");
        });
        assertEquals("4.3.0", deliver(copy(ANN, "ann")).get(ANN).code());
        assertTrue(local.taken().size() > 1);
    }

    @Test
    void anotherFailureIsTemporaryAtOnce() throws IOException {
        local.behaving(_ -> {
            throw new IOException("disk full");
        });
        assertEquals("4.3.0", deliver(copy(ANN, "ann")).get(ANN).code());
        local.behaving(_ -> {
            throw new IllegalStateException("bug");
        });
        assertEquals("4.3.0", deliver(copy(ANN, "ann")).get(ANN).code());
        assertEquals(2, local.taken().size());
    }

    @Test
    void aDeliveryThatHangsIsLeftAlone() throws IOException {
        grace("100ms");
        var interrupted = new CountDownLatch(1);
        local.behaving(c -> {
            if (!c.to().target().equals("ann")) {
                return RecordingDelivery.all(c, new Outcome.Delivered("there", List.of()));
            }
            try {
                Thread.sleep(Duration.ofSeconds(60));
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return Map.of();
        });
        var statuses = deliver(copy(ANN, "ann"), copy(BOB, "bob"));
        assertEquals("4.3.0", statuses.get(ANN).code());
        assertEquals(Status.OK, statuses.get(BOB));
        assertTrue(await(interrupted));
    }

    @Test
    void destinationsAreServedSideBySide() throws IOException {
        var both = new CountDownLatch(2);
        local.behaving(c -> {
            both.countDown();
            return RecordingDelivery.all(c, await(both) ? new Outcome.Delivered("there", List.of())
                    : new Outcome.Deferred(new Status("4.0.0", "alone")));
        });
        assertEquals(Map.of(ANN, Status.OK, BOB, Status.OK), deliver(copy(ANN, "ann"), copy(BOB, "bob")));
    }

    @Test
    void manyDestinationsAllGetTheirs() throws IOException {
        var names = new String[3 * SideBySide.MOST_AT_ONCE];
        Arrays.setAll(names, i -> "user" + i);
        assertEquals(Map.of(ANN, Status.OK), deliver(copy(ANN, names)));
        assertEquals(names.length, local.taken().size());
    }

    @Test
    void whoseTurnComesLateHasAsMuchTimeAsTheFirst() throws IOException {
        grace("300ms");
        local.behaving(c -> {
            try {
                Thread.sleep(120);
            } catch (InterruptedException e) {
                throw new Unavailable("too slow", e);
            }
            return RecordingDelivery.all(c, new Outcome.Delivered("there", List.of()));
        });
        var names = new String[4 * SideBySide.MOST_AT_ONCE];
        Arrays.setAll(names, i -> "box" + i);
        assertEquals(Map.of(ANN, Status.OK), deliver(copy(ANN, names)));
    }

    @Test
    void outcomesAreTheStatuses() throws IOException {
        local.behaving(c -> Map.of(ANN, new Outcome.Deferred(new Status("4.2.2", "full")),
                BOB, new Outcome.Failed(new Status("5.2.1", "closed"))));
        var statuses = deliver(copy(ANN, "both"), copy(BOB, "both"));
        assertEquals("4.2.2 full", statuses.get(ANN).toString());
        assertEquals("5.2.1 closed", statuses.get(BOB).toString());
        assertEquals(List.of("deferred", "failed"), trace.story("s.1.1"));
    }

    @Test
    void outcomesOfTheWrongClassOrMissingNeverLookDelivered() throws IOException {
        local.behaving(_ -> Map.of(ANN, new Outcome.Deferred(Status.OK)));
        var statuses = deliver(copy(ANN, "both"), copy(BOB, "both"));
        assertEquals("4.3.0", statuses.get(ANN).code());
        assertEquals("4.3.0", statuses.get(BOB).code());
        local.behaving(c -> RecordingDelivery.all(c, new Outcome.Failed(Status.OK)));
        assertEquals("5.3.0", deliver(copy(ANN, "ann")).get(ANN).code());
    }

    @Test
    void whatCanComeRightIsToldBeforeWhatIsLost() throws IOException {
        local.behaving(c -> RecordingDelivery.all(c, switch (c.to().target()) {
            case "a" -> new Outcome.Failed(new Status("5.2.1", "closed"));
            case "b" -> new Outcome.Deferred(new Status("4.2.2", "full"));
            default -> new Outcome.Delivered("there", List.of());
        }));
        assertEquals("4.2.2", deliver(copy(ANN, "a", "b", "c")).get(ANN).code());
        assertEquals("5.2.1", deliver(copy(ANN, "a", "c")).get(ANN).code());
    }

    @Test
    void noDeliveryIsATemporaryFailure() throws IOException {
        grace("30ms");
        var outside = new Destination("smtp", "elsewhere.test", "INBOX");
        assertEquals("4.3.0", deliver(new Copy(ANN, List.of(new Way(outside, ANN)), LETTER)).get(ANN).code());
        assertFalse(courier.takes(outside));
        assertTrue(courier.takes(box("ann")));
    }

    @Test
    void mailThatADeliveryCausesTravelsTheSameWay() throws IOException {
        local.behaving(c -> RecordingDelivery.all(c, new Outcome.Delivered("there", c.to().target().equals("ann")
                ? List.of(new Consignment(new DeliveryId("s.1.1.r"), FROM, box("bob"), List.of(BOB), LETTER)) : List.of())));
        assertEquals(Map.of(ANN, Status.OK), deliver(copy(ANN, "ann")));
        assertEquals(List.of("s.1.1", "s.1.1.r"), local.taken().stream().map(c -> c.id().text()).toList());
    }

    @Test
    void mailThatCausesMailWithoutEndIsStopped() throws IOException {
        local.behaving(c -> RecordingDelivery.all(c, new Outcome.Delivered("there",
                List.of(new Consignment(new DeliveryId(c.id() + ".r"), FROM, box("ann"), List.of(ANN), LETTER)))));
        assertEquals("5.4.6", deliver(copy(ANN, "ann")).get(ANN).code());
        assertEquals(Aftermath.MOST_GENERATIONS, local.taken().size());
    }

    @Test
    void oneDestinationNeedsNoOtherThreadOfOurs() throws IOException {
        var threads = new ArrayList<Thread>();
        SideBySide.each(List.of(1), _ -> threads.add(Thread.currentThread()));
        assertEquals(List.of(Thread.currentThread()), threads);
    }

    /** Without a queue. */
    private Courier courier(Plugins<Delivery> some) {
        var site = new FixedSite();
        return new Courier(some, new Plugins<>("queue"), new Routes(_ -> new Resolution.Unknown(), site), site, trace, metrics,
                new SetClock());
    }

    private Map<Recipient, Status> deliver(Copy... copies) throws IOException {
        return courier.deliver(ID, FROM, List.of(copies));
    }

    private static Copy copy(Recipient to, String... accounts) {
        return new Copy(to, Arrays.stream(accounts).map(name -> new Way(box(name), to)).toList(), LETTER);
    }

    private static Destination box(String account) {
        return Destination.local(account, "INBOX");
    }

    private void grace(String time) {
        courier.configure(new Values("", Map.of("grace", time)));
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }
}
