package org.posthouse.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.posthouse.message.Address;
import org.posthouse.message.OutcomeUnknown;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.pipeline.Recipient;
import org.posthouse.swap.Plugins;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a consignment to the first delivery that accepts its destination, and writes down what became of it. */
final class Attempts {
    static final Status LATER = new Status("4.3.0", "cannot be delivered now, try again later");

    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    /** Where to turn with a recipient's mail when a destination cannot be reached. */
    interface Fallbacks {
        List<Destination> of(Destination to, Address from, Recipient recipient) throws IOException;
    }

    private final Plugins<Delivery> deliveries;
    private final Fallbacks fallbacks;
    private final Trace trace;
    private final Metrics metrics;

    Attempts(Plugins<Delivery> deliveries, Fallbacks fallbacks, Trace trace, Metrics metrics) {
        this.deliveries = deliveries;
        this.fallbacks = fallbacks;
        this.trace = trace;
        this.metrics = metrics;
    }

    /** Whether it can be delivered while the sender waits: nobody else is asked. */
    static boolean atOnce(Destination destination) {
        return destination.transport().equals("local") || isOurs(destination);
    }

    /** What needs no delivery bundle. */
    private static boolean isOurs(Destination destination) {
        return destination.transport().equals("discard") || destination.transport().equals("error");
    }

    /** Whether some delivery takes mail for it. */
    boolean reaches(Destination destination) throws IOException {
        if (isOurs(destination)) {
            return true;
        }
        for (var name : deliveries.names()) {
            if (deliveries.call(name, d -> d.accepts(destination))) {
                return true;
            }
        }
        return false;
    }

    /**
     * An outcome for every recipient, with statuses of the class they need. Never throws, since other consignments may have
     * arrived. What is away or undecided is tried again with the same delivery id until {@code patience} ends.
     *
     * @param deadline in nanoseconds, when an attempt is given up
     * @param patience in nanoseconds, not after the deadline
     */
    Map<Recipient, Outcome> carry(Consignment consignment, long deadline, long patience) {
        long start = System.nanoTime();
        var became = isOurs(consignment.to()) ? own(consignment) : triedEverywhere(consignment, deadline, patience);
        long ms = (System.nanoTime() - start) / 1_000_000;
        var outcomes = new LinkedHashMap<Recipient, Outcome>();
        for (var to : consignment.recipients()) {
            var outcome = sound(became.getOrDefault(to, new Outcome.Deferred(LATER)));
            outcomes.put(to, outcome);
            note(consignment, to, outcome, ms);
        }
        return outcomes;
    }

    /** It is not tried, since the place could not be reached a moment ago. */
    void putOff(Consignment consignment, Status why) {
        trace.event(consignment.id().text(), "put off", "where", consignment.to(), "status", why);
        metrics.count("delivery_outcomes", "outcome", "put-off");
    }

