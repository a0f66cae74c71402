package org.posthouse.diskqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.posthouse.disk.FaultyDisk;
import org.posthouse.disk.FaultyDisk.Trouble;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.Contents;
import org.posthouse.queue.Queue;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.QueueContract;
import org.posthouse.state.SetClock;

/** Every durable operation of the queue, with trouble at every step of the disk: it happens as a whole or not at all, and nothing else changes. */
final class QueueFaultsTest {
    private static final Duration LONG = Duration.ofHours(1);

    /** What is prepared before the trouble, and done in it; it can be asked for again. */
    private interface Operation {
        Doing prepare(Queue queue) throws IOException;
    }

    private interface Doing {
        void run() throws IOException;
    }

    private record Case(String name, Operation operation) {}

    private record Seen(Item item, String text) {}

    private final SetClock clock = new SetClock();

    private List<Case> cases() {
        return List.of(
                new Case("put", q -> () -> put(q, "s.3")),
                new Case("put into another folder", q -> () -> put(q, "zz")),
                new Case("put where a file was freed", q -> {
                    q.remove("s.1");
                    return () -> put(q, "s.1b");
                }),
                new Case("try again later", q -> {
                    var lease = lease(q, "s.1");
                    var item = lease.item();
                    var left = new Item("s.1", item.arrived(), item.from(), item.legs(), item.attempts() + 1, Optional.empty(), item.notes());
                    return () -> q.complete(lease, left, clock.instant().plusSeconds(60));
                }),
                new Case("done", q -> {
                    var lease = lease(q, "s.1");
                    return () -> q.complete(lease, QueueContract.nothing(lease.item()), clock.instant());
                }),
                new Case("hold", q -> () -> q.hold("s.1", "odd")),
                new Case("release", q -> () -> q.release("s.2")),
                new Case("remove", q -> () -> q.remove("s.2")));
    }

    private static String text(String id) {
        return "text of " + id + "\r\n";
    }

    /** What was not taken is offered anew under the same name only if it is not there. */
    private void put(Queue queue, String id) throws IOException {
        if (queue.find(id).isEmpty()) {
            queue.put(QueueContract.item(id), Contents.of(text(id)), clock.instant());
        }
    }

    private static Queue.Lease lease(Queue queue, String id) throws IOException {
        return queue.lease("me", 100, LONG).stream().filter(l -> l.item().id().equals(id)).findFirst().orElseThrow();
    }

    private static Map<String, Seen> look(Queue queue) throws IOException {
        var all = new TreeMap<String, Seen>();
        for (var entry : queue.browse(Optional.empty(), 100)) {
            var item = entry.item().held(entry.item().held().map(_ -> "held")); // the reason may be lost on the way to a release
            all.put(item.id(), new Seen(item, QueueContract.text(queue, item.id())));
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void everyOperationHappensAsAWholeOrNotAtAll(Trouble trouble, @TempDir Path dir) throws Exception {
        int trials = 0;
        for (var each : cases()) {
            boolean hit = true;
            for (int nth = 1; hit; nth++) {
                hit = trial(each, trouble, nth, dir.resolve("home" + trials++));
            }
        }
        System.out.println("faults: " + cases().size() + " operations, " + trials + " steps, " + trouble);
    }

    /** False when no step was left that could fail. */
    private boolean trial(Case tried, Trouble trouble, int nth, Path home) throws IOException {
        var when = tried.name + ", " + trouble + " at step " + nth;
        var disk = new FaultyDisk(new HomeDisk(home));
        var queue = Queues.over(disk, clock, 1_000);
        queue.open();
        put(queue, "s.1");
        put(queue, "s.2");
        queue.hold("s.2", "odd");
        var doing = tried.operation.prepare(queue);
        var before = look(queue);
        disk.trouble(trouble, nth);
        boolean done = false;
        try {
            doing.run();
            done = true;
        } catch (IOException _) {
            // the other side is told
        }
        boolean hit = disk.mend();
        var now = look(queue);
        assertEquals(now, afterARestart(home), when);
        doing.run();
        var after = look(queue);
        assertTrue(now.equals(after) || !done && now.equals(before), () -> when + ": " + now + " and not " + before + " or " + after);
        assertEquals(after, afterARestart(home), when);
        return hit;
    }

    private Map<String, Seen> afterARestart(Path home) throws IOException {
        var queue = Queues.over(new HomeDisk(home), clock, 1_000);
        queue.open();
        var all = look(queue);
        long waiting = all.values().stream().filter(s -> s.item.held().isEmpty()).count();
        clock.pass(LONG.multipliedBy(2));
        assertEquals(waiting, queue.lease("me", 100, LONG).size());
        queue.close();
        return all;
    }
}
