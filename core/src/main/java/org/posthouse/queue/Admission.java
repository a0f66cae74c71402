package org.posthouse.queue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.posthouse.message.Content;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.queue.Queue.Item;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the items of a message into the queue. Where it has several they are put together or not at all, since a client that is told of a failure
 * sends all of it again: until the last is there the others are due in a while, so that nothing begins on them.
 */
final class Admission {
    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final Duration UNBEGUN = Duration.ofMinutes(5); // by then all are there, or it was refused

    private final PluginQueue queue;
    private final Rounds rounds;
    private final Trace trace;
    private final Metrics metrics;
    private final Clock clock;

    Admission(PluginQueue queue, Rounds rounds, Trace trace, Metrics metrics, Clock clock) {
        this.queue = queue;
        this.rounds = rounds;
        this.trace = trace;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Whether nothing is to begin on it now. */
    static boolean waits(Item item) {
        return item.held().isPresent() || due(item).isAfter(item.arrived());
    }

    private static Instant due(Item item) {
        return FutureRelease.of(item.from(), item.arrived());
    }

    /** The only one of its message. */
    void put(Item item, Content content) throws IOException {
        put(item, content, due(item));
        arrived(item);
    }

    /** One that has been tried, so that it rests a little. */
    void putAfterTrying(Item item, Content content) throws IOException {
        var now = clock.instant();
        put(item, content, rounds.plan().next(item, now, RandomGenerator.getDefault()));
    }

    private void put(Item item, Content content, Instant due) throws IOException {
        queue.put(item, content, due);
        trace.event(item.id(), item.held().isPresent() ? "held" : "queued", "legs", item.legs().size(), "size", content.size(),
                "why", item.held().orElse(null));
        metrics.count("queue_items", "what", item.held().isPresent() ? "held" : "queued");
        log.info("{} id={} from=<{}> size={}", item.held().isPresent() ? "held" : "queued", item.id(), item.from(), content.size());
    }

    private void arrived(Item item) {
        if (!waits(item)) {
            rounds.arrived(item);
        }
    }

    /** All or none, and nothing begins on them before {@link #begin}. */
    void putTogether(Map<Item, Content> items) throws IOException {
        var there = new ArrayList<Item>();
        try {
            for (var item : items.entrySet()) {
                put(item.getKey(), item.getValue(), waits(item.getKey()) ? due(item.getKey()) : clock.instant().plus(UNBEGUN));
                there.add(item.getKey());
            }
        } catch (IOException e) {
            withdrawn(there);
            throw e;
        }
    }

    /** One that cannot be hurried now is due in a while. */
    void begin(Item item) {
        if (waits(item)) {
            return;
        }
        try {
            queue.call(q -> q.release(item.id()));
            arrived(item);
        } catch (IOException e) {
            log.warn("not begun id={} cause=\"{}\"", item.id(), e.toString());
        }
    }

    /** Those of them that are taken out again; who of the others is told of a failure may get it twice. */
    List<Item> withdrawn(List<Item> items) {
        var gone = new ArrayList<Item>();
        for (var item : items) {
            try {
                queue.call(q -> q.remove(item.id()));
                trace.event(item.id(), "withdrawn");
                gone.add(item);
            } catch (IOException e) {
                log.error("not withdrawn id={} cause=\"{}\": it was refused and is delivered all the same", item.id(), e.toString());
            }
        }
        return gone;
    }
}
