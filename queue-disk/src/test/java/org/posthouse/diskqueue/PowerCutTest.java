package org.posthouse.diskqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.posthouse.disk.HomeDisk;
import org.posthouse.disk.PowerCutDisk;
import org.posthouse.message.Contents;
import org.posthouse.queue.Queue;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.QueueContract;
import org.posthouse.state.SetClock;

/** After a cut at any step: what was acknowledged is there as it was last, what is done is not, and nothing is half there. */
final class PowerCutTest {
    private static final Duration LONG = Duration.ofHours(1);

    /** What the queue had promised once that many steps were done. */
    private record Promise(int steps, Map<String, Item> items) {}

    @TempDir
    private Path dir;
    private final SetClock clock = new SetClock();
    private final List<Promise> promises = new ArrayList<>();
    private final Map<String, Item> items = new HashMap<>();
    private final Map<String, String> texts = new HashMap<>();
    private PowerCutDisk disk;
    private DiskQueue queue;

    @ParameterizedTest
    @EnumSource(PowerCutDisk.Unsynced.class)
    void nothingPromisedIsLost(PowerCutDisk.Unsynced unsynced) throws Exception {
        var home = dir.resolve("home");
        disk = new PowerCutDisk(new HomeDisk(home), home);
        queue = Queues.over(disk, clock, 1_000);
        live();
        assertTrue(disk.steps() > 80, () -> String.valueOf(disk.steps()));
        for (int steps = 0; steps <= disk.steps(); steps++) {
            var after = dir.resolve("after" + steps);
            disk.cutAfter(steps, unsynced, after);
            check(after, steps);
        }
        System.out.println("power cuts replayed: " + promises.size() + " acknowledged states x " + (disk.steps() + 1) + " steps, " + unsynced);
    }

    /** Ids of one folder, so that files go from one to the other. */
    private void live() throws IOException {
        queue.open();
        promise();
        put("s.1", 20);
        put("aa", 3_000);
        put("bB", 40);
        retry("aa");
        hold("bB");
        done("s.1");
        put("s.1b", 2_000);
        retry("aa");
        done("aa");
        put("Aa", 50);
        release("bB");
        put("BB", 700);
        done("bB");
        put("aB", 10);
    }

    private void put(String id, int size) throws IOException {
        texts.put(id, ("x".repeat(30) + "\r\n").repeat(1 + size / 32));
        var item = QueueContract.item(id);
        queue.put(item, Contents.of(texts.get(id)), clock.instant());
        items.put(id, item);
        promise();
    }

    private void done(String id) throws IOException {
        var lease = lease(id);
        queue.complete(lease, QueueContract.nothing(lease.item()), clock.instant());
        items.remove(id);
        promise();
    }

    private void retry(String id) throws IOException {
        var lease = lease(id);
        var left = new Item(id, lease.item().arrived(), lease.item().from(), lease.item().legs(),
                lease.item().attempts() + 1, Optional.empty(), lease.item().notes());
        queue.complete(lease, left, clock.instant().plusSeconds(1));
        clock.pass(Duration.ofSeconds(2));
        items.put(id, left);
        promise();
    }

    private Queue.Lease lease(String id) throws IOException {
        var all = queue.lease("me", 100, LONG);
        var mine = all.stream().filter(l -> l.item().id().equals(id)).findFirst().orElseThrow();
        for (var other : all) {
            if (other != mine) {
                queue.complete(other, other.item(), clock.instant());
            }
        }
        return mine;
    }

    private void hold(String id) throws IOException {
        queue.hold(id, "odd");
        items.put(id, items.get(id).held(Optional.of("odd")));
        promise();
    }

    private void release(String id) throws IOException {
        queue.release(id);
        items.put(id, items.get(id).held(Optional.empty()));
        promise();
    }

    private void promise() {
        promises.add(new Promise(disk.steps(), Map.copyOf(items)));
    }

    /** Between two promises an item may be as in either of them. */
    private void check(Path after, int steps) throws IOException {
        int last = (int) promises.stream().filter(p -> p.steps() <= steps).count() - 1;
        var before = promises.get(Math.max(last, 0)).items();
        var next = promises.get(Math.min(last + 1, promises.size() - 1)).items();
        var left = Queues.over(new PowerCutDisk(new HomeDisk(after), after), clock, 1_000);
        left.open();
        var there = new HashMap<String, Item>();
        left.browse(Optional.empty(), 100).forEach(e -> there.put(e.item().id(), e.item()));
        before.forEach((id, item) -> {
            if (item.equals(next.get(id)) || steps == promises.get(Math.max(last, 0)).steps()) {
                assertEquals(item, there.get(id), "after " + steps + " steps");
            } else if (next.containsKey(id)) {
                assertTrue(there.containsKey(id), "lost after " + steps + " steps: " + id);
            }
        });
        there.forEach((id, _) -> assertTrue(before.containsKey(id) || next.containsKey(id), "back after " + steps + ": " + id));
        for (var id : there.keySet()) {
            assertEquals(texts.get(id), QueueContract.text(left, id), "after " + steps + " steps");
        }
        long waiting = there.values().stream().filter(i -> i.held().isEmpty()).count();
        assertEquals(waiting, left.lease("me", 100, LONG).size(), "after " + steps + " steps");
        assertTrue(Files.notExists(after.resolve("var/queue/torn")));
    }
}