    private static Outcome sound(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Deferred(var why) when !why.temporary() -> new Outcome.Deferred(new Status(LATER.code(), why.text()));
            case Outcome.Failed(var why) when !why.permanent() -> new Outcome.Failed(new Status("5.3.0", why.text()));
            case Outcome.Answered(var what, var host, var reply) -> new Outcome.Answered(sound(what.itself()), host, reply);
            case Outcome.Delivered _, Outcome.Relayed _, Outcome.Deferred _, Outcome.Failed _ -> outcome;
        };
    }

    private void note(Consignment consignment, Recipient to, Outcome outcome, long ms) {
        switch (outcome) {
            case Outcome.Delivered(var where, _) -> note(consignment, "delivered", to, where, null, null, ms);
            case Outcome.Relayed(var where, _) -> note(consignment, "relayed", to, where, null, null, ms);
            case Outcome.Deferred(var why) -> note(consignment, "deferred", to, consignment.to(), why, null, ms);
            case Outcome.Failed(var why) -> note(consignment, "failed", to, consignment.to(), why, null, ms);
            case Outcome.Answered(Outcome.Delivered(var where, _), _, var reply) -> note(consignment, "delivered", to, where, null, reply, ms);
            case Outcome.Answered(Outcome.Relayed(var where, _), _, var reply) -> note(consignment, "relayed", to, where, null, reply, ms);
            case Outcome.Answered(Outcome.Deferred(var why), var host, var reply) -> note(consignment, "deferred", to, host, why, reply, ms);
            case Outcome.Answered(Outcome.Failed(var why), var host, var reply) -> note(consignment, "failed", to, host, why, reply, ms);
            case Outcome.Answered(Outcome.Answered _, _, _) -> { } // sound ones are not nested
        }
    }

    private void note(Consignment consignment, String what, Recipient to, Object where, Status status, String reply, long ms) {
        trace.event(consignment.id().text(), what, "to", to, "where", where, "status", status, "reply", reply, "ms", ms);
        metrics.count("delivery_outcomes", "outcome", what);
    }

    private static Map<Recipient, Outcome> own(Consignment consignment) {
        var outcome = consignment.to().transport().equals("discard") ? new Outcome.Delivered("nowhere", List.of())
                : outcome(Transports.status(consignment.to()));
        return consignment.recipients().stream().collect(Collectors.toMap(to -> to, _ -> outcome));
    }

    private static Outcome outcome(Status error) {
        return error.temporary() ? new Outcome.Deferred(error) : new Outcome.Failed(error);
    }

    /** Whom a destination could not be reached for is taken to its fallbacks, which are those of its sender and its own. */
    private Map<Recipient, Outcome> triedEverywhere(Consignment consignment, long deadline, long patience) {
        var became = new HashMap<>(tried(consignment, deadline, patience));
        var others = new LinkedHashMap<Destination, List<Recipient>>();
        consignment.recipients().stream().filter(to -> unreached(became.get(to)))
                .forEach(to -> fallbacks(consignment, to).forEach(other -> others.computeIfAbsent(other, _ -> new ArrayList<>()).add(to)));
        for (var other : others.entrySet()) {
            var left = other.getValue().stream().filter(to -> unreached(became.get(to))).toList();
            if (!left.isEmpty() && System.nanoTime() < deadline) {
                became.putAll(tried(new Consignment(consignment.id(), consignment.from(), other.getKey(), left, consignment.content()), deadline, patience));
            }
        }
        return became;
    }

    private List<Destination> fallbacks(Consignment consignment, Recipient to) {
        try {
            return fallbacks.of(consignment.to(), consignment.from().address(), to);
        } catch (IOException e) {
            log.warn("no fallbacks id={} cause=\"{}\"", consignment.id(), e.toString());
            return List.of();
        }
    }

    /** RFC 3463 §3.5: X.4.X is the network's fault. */
    private static boolean unreached(Outcome outcome) {
        return outcome == null || outcome.itself() instanceof Outcome.Deferred(var why) && why.code().startsWith("4.4.");
    }

    private Map<Recipient, Outcome> tried(Consignment consignment, long deadline, long patience) {
        var pause = FIRST_PAUSE;
        while (true) {
            try {
                return attempt(consignment, deadline);
            } catch (Unavailable | OutcomeUnknown e) {
                if (!paused(pause, patience)) {
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
            if (start >= deadline) {
                throw new Unavailable("no time is left");
            }
            var outcomes = deliveries.callWithin(name, Duration.ofNanos(deadline - start), d -> d.accepts(consignment.to())
                    ? Optional.of(d.deliver(consignment)) : Optional.<Map<Recipient, Outcome>>empty());
            if (outcomes.isPresent()) {
                metrics.time("delivery_time", Duration.ofNanos(System.nanoTime() - start), "delivery", name);
                return outcomes.get();
            }
        }
        throw new Unavailable("no delivery for " + consignment.to());
    }

    /** False when there is no time left. */
    private static boolean paused(Duration pause, long until) {
        if (System.nanoTime() + pause.toNanos() >= until) {
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

    private static Map<Recipient, Outcome> undelivered(Consignment consignment, IOException why) {
        log.warn("undelivered id={} where={} cause=\"{}\"", consignment.id(), consignment.to(), why.toString());
        return Map.of();
    }
}
