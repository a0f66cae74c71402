package org.posthouse.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.posthouse.config.Values;
import org.posthouse.message.Content;
import org.posthouse.message.MessageId;
import org.posthouse.message.OutcomeUnknown;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.swap.Plugins;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a message to its destinations while its sender waits: one consignment a destination, numbered in the order of the
 * destinations' names, side by side. What is away or undecided is tried again with the same delivery id for up to
 * {@code grace} from its turn on; then its recipients get a status of class 4. A recipient is delivered when all its destinations are,
 * with all mail they cause.
 *
 * <p>There is no queue yet. So a recipient that was served may be served again when the client repeats the message for
 * those who were not: its repetition has another message id.
 */
public final class Courier {
    static final int MOST_GENERATIONS = 5;

    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(5); // RFC 5321 §4.5.3.2.6: clients wait ten for this reply
    private static final Status LATER = new Status("4.3.0", "cannot be delivered now, try again later");

    private record Parcel(Destination to, Content content) {}

    private record Carried(Map<Recipient, Outcome> outcomes, long ms) {}

    private final Plugins<Delivery> deliveries;
    private final Trace trace;
    private final Metrics metrics;
    private volatile Duration grace = Duration.ofSeconds(5);

    public Courier(Plugins<Delivery> deliveries, Trace trace, Metrics metrics) {
        this.deliveries = deliveries;
        this.trace = trace;
        this.metrics = metrics;
    }

    /** Of the top lines: {@code grace}. */
    public void configure(Values top) {
        grace = top.duration("grace");
    }

    /** Whether some delivery takes mail for it. */
    public boolean reaches(Destination destination) throws IOException {
        for (var name : deliveries.names()) {
            if (deliveries.call(name, d -> d.accepts(destination))) {
                return true;
            }
        }
        return false;
    }

    /** A status for every recipient; class 2 means durable at all its destinations. */
    public Map<Recipient, Status> deliver(MessageId id, Sender from, List<Copy> copies) throws IOException {
        var parcels = new LinkedHashMap<Parcel, List<Recipient>>();
        for (var copy : copies) {
            for (var destination : copy.where()) {
                parcels.computeIfAbsent(new Parcel(destination, copy.content()), _ -> new ArrayList<>()).add(copy.to());
            }
        }
        var order = Comparator.comparing((Parcel p) -> p.to.toString());
        var consignments = new ArrayList<Consignment>();
        for (var parcel : parcels.keySet().stream().sorted(order).toList()) {
            var delivery = new DeliveryId(id, consignments.size() + 1);
            consignments.add(new Consignment(delivery, from, parcel.to, parcels.get(parcel), parcel.content));
        }
        return deliver(consignments, 1);
    }

    private Map<Recipient, Status> deliver(List<Consignment> consignments, int generation) throws IOException {
        long start = System.nanoTime();
        var carried = SideBySide.each(consignments, c -> carry(c, deadline(start)));
        var statuses = new LinkedHashMap<Recipient, Status>();
        for (int i = 0; i < consignments.size(); i++) {
            for (var to : consignments.get(i).recipients()) {
                statuses.merge(to, status(consignments.get(i), to, carried.get(i), generation), Courier::worse);
            }
        }
        return statuses;
    }

    /**
     * Grace is for each consignment, from its own turn on: a slow disk needs more than that for a thousand mailboxes, and
     * would need it again each time the sender repeats the message for all of them.
     */
    private long deadline(long start) {
        return Math.min(System.nanoTime() + grace.toNanos(), start + LONGEST.toNanos());
    }

    /** Tries until there is an outcome or no time; never throws, since other consignments may have arrived. */
    private Carried carry(Consignment consignment, long deadline) {
        long start = System.nanoTime();
        var outcomes = outcomes(consignment, deadline);
        return new Carried(outcomes, (System.nanoTime() - start) / 1_000_000);
    }

    private Map<Recipient, Outcome> outcomes(Consignment consignment, long deadline) {
        var pause = FIRST_PAUSE;
        while (true) {
            try {
                return attempt(consignment, deadline);
            } catch (Unavailable | OutcomeUnknown e) {
                if (!paused(pause, deadline)) {
                    return undelivered(consignment, e);
                }
                pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            } catch (IOException e) {
                return undelivered(consignment, e);
            }
        }
    }

    /** By the first delivery that accepts the destination. One that is away is waited for: it may be the one. */
    private Map<Recipient, Outcome> attempt(Consignment consignment, long deadline) throws IOException {
        for (var name : deliveries.names()) {
            long start = System.nanoTime();
            var budget = Duration.ofNanos(Math.max(deadline - start, 0));
            var outcomes = deliveries.callWithin(name, budget, d -> d.accepts(consignment.to())
                    ? Optional.of(d.deliver(consignment)) : Optional.<Map<Recipient, Outcome>>empty());
            if (outcomes.isPresent()) {
                metrics.time("delivery_time", Duration.ofNanos(System.nanoTime() - start), "delivery", name);
                return outcomes.get();
            }
        }
        throw new Unavailable("no delivery for " + consignment.to());
    }

    /** False when there is no time left. */
    private static boolean paused(Duration pause, long deadline) {
        if (System.nanoTime() + pause.toNanos() >= deadline) {
            return false;
        }
        try {
            Thread.sleep(pause);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Map<Recipient, Outcome> undelivered(Consignment consignment, IOException why) {
        log.warn("undelivered id={} where={} cause=\"{}\"", consignment.id(), consignment.to(), why.toString());
        var outcomes = new LinkedHashMap<Recipient, Outcome>();
        consignment.recipients().forEach(to -> outcomes.put(to, new Outcome.Deferred(LATER)));
        return outcomes;
    }

    private Status status(Consignment consignment, Recipient to, Carried carried, int generation) throws IOException {
        var outcome = carried.outcomes.getOrDefault(to, new Outcome.Deferred(LATER));
        var status = switch (outcome) {
            case Outcome.Delivered _ -> Status.OK;
            case Outcome.Deferred(var why) -> why.temporary() ? why : new Status(LATER.code(), why.text());
            case Outcome.Failed(var why) -> why.permanent() ? why : new Status("5.3.0", why.text());
        };
        if (!(outcome instanceof Outcome.Delivered(var where, var resulting))) {
            noted(consignment, status.temporary() ? "deferred" : "failed", to, consignment.to(), status, carried.ms);
            return status;
        }
        noted(consignment, "delivered", to, where, null, carried.ms);
        return resulting.isEmpty() ? status : caused(resulting, generation);
    }

    private void noted(Consignment consignment, String what, Recipient to, Object where, Status status, long ms) {
        trace.event(consignment.id().text(), what, "to", to, "where", where, "status", status, "ms", ms);
        metrics.count("delivery_outcomes", "outcome", what);
    }

    /** Mail that a delivery caused travels the same way, and counts for the recipient for whom it was caused. */
    private Status caused(List<Consignment> resulting, int generation) throws IOException {
        if (generation == MOST_GENERATIONS) {
            log.warn("undelivered id={} cause=\"mail causes mail without end\"", resulting.getFirst().id());
            return new Status("5.4.6", "mail loops here");
        }
        return deliver(resulting, generation + 1).values().stream().reduce(Status.OK, Courier::worse);
    }

    /** What can still come right is worse than what is lost: the sender tries again, and then learns of the loss. */
    private static Status worse(Status one, Status other) {
        return weight(other) > weight(one) ? other : one;
    }

    private static int weight(Status status) {
        return status.temporary() ? 2 : status.permanent() ? 1 : 0;
    }
}
