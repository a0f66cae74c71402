package org.posthouse.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.message.Address;
import org.posthouse.message.Contents;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.Queue.Leg;
import org.posthouse.queue.Queue.Lease;
import org.posthouse.queue.Queue.Waiting;
import org.posthouse.state.SetClock;

/** What every {@link Queue} does; its test implements this. */
public interface QueueContract {
    Duration HOUR = Duration.ofHours(1);
    String LETTER = "Subject: x\r\n\r\nhello\r\n";

    /** A queue that keeps its files, if any, in this folder; not open yet. */
    Queue newQueue(Path folder, Clock clock);

    /** What a test does with an open queue. */
    interface Use {
        void with(Queue queue, SetClock clock) throws Exception;
    }

    default void use(Path folder, Use use) throws Exception {
        var clock = new SetClock();
        var queue = newQueue(folder, clock);
        queue.open();
        try {
            use.with(queue, clock);
        } finally {
            queue.close();
        }
    }

    /** From eve to ann, whose name needs quoting, and zoe elsewhere. */
    static Item item(String id) {
        var ann = new Waiting(new Recipient(new Address("ann %\n\"x\"", "example.test"), Map.of("NOTIFY", "DELAY,FAILURE")),
                Optional.of(new Status("4.2.2", "full, 100% of it")));
        var zoe = new Waiting(new Recipient(new Address("zoë", "elsewhere.test")), Optional.empty());
        return new Item(id, Instant.parse("2026-01-01T00:00:00.123Z"),
                new Sender(new Address("eve", "elsewhere.test"), Map.of("ENVID", "a+20b", "SMTPUTF8", "")),
                List.of(new Leg(new DeliveryId(id + ".1"), Destination.local("ann@example.test", "In/Büro"), List.of(ann)),
                        new Leg(new DeliveryId(id + ".2"), new Destination("smtp", "elsewhere.test", "INBOX"), List.of(zoe))),
                3, Optional.empty(), Map.of("empty", "", "spaced", " two words "));
    }

    static Item without(Item item, int leg) {
        return new Item(item.id(), item.arrived(), item.from(), List.of(item.legs().get(1 - leg)), item.attempts() + 1,
                item.held(), item.notes());
    }

    static Item nothing(Item item) {
        return new Item(item.id(), item.arrived(), item.from(), List.of());
    }

    static String text(Queue queue, String id) throws IOException {
        var out = new ByteArrayOutputStream();
        var piece = new byte[7];
        for (int n; (n = queue.read(id, out.size(), piece)) > 0;) {
            out.write(piece, 0, n);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static void put(Queue queue, Item item, Instant due) throws IOException {
        queue.put(item, Contents.of(LETTER), due);
    }

    private static List<String> ids(List<Lease> leases) {
        return leases.stream().map(l -> l.item().id()).toList();
    }

    @Test
    default void givesBackWhatWasPut(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            put(queue, item("s.1"), clock.instant());
            var lease = queue.lease("me", 10, HOUR).getFirst();
            assertEquals(item("s.1"), lease.item());
            assertEquals(LETTER.length(), lease.sizeOctets());
            assertEquals(clock.instant(), lease.due());
            assertEquals(LETTER, text(queue, "s.1"));
            assertThrows(NoSuchFileException.class, () -> text(queue, "s.2"));
        });
    }

