package org.posthouse.queue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.posthouse.message.Content;
import org.posthouse.pipeline.Recipient;

/**
 * An item in hand: its consignments are carried one by one. What became of them is written down when the last one ends, and
 * before that every few seconds, so that little is done again after a crash while one of a thousand destinations hangs.
 */
final class Job {
    /** What is to be done when a consignment has ended. */
    enum Next { WAIT, WRITE, END }

    private static final Duration UNWRITTEN = Duration.ofSeconds(5);

    /** Held by who writes down what became of it. */
    final Lock writing = new ReentrantLock();

    private final Content content;
    private final List<Consignment> consignments;
    private final String sender;
    private final int attempt;
    private final Clock clock;

    // guarded by this
    private final Map<DeliveryId, Map<Recipient, Outcome>> unwritten = new HashMap<>();
    private Queue.Item item;
    private Queue.Lease lease;
    private int open;
    private int parts;
    private Instant since = Instant.EPOCH;

    Job(Queue.Lease lease, Content content, Clock clock) {
        this.lease = lease;
        this.item = lease.item();
        this.clock = clock;
        this.content = content;
        this.consignments = Courier.consignments(item, content);
        this.sender = Errand.sender(item);
        this.attempt = item.attempts() + 1;
        this.open = consignments.size();
    }

    String id() {
        return item().id();
    }

    /** Whose turn it takes. */
    String sender() {
        return sender;
    }

    /** As it is in the queue. */
    synchronized Queue.Item item() {
        return item;
    }

    /** The same, when this attempt is counted, to be written down. */
    synchronized Queue.Item tried() {
        var notes = new HashMap<>(item.notes());
        if (parts++ > 0) {
            notes.put(Notices.PART, Integer.toString(parts));
        }
        return new Queue.Item(item.id(), item.arrived(), item.from(), item.legs(), attempt, item.held(), notes);
    }

    synchronized void item(Queue.Item written) {
        item = written;
    }

    /** The newest right to work on it. */
    synchronized Queue.Lease lease() {
        return lease;
    }

    synchronized void lease(Queue.Lease newer) {
        lease = newer;
    }

    Content content() {
        return content;
    }

    List<Consignment> consignments() {
        return consignments;
    }

    synchronized Next ended(Consignment consignment, Map<Recipient, Outcome> outcomes) {
        var now = clock.instant();
        since = unwritten.isEmpty() ? now : since;
        unwritten.put(consignment.id(), outcomes);
        open--;
        return open == 0 ? Next.END : now.isAfter(since.plus(UNWRITTEN)) ? Next.WRITE : Next.WAIT;
    }

    /** What became of consignments since it was asked last. */
    synchronized Map<DeliveryId, Map<Recipient, Outcome>> unwritten() {
        var all = Map.copyOf(unwritten);
        unwritten.clear();
        return all;
    }
}
