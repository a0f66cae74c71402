package org.posthouse.queue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Recipient;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.Queue.Lease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what is due out of the queue and puts its consignments into {@link Lines}; each is carried on a virtual thread of its
 * own when its turn comes. In hand are at most {@link #MOST_IN_HAND} at a time. When more is due than that, new mail of a
 * sender who has little in hand goes past what waits, up to as many again. An item in hand stays in hand when the queue is swapped: it may be leased
 * again then, and the newest lease ends it.
 */
final class Rounds {
    static final int MOST_IN_HAND = 5_000;

    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final String OWNER = "courier";
    private static final Duration LONGEST_ATTEMPT = Duration.ofMinutes(30);
    private static final Duration LEASE = Duration.ofHours(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CLOSES_WITHIN = Duration.ofSeconds(1);
    private static final int BATCH = 100; // leased between two looks at what may begin
    private static final int MOST_FRESH = 10_000;
    private static final int LITTLE = 10; // items of one sender
    private static final int WRITERS = 32; // results written down at a time

    /** Mail that was put just now. */
    private record Fresh(String id, String sender) {}

    private final PluginQueue queue;
    private final Attempts attempts;
    private final Aftermath aftermath;
    private final Clock clock;
    private final Lines lines;
    private final Semaphore wakes = new Semaphore(0);
    private final Semaphore writers = new Semaphore(WRITERS);
    private final ConcurrentMap<String, Job> jobs = new ConcurrentHashMap<>(); // in hand
    private final Lock taking = new ReentrantLock(); // from a lease to the moment at which its job knows it
    private final ConcurrentMap<String, Integer> senders = new ConcurrentHashMap<>();
    private final ConcurrentMap<Thread, Boolean> workers = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Fresh> fresh = new ConcurrentLinkedQueue<>();
    private final AtomicInteger freshOnes = new AtomicInteger();
    private final Thread thread = Thread.ofVirtual().name("courier").unstarted(this::run);
    private volatile RetryPlan plan = RetryPlan.USUAL;
    private volatile boolean closed;

    Rounds(PluginQueue queue, Attempts attempts, Aftermath aftermath, Clock clock) {
        this.queue = queue;
        this.attempts = attempts;
        this.aftermath = aftermath;
        this.clock = clock;
        this.lines = new Lines(clock);
    }

    void plan(RetryPlan next, Lines.Limits limits) {
        plan = next;
        lines.limits(limits);
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

    /** This item was put and is due. */
    void arrived(Item item) {
        if (freshOnes.get() < MOST_FRESH) {
            freshOnes.incrementAndGet();
            fresh.add(new Fresh(item.id(), Errand.sender(item)));
        }
        wake();
    }

    /** Places that were down are tried again. */
    void hurry() {
        lines.revive();
        wake();
    }

    /** Begins nothing any more. */
    void stop() {
        closed = true;
        thread.interrupt();
    }

    /**
     * Gives up what it is at, when that has had {@code grace} to end: a host that is left before it has answered to the end of
     * a message gets it twice (RFC 5321 §4.5.3.2.6). What is given up is due again at the next start.
     */
    void close(Duration grace) throws InterruptedException {
        stop();
        idle(grace);
        workers.keySet().forEach(Thread::interrupt);
        idle(CLOSES_WITHIN);
        for (var job : jobs.values()) {
            write(job);
        }
    }

    private void idle(Duration longest) throws InterruptedException {
        var deadline = System.nanoTime() + longest.toNanos();
        while (!workers.isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    /** Waits until nothing is in hand. */
    boolean settled(Duration longest) throws InterruptedException {
        var deadline = System.nanoTime() + longest.toNanos();
        while (!jobs.isEmpty() || !workers.isEmpty()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
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

    /** Takes in what is due, as far as there is room, and begins what may begin; how many items it took. */
    int round() throws IOException, InterruptedException {
        int room = MOST_IN_HAND - Math.max(lines.size(), jobs.size());
        int taken = room > 0 ? due(Math.min(BATCH, room)) : pastOthers();
        advance();
        return taken;
    }

    private int due(int most) throws IOException {
        taking.lock(); // over a call of the queue, since who finds a lease gone must know whether it is one of these
        try {
            var leases = queue.call(q -> q.lease(OWNER, most, LEASE));
            int taken = (int) leases.stream().filter(this::take).count();
            if (leases.size() == most) {
                return taken + pastOthers();
            }
            forget();
            return taken;
        } finally {
            taking.unlock();
        }
    }

    /** All that is due is in hand. */
    private void forget() {
        while (fresh.poll() != null) {
            freshOnes.decrementAndGet();
        }
    }

    /** New mail of those who have little in hand. */
    private int pastOthers() throws IOException {
        int taken = 0;
        while (taken < BATCH && Math.max(lines.size(), jobs.size()) < 2 * MOST_IN_HAND) {
            var one = fresh.poll();
            if (one == null) {
                break;
            }
            freshOnes.decrementAndGet();
            var id = one.id();
            if (senders.getOrDefault(one.sender(), 0) < LITTLE && !jobs.containsKey(id)) {
                taken += takePast(id);
            }
        }
        return taken;
    }

    private int takePast(String id) throws IOException {
        taking.lock();
        try {
            var lease = queue.call(q -> q.lease(OWNER, id, LEASE));
            if (lease.isPresent() && lease.get().item().held().isPresent()) {
                queue.call(q -> q.complete(lease.get(), lease.get().item(), lease.get().due()));
                return 0;
            }
            return lease.isPresent() && take(lease.get()) ? 1 : 0;
        } finally {
            taking.unlock();
        }
    }

    /** False when it was in hand before. */
    private boolean take(Lease lease) {
        var id = lease.item().id();
        var fresh = job(lease);
        var job = jobs.compute(id, (_, known) -> {
            if (known != null) {
                known.lease(lease);
            }
            return known == null ? fresh : known;
        });
        if (job == fresh) {
            begin(job);
        }
        return job == fresh;
    }

    private Job job(Lease lease) {
        return new Job(lease, queue.content(lease.item().id(), lease.sizeOctets()), clock);
    }

    private void begin(Job job) {
        senders.merge(job.sender(), 1, Integer::sum);
        job.consignments().forEach(c -> lines.add(Errand.of(job, c)));
    }

    /** Whether this item is being worked on here, whatever the queue knows of it. */
    boolean hasInHand(String id) {
        return jobs.containsKey(id);
    }

    /** Begins what may begin; what waits for a place that is down is put off. */
    private void advance() {
        for (var put : lines.putOff()) {
            Thread.ofVirtual().name("courier " + put.errand().job().id()).start(() -> working(() -> putOff(put)));
        }
        for (var next = lines.next(); next.isPresent(); next = lines.next()) {
            var errand = next.get();
            Thread.ofVirtual().name("courier " + errand.job().id()).start(() -> working(() -> carry(errand)));
        }
    }

    /** The boundary of an item: its lease ends by itself. */
    private void working(Runnable work) {
        workers.put(Thread.currentThread(), true);
        try {
            work.run();
        } catch (RuntimeException e) {
            log.error("courier", e);
        } finally {
            workers.remove(Thread.currentThread());
            wake();
        }
    }

    /** Its place in the line is free when its end is written down, so that no more than are under way are done again after a crash. */
    private void carry(Errand errand) {
        Map<Recipient, Outcome> outcomes = Map.of();
        try {
            if (!closed) {
                long deadline = System.nanoTime() + LONGEST_ATTEMPT.toNanos();
                outcomes = attempts.carry(errand.consignment(), deadline, System.nanoTime());
            }
        } finally {
            try {
                ended(errand, outcomes);
            } finally {
                lines.ended(errand, feedback(outcomes), last(outcomes), plan.first());
                advance();
            }
        }
    }

    private void putOff(Lines.PutOff put) {
        var outcomes = new HashMap<Recipient, Outcome>();
        put.errand().consignment().recipients().forEach(to -> outcomes.put(to, new Outcome.Deferred(put.why())));
        attempts.putOff(put.errand().consignment(), put.why());
        ended(put.errand(), outcomes);
        advance();
    }

    /** Where nobody could be reached the place is at fault; what nobody took for other reasons says nothing of it. */
    private static Line.Feedback feedback(Map<Recipient, Outcome> outcomes) {
        if (outcomes.isEmpty()) {
            return Line.Feedback.NOTHING;
        }
        boolean unreached = outcomes.values().stream().allMatch(Rounds::unreached);
        boolean decided = outcomes.values().stream().map(Outcome::itself).anyMatch(o -> !(o instanceof Outcome.Deferred));
        return unreached ? Line.Feedback.UNREACHED : decided ? Line.Feedback.REACHED : Line.Feedback.NOTHING;
    }

    private static boolean unreached(Outcome outcome) {
        return outcome.itself() instanceof Outcome.Deferred(var why) && (why.code().startsWith("4.4.") || why.code().equals("4.3.2"));
    }

    private static Status last(Map<Recipient, Outcome> outcomes) {
        return outcomes.values().stream().map(Outcome::itself).filter(Outcome.Deferred.class::isInstance)
                .map(o -> ((Outcome.Deferred) o).why()).findFirst().orElse(Attempts.LATER);
    }

    private void ended(Errand errand, Map<Recipient, Outcome> outcomes) {
        var job = errand.job();
        switch (job.ended(errand.consignment(), outcomes)) {
            case WAIT -> { }
            case WRITE -> writeBetween(job);
            case END -> writeLast(job);
        }
    }

    private void writeLast(Job job) {
        job.writing.lock();
        var written = job.lease();
        try {
            written = write(job);
        } finally {
            end(job, written);
            job.writing.unlock();
        }
    }

    /** A lease that came after it was written down is one for the next attempt. */
    private void end(Job job, Lease written) {
        senders.computeIfPresent(job.sender(), (_, n) -> n == 1 ? null : n - 1);
        var next = jobs.compute(job.id(), (_, _) -> job.lease() == written ? null : job(job.lease()));
        if (next != null) {
            begin(next);
        }
    }

    /**
     * What has an outcome so far; the rest goes on under a lease of its own. Until that is there the item is nobody's in the
     * queue: a round that takes it meanwhile gives its lease to this job, and whoever else asks for it asks {@link #hasInHand} first.
     */
    private void writeBetween(Job job) {
        job.writing.lock();
        try {
            write(job);
            var lease = jobs.get(job.id()) == job ? queue.call(q -> q.lease(OWNER, job.id(), LEASE)) : Optional.<Lease>empty();
            lease.ifPresent(again -> {
                job.lease(again);
                job.item(again.item());
            });
        } catch (IOException e) {
            log.warn("item id={} not leased again=\"{}\"", job.id(), e.toString());
        } finally {
            job.writing.unlock();
        }
    }

    /** The lease under which it was last written down. */
    private Lease write(Job job) {
        job.writing.lock();
        writers.acquireUninterruptibly();
        try {
            var became = job.unwritten();
            if (became.isEmpty() || closed && became.values().stream().flatMap(m -> m.values().stream()).map(Outcome::itself)
                    .allMatch(Outcome.Deferred.class::isInstance)) {
                return job.lease(); // it was not really tried
            }
            Thread.interrupted(); // what has an outcome is written down even now
            var left = aftermath.settle(job.tried(), job.content(), became, plan);
            var written = complete(job, left);
            job.item(left);
            return written;
        } finally {
            writers.release();
            job.writing.unlock();
        }
    }

    /** Not before it is done: mail that has been delivered must not come out of the queue again. */
    private Lease complete(Job job, Item left) {
        var pause = Duration.ofMillis(100);
        while (true) {
            var lease = job.lease();
            var now = clock.instant();
            var due = left.legs().isEmpty() ? now : plan.next(left, now, RandomGenerator.getDefault());
            try {
                if (queue.call(q -> q.complete(lease, left, due))) {
                    return lease;
                }
                if (isLost(job, lease)) {
                    log.warn("item id={} was taken out of hand", left.id());
                    return lease;
                }
            } catch (IOException e) {
                log.warn("item id={} not written=\"{}\"", left.id(), e.toString());
                if (closed) {
                    return lease;
                }
                paused(pause);
                pause = pause.multipliedBy(pause.compareTo(Duration.ofSeconds(30)) < 0 ? 2 : 1);
            }
        }
    }

    /** Not when a round has leased it anew, or is just about to say so. */
    private boolean isLost(Job job, Lease lease) {
        taking.lock();
        try {
            return job.lease() == lease;
        } finally {
            taking.unlock();
        }
    }
}