    @Test
    default void leasesWhatIsDueTheEarliestFirst(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            put(queue, item("s.3"), clock.instant().plus(HOUR));
            put(queue, item("s.2"), clock.instant());
            put(queue, item("s.1"), clock.instant().minus(HOUR));
            assertEquals(List.of("s.1"), ids(queue.lease("me", 1, HOUR)));
            assertEquals(List.of("s.2"), ids(queue.lease("me", 10, HOUR)));
            assertEquals(List.of(), ids(queue.lease("me", 10, HOUR)));
            clock.pass(HOUR);
            assertEquals(List.of("s.3"), ids(queue.lease("me", 10, HOUR)));
        });
    }

    @Test
    default void aLeaseThatWasTakenOverIsLost(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            put(queue, item("s.1"), clock.instant());
            var first = queue.lease("me", 1, HOUR).getFirst();
            clock.pass(Duration.ofMinutes(50));
            assertTrue(queue.renew(first, HOUR));
            clock.pass(Duration.ofMinutes(50));
            assertEquals(List.of(), queue.lease("other", 1, HOUR));
            clock.pass(HOUR);
            var second = queue.lease("other", 1, HOUR).getFirst();
            assertFalse(queue.renew(first, HOUR));
            assertFalse(queue.complete(first, nothing(first.item()), clock.instant()));
            assertEquals(Optional.of("other"), queue.find("s.1").orElseThrow().owner());
            assertTrue(queue.complete(second, nothing(second.item()), clock.instant()));
            assertEquals(Optional.empty(), queue.find("s.1"));
        });
    }

    @Test
    default void aLeaseThatNobodyTookOverStillHolds(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            put(queue, item("s.1"), clock.instant());
            var lease = queue.lease("me", 1, HOUR).getFirst();
            clock.pass(HOUR.multipliedBy(2));
            assertTrue(queue.complete(lease, nothing(lease.item()), clock.instant()));
            assertEquals(List.of(), queue.lease("me", 1, HOUR));
        });
    }

    @Test
    default void whatIsLeftWaitsUntilItIsDue(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            put(queue, item("s.1"), clock.instant());
            var lease = queue.lease("me", 1, HOUR).getFirst();
            var left = without(lease.item(), 0);
            assertTrue(queue.complete(lease, left, clock.instant().plus(HOUR)));
            assertFalse(queue.complete(lease, left, clock.instant()));
            assertEquals(List.of(), queue.lease("me", 1, HOUR));
            clock.pass(HOUR);
            var again = queue.lease("me", 1, HOUR).getFirst();
            assertEquals(left, again.item());
            var less = new Item("s.1", left.arrived(), left.from(), left.legs(), 5, Optional.empty(), Map.of());
            assertTrue(queue.complete(again, less, clock.instant()));
            assertEquals(less, queue.lease("me", 1, HOUR).getFirst().item());
            assertEquals(LETTER, text(queue, "s.1"));
        });
    }

    @Test
    default void aHeldItemWaitsForItsRelease(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            put(queue, item("s.1").held(Optional.of("looks odd")), clock.instant());
            assertEquals(List.of(), queue.lease("me", 1, HOUR));
            assertEquals(Optional.of("looks odd"), queue.find("s.1").orElseThrow().item().held());
            assertTrue(queue.release("s.1"));
            var lease = queue.lease("me", 1, HOUR).getFirst();
            assertEquals(item("s.1"), lease.item());
            assertTrue(queue.complete(lease, lease.item().held(Optional.of("again")), clock.instant()));
            assertEquals(List.of(), queue.lease("me", 1, HOUR));
            assertFalse(queue.release("s.2"));
            assertFalse(queue.hold("s.2", "why"));
        });
    }

    @Test
    default void aWaitingItemCanBeHeldAndHurried(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            put(queue, item("s.1"), clock.instant().plus(HOUR));
            assertTrue(queue.release("s.1"));
            assertTrue(queue.hold("s.1", "wait"));
            assertEquals(List.of(), queue.lease("me", 1, HOUR));
            clock.pass(HOUR);
            assertTrue(queue.release("s.1"));
            assertEquals(List.of("s.1"), ids(queue.lease("me", 1, HOUR)));
        });
    }

    @Test
    default void anItemThatIsWorkedOnIsHeldAfterwards(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            put(queue, item("s.1"), clock.instant());
            var lease = queue.lease("me", 1, HOUR).getFirst();
            assertTrue(queue.hold("s.1", "wait"));
            assertEquals(Optional.of("wait"), queue.find("s.1").orElseThrow().item().held());
            assertTrue(queue.complete(lease, lease.item(), clock.instant()));
            assertEquals(List.of(), queue.lease("me", 1, HOUR));
            assertTrue(queue.release("s.1"));
            assertEquals(1, queue.lease("me", 1, HOUR).size());
            assertTrue(queue.hold("s.1", "wait"));
            clock.pass(HOUR.plusSeconds(1));
            assertEquals(List.of(), queue.lease("me", 1, HOUR));
            assertEquals(Optional.of("wait"), queue.find("s.1").orElseThrow().item().held());
        });
    }

    @Test
    default void oneItemIsLeasedByItsId(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            put(queue, item("s.1"), clock.instant().plus(HOUR));
            put(queue, item("s.2").held(Optional.of("odd")), clock.instant());
            var waiting = queue.lease("me", "s.1", HOUR).orElseThrow();
            assertEquals(item("s.1"), waiting.item());
            assertEquals(Optional.empty(), queue.lease("me", "s.1", HOUR));
            var held = queue.lease("me", "s.2", HOUR).orElseThrow();
            assertEquals(Optional.of("odd"), held.item().held());
            assertEquals(Optional.empty(), queue.lease("me", "s.3", HOUR));
            assertTrue(queue.complete(waiting, nothing(waiting.item()), clock.instant()));
            assertTrue(queue.complete(held, without(held.item(), 0), clock.instant()));
            assertEquals(List.of(), queue.lease("me", 9, HOUR));
            assertEquals(Optional.of("odd"), queue.find("s.2").orElseThrow().item().held());
            var again = queue.lease("me", "s.2", HOUR).orElseThrow();
            assertTrue(queue.complete(again, again.item().held(Optional.empty()), clock.instant()));
            assertEquals(List.of("s.2"), ids(queue.lease("me", 9, HOUR)));
            clock.pass(HOUR.plusSeconds(1));
            assertEquals(List.of("s.2"), ids(queue.lease("me", 9, HOUR)));
        });
    }

    @Test
    default void whatIsRemovedIsGone(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            put(queue, item("s.1"), clock.instant());
            put(queue, item("s.2"), clock.instant());
            assertTrue(queue.remove("s.1"));
            assertFalse(queue.remove("s.1"));
            var lease = queue.lease("me", 10, HOUR).getFirst();
            assertEquals("s.2", lease.item().id());
            assertTrue(queue.remove("s.2"));
            assertFalse(queue.complete(lease, lease.item(), clock.instant()));
            assertEquals(List.of(), queue.browse(Optional.empty(), 10));
        });
    }

    @Test
    default void isBrowsedPageByPage(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            var put = new HashSet<String>();
            for (int i = 0; i < 50; i++) {
                put.add("s." + i);
                put(queue, item("s." + i).held(i % 2 == 0 ? Optional.of("even") : Optional.empty()), clock.instant());
            }
            var seen = new HashSet<String>();
            Optional<String> last = Optional.empty();
            for (var page = queue.browse(last, 7); !page.isEmpty(); page = queue.browse(last, 7)) {
                page.forEach(entry -> assertTrue(seen.add(entry.item().id())));
                last = Optional.of(page.getLast().item().id());
            }
            assertEquals(put, seen);
        });
    }

    @Test
    default void whatChangesBetweenTwoPagesIsStillSeenOnce(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            for (int i = 0; i < 32; i++) {
                put(queue, item(alike(i)), clock.instant().plus(HOUR));
            }
            var seen = new HashSet<String>();
            Optional<String> last = Optional.empty();
            for (var page = queue.browse(last, 3); !page.isEmpty(); page = queue.browse(last, 3)) {
                page.forEach(entry -> assertTrue(seen.add(entry.item().id())));
                last = Optional.of(page.getLast().item().id());
                clock.pass(Duration.ofMillis(1));
                for (int i = 0; i < 32; i += 5) {
                    assertTrue(i % 2 == 0 ? queue.release(alike(i)) : queue.hold(alike(i), "why"));
                }
            }
            assertEquals(32, seen.size());
        });
    }

    /** Ids with the same hash code, so that they lie close together wherever that decides. */
    private static String alike(int number) {
        var id = new StringBuilder("s.");
        for (int bit = 0; bit < 5; bit++) {
            id.append((number >> bit & 1) == 0 ? "Aa" : "BB");
        }
        return id.toString();
    }

    @Test
    default void aMessageMayBeEmptyOrLong(@TempDir Path folder) throws Exception {
        use(folder, (queue, clock) -> {
            queue.put(item("s.0"), Contents.of(""), clock.instant());
            var line = "0123456789".repeat(7) + "\r\n";
            queue.put(item("s.1"), Contents.of(line.repeat(5_000)), clock.instant());
            assertEquals(2, queue.lease("me", 2, HOUR).size());
            assertEquals("", text(queue, "s.0"));
            assertEquals(line.repeat(5_000), text(queue, "s.1"));
        });
    }
}
