package org.posthouse.diskqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.disk.FaultyDisk;
import org.posthouse.disk.FaultyDisk.Op;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.Contents;
import org.posthouse.message.Unavailable;
import org.posthouse.queue.Queue;
import org.posthouse.queue.QueueContract;
import org.posthouse.state.SetClock;

final class DiskQueueTest implements QueueContract {
    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    private Path home;
    private final SetClock clock = new SetClock();

    @Override
    public Queue newQueue(Path folder, Clock someClock) {
        return Queues.over(new HomeDisk(folder), someClock, SPARE);
    }

    private static final int SPARE = 1_000;

    private DiskQueue open(int spare) throws IOException {
        var queue = Queues.over(new HomeDisk(home), clock, spare);
        queue.open();
        return queue;
    }

    private void put(Queue queue, String id) throws IOException {
        queue.put(QueueContract.item(id), Contents.of(LETTER), clock.instant());
    }

    private List<String> files() throws IOException {
        try (var all = Files.walk(home.resolve("var/queue"))) {
            return all.filter(Files::isRegularFile).map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void isThereAgainAfterItWasOpenedAgain() throws IOException {
        var queue = open(SPARE);
        put(queue, "s.1");
        put(queue, "s.2");
        queue.hold("s.2", "odd");
        var lease = queue.lease("me", 1, LONG).getFirst();
        queue.close();
        assertThrows(Unavailable.class, () -> put(queue, "s.3"));
        queue.open();
        assertEquals(QueueContract.item("s.1"), queue.lease("me", 2, LONG).getFirst().item());
        assertFalse(queue.complete(lease, QueueContract.nothing(lease.item()), clock.instant()));
        assertEquals(Optional.of("odd"), queue.find("s.2").orElseThrow().item().held());
    }

    @Test
    void aLeaseOutlivesAnInterruptionOfTheQueue() throws IOException {
        var queue = open(SPARE);
        put(queue, "s.1");
        var lease = queue.lease("me", 1, LONG).getFirst();
        queue.close();
        queue.open();
        assertTrue(queue.complete(lease, QueueContract.nothing(lease.item()), clock.instant()));
        assertEquals(List.of(), queue.lease("me", 1, LONG));
    }

    @Test
    void filesAreUsedAgain() throws IOException {
        var queue = open(SPARE);
        for (int i = 0; i < 20; i++) {
            put(queue, "s.1");
            var lease = queue.lease("me", 1, LONG).getFirst();
            assertEquals(LETTER, QueueContract.text(queue, "s.1"));
            queue.complete(lease, QueueContract.nothing(lease.item()), clock.instant());
        }
        assertEquals(1, files().size(), files().toString());
        queue.close();
        var again = open(SPARE);
        put(again, "s.1");
        assertEquals(List.of("w1767225600000-s.1"), files());
    }

    @Test
    void keepsNoMoreSpareFilesThanItMay() throws IOException {
        var queue = open(0);
        put(queue, "s.1");
        queue.remove("s.1");
        assertEquals(List.of(), files());
    }

    @Test
    void whatFailsWhileItIsPutIsNotThere() throws IOException {
        for (var op : List.of(Op.APPEND, Op.WRITE, Op.SYNC, Op.RENAME, Op.SYNC_FOLDER)) {
            var disk = new FaultyDisk(new HomeDisk(home));
            var queue = Queues.over(disk, clock, SPARE);
            queue.open();
            put(queue, "s.0");
            queue.remove("s.0");
            disk.fail(op, 1, FaultyDisk.full());
            assertThrows(IOException.class, () -> put(queue, "s.1"));
            assertEquals(List.of(), queue.browse(Optional.empty(), 10), op.toString());
            put(queue, "s.1");
            assertEquals(1, queue.lease("me", 10, LONG).size(), op.toString());
            queue.remove("s.1");
        }
    }

    @Test
    void aFailedCompletionCanBeRepeated() throws IOException {
        for (var op : List.of(Op.APPEND, Op.WRITE, Op.SYNC, Op.RENAME)) {
            var disk = new FaultyDisk(new HomeDisk(home));
            var queue = Queues.over(disk, clock, SPARE);
            queue.open();
            put(queue, "s.1");
            var lease = queue.lease("me", 1, LONG).getFirst();
            var left = QueueContract.without(lease.item(), 1);
            disk.fail(op, 1, FaultyDisk.full());
            var due = clock.instant().plusSeconds(1);
            assertThrows(IOException.class, () -> queue.complete(lease, left, due), op.toString());
            clock.pass(Duration.ofSeconds(2));
            assertEquals(List.of(), queue.lease("me", 1, LONG), op.toString());
            assertTrue(queue.complete(lease, left, due));
            assertEquals(left, queue.lease("me", 1, LONG).getFirst().item());
            queue.remove("s.1");
        }
    }

    @Test
    void aTornFileIsPutAside() throws IOException {
        var queue = open(SPARE);
        for (int i = 0; i < 3; i++) {
            put(queue, "s." + i);
        }
        try (var all = Files.walk(home.resolve("var/queue"))) {
            for (var file : all.filter(f -> f.toString().endsWith("-s.0") || f.toString().endsWith("-s.1")).toList()) {
                var octets = Files.readAllBytes(file);
                if (file.toString().endsWith("0")) {
                    Files.write(file, new byte[0]);
                } else {
                    octets[octets.length - 25] ^= 1; // in the content
                    Files.write(file, octets);
                }
            }
        }
        assertEquals("s.2", queue.lease("me", 10, LONG).getFirst().item().id());
        assertTrue(Files.exists(home.resolve("var/queue/torn/w1767225600000-s.0")));
        assertTrue(Files.exists(home.resolve("var/queue/torn/w1767225600000-s.1")));
    }

    @Test
    void aTornEnvelopeAtTheEndIsLeftOutAndCut() throws IOException {
        var queue = open(SPARE);
        put(queue, "s.1");
        var file = file("s.1");
        long size = Files.size(file);
        Files.writeString(file, "envelope 100 01234567\nid s", StandardOpenOption.APPEND);
        var lease = queue.lease("me", 1, LONG).getFirst();
        assertEquals(QueueContract.item("s.1"), lease.item());
        assertTrue(queue.complete(lease, QueueContract.without(lease.item(), 0), clock.instant()));
        var again = queue.lease("me", 1, LONG).getFirst();
        assertEquals(QueueContract.without(lease.item(), 0), again.item());
        assertTrue(Files.size(file("s.1")) > size);
    }

    private Path file(String id) throws IOException {
        try (var all = Files.walk(home.resolve("var/queue"))) {
            return all.filter(f -> f.toString().endsWith("-" + id)).findFirst().orElseThrow();
        }
    }

    @Test
    void theScheduleKeepsTheEarliestAndFindsTheRestAgain() {
        var schedule = new Schedule(3);
        for (int i = 10; i > 0; i--) {
            schedule.add(new Schedule.Due(i, "s." + i));
        }
        for (int i = 1; i <= 3; i++) {
            assertEquals(Optional.of(new Schedule.Due(i, "s." + i)), schedule.take(100));
        }
        assertTrue(schedule.usedUp());
        schedule.refill();
        for (int i = 10; i > 3; i--) {
            schedule.add(new Schedule.Due(i, "s." + i));
        }
        assertEquals(Optional.empty(), schedule.take(3));
        assertEquals(Optional.of(new Schedule.Due(4, "s.4")), schedule.take(4));
        assertEquals(2, schedule.size());
    }

    @Test
    void aLookAtTheNamesThatFailsIsRepeated() {
        var agenda = new Agenda(clock, 2);
        agenda.add(names("s.1", "s.2", "s.3"));
        assertTrue(agenda.next().isPresent() && agenda.next().isPresent() && agenda.usedUp());
        agenda.incomplete();
        agenda.add(names("s.3"));
        assertEquals(Optional.empty(), agenda.next());
        assertTrue(agenda.usedUp());
        agenda.add(names("s.3"));
        assertEquals("s.3", agenda.next().orElseThrow().id());
    }

    private static List<QueueName> names(String... ids) {
        return Stream.of(ids).map(id -> new QueueName(QueueName.State.WAITING, 1, id)).toList();
    }

    @Test
    void whatIsTornHidesNothingFromWhoBrowses() throws IOException {
        var queue = open(SPARE);
        for (int i = 0; i < 200; i++) {
            put(queue, "s." + i);
        }
        for (int i = 0; i < 200; i += 2) {
            Files.write(file("s." + i), new byte[0]);
        }
        int seen = 0;
        for (var page = queue.browse(Optional.empty(), 1); !page.isEmpty(); page = queue.browse(Optional.of(page.getLast().item().id()), 1)) {
            seen++;
        }
        assertEquals(100, seen);
    }

    /** The digits of some are not ASCII. */
    @Test
    void filesAreTheSameInEveryLanguage() throws IOException {
        var usual = Locale.getDefault();
        try {
            Locale.setDefault(Locale.of("fa", "IR"));
            var queue = open(SPARE);
            put(queue, "s.1");
            var lease = queue.lease("me", 1, LONG).getFirst();
            assertTrue(queue.complete(lease, QueueContract.without(lease.item(), 0), clock.instant()));
        } finally {
            Locale.setDefault(usual);
        }
        assertEquals(List.of("w1767225600000-s.1"), files());
        var again = open(SPARE);
        assertEquals(1, again.lease("me", 1, LONG).size());
        assertEquals(LETTER, QueueContract.text(again, "s.1"));
    }

    @Test
    void idsThatAreNoNamesAreRefused() throws IOException {
        var queue = open(SPARE);
        for (var id : List.of("", "../x", "a/b", "a b", "x".repeat(121))) {
            assertThrows(IllegalArgumentException.class, () -> put(queue, id));
        }
        assertEquals(Optional.empty(), queue.find("../x"));
    }
}
