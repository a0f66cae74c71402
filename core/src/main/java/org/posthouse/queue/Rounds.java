package org.posthouse.queue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.posthouse.message.Content;
import org.posthouse.pipeline.Recipient;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.Queue.Lease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what is due out of the queue and tries it, each item on a virtual thread of its own, so many at once. An item in hand
 * stays in hand when the queue is swapped: it may be leased again then, and the newest lease ends it.
 */
final class Rounds {
    static final int MOST_AT_ONCE = 50;

    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final String OWNER = "courier";
    private static final Duration LONGEST_ATTEMPT = Duration.ofMinutes(30);
    private static final Duration LEASE = Duration.ofHours(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSES_WITHIN = Duration.ofSeconds(1);

    private final PluginQueue queue;
    private final Attempts attempts;
    private final Aftermath aftermath;
    private final Clock clock;
    private final Semaphore hands = new Semaphore(MOST_AT_ONCE);
    private final Semaphore wakes = new Semaphore(0);
    private final ConcurrentMap<String, Lease> inHand = new ConcurrentHashMap<>();
    private final ConcurrentMap<Thread, Boolean> workers = new ConcurrentHashMap<>();
    private final Thread thread = Thread.ofVirtual().name("courier").unstarted(this::run);
    private volatile RetryPlan plan = RetryPlan.USUAL;
    private volatile boolean closed;

    Rounds(PluginQueue queue, Attempts attempts, Aftermath aftermath, Clock clock) {
        this.queue = queue;
        this.attempts = attempts;
        this.aftermath = aftermath;
        this.clock = clock;
    }

    void plan(RetryPlan next) {
        plan = next;
    }

    RetryPlan plan() {
        return plan;
    }

    void start() {
        thread.start();
    }

    /** Something may be due. */
    void wake() {
        wakes.release();
    }

    /** Gives up what it is at; that is due again at the next start. */
    void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        workers.keySet().forEach(Thread::interrupt);
        settled(CLOSES_WITHIN);
    }

    /** Waits until nothing is in hand. */
    boolean settled(Duration longest) throws InterruptedException {
        if (!hands.tryAcquire(MOST_AT_ONCE, longest.toMillis(), TimeUnit.MILLISECONDS)) {
            return false;
        }
        hands.release(MOST_AT_ONCE);
        return true;
    }

    private void run() {
        while (!closed) {
            try {
                if (!queue.isHere() || round() == 0) {
                    wakes.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
                    wakes.drainPermits();
                }
            } catch (InterruptedException e) {
                return; // shutting down
            } catch (IOException e) {
                log.warn("queue unavailable=\"{}\"", e.toString());
                paused(PAUSE);
            } catch (RuntimeException e) {
                log.error("the courier stumbled and goes on", e);
                paused(PAUSE);
            }
        }
    }

    private static void paused(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Begins to work on what is due, as far as hands are free; on how many items. */
    int round() throws IOException, InterruptedException {
        int free = hands.availablePermits();
        if (free == 0) {
            return 0;
        }
        var leases = queue.call(q -> q.lease(OWNER, free, LEASE));
        int begun = 0;
        for (var lease : leases) {
            if (inHand.put(lease.item().id(), lease) == null) {
                hands.acquire();
                begun++;
                Thread.ofVirtual().name("courier " + lease.item().id()).start(() -> work(lease));
            }
        }
        return begun;
    }

    private void work(Lease lease) {
        workers.put(Thread.currentThread(), true);
        try {
            if (!closed) {
                attempt(lease);
            }
        } catch (RuntimeException e) { // the boundary of an item; its lease ends by itself
            log.error("item id={}", lease.item().id(), e);
        } finally {
            inHand.remove(lease.item().id());
            workers.remove(Thread.currentThread());
            hands.release();
            wake();
        }
    }

    private void attempt(Lease lease) {
        var item = lease.item();
        var content = queue.content(item.id(), lease.sizeOctets());
        var became = outcomes(item, content);
        if (closed && became.values().stream().flatMap(m -> m.values().stream()).map(Outcome::itself).allMatch(Outcome.Deferred.class::isInstance)) {
            return; // it was not really tried
        }
        Thread.interrupted(); // what has an outcome is written down even now
        var tried = new Item(item.id(), item.arrived(), item.from(), item.legs(), item.attempts() + 1, item.held(), item.notes());
        complete(aftermath.settle(tried, content, became, plan));
    }

    private Map<DeliveryId, Map<Recipient, Outcome>> outcomes(Item item, Content content) {
        var became = new HashMap<DeliveryId, Map<Recipient, Outcome>>();
        try {
            long deadline = System.nanoTime() + LONGEST_ATTEMPT.toNanos();
            var consignments = Courier.consignments(item, content);
            var each = SideBySide.each(consignments, c -> attempts.carry(c, deadline, System.nanoTime()));
            for (int i = 0; i < consignments.size(); i++) {
                became.put(consignments.get(i).id(), each.get(i));
            }
        } catch (IOException e) {
            log.debug("item id={}", item.id(), e); // interrupted: what is not in the answer waits
        }
        return became;
    }

    /** Not before it is done: mail that has been delivered must not come out of the queue again. */
    private void complete(Item left) {
        var pause = Duration.ofMillis(100);
        while (true) {
            var lease = inHand.get(left.id());
            var now = clock.instant();
            var due = left.legs().isEmpty() ? now : plan.next(left, now, RandomGenerator.getDefault());
            try {
                if (queue.call(q -> q.complete(lease, left, due))) {
                    return;
                }
                if (inHand.get(left.id()) == lease) {
                    log.warn("item id={} was taken out of hand", left.id());
                    return;
                }
            } catch (IOException e) {
                log.warn("item id={} not written=\"{}\"", left.id(), e.toString());
                if (closed) {
                    return;
                }
                paused(pause);
                pause = pause.multipliedBy(pause.compareTo(Duration.ofSeconds(30)) < 0 ? 2 : 1);
            }
        }
    }
}
