package org.posthouse.queue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.Queue.Lease;
import org.posthouse.queue.Queue.Leg;
import org.posthouse.queue.Queue.Waiting;

/**
 * Routes anew what waits, as if it had come now: after routes, aliases or hosts have changed. Where somebody's mail goes the
 * same way as before it keeps its delivery id; where it goes another way it gets a new one, who is nobody now goes back to
 * the sender, and what cannot be said now stays as it is. What an alias had led to stays where it is: only its end is looked up again, so that nobody gets it twice.
 *
 * <p>A message has one sender and one reason to be held. What leaves under another one (SRS), or is held now, becomes a message of its own; a crash
 * between that one and what is left of the first may bring it twice.
 */
final class Requeue {
    private static final String OWNER = "requeue";
    private static final Duration LEASE = Duration.ofMinutes(5);

    /** What becomes one message: under which sender, and why it is held. */
    private record Batch(Sender from, Optional<String> held) {}

    private final PluginQueue queue;
    private final Routes routes;
    private final Predicate<String> inHand;
    private final Clock clock;

    /** @param inHand whether deliveries of that one are under way, also while it is nobody's in the queue */
    Requeue(PluginQueue queue, Routes routes, Predicate<String> inHand, Clock clock) {
        this.queue = queue;
        this.routes = routes;
        this.inHand = inHand;
        this.clock = clock;
    }

    /** False when it is not there or is tried right now. */
    boolean again(String id) throws IOException {
        var found = inHand.test(id) ? Optional.<Lease>empty() : queue.call(q -> q.lease(OWNER, id, LEASE));
        if (found.isEmpty()) {
            return false;
        }
        var lease = found.get();
        var now = clock.instant();
        var others = List.<Item>of();
        boolean done = false;
        try {
            var items = routed(lease.item());
            others = items.subList(1, items.size());
            for (var other : others) {
                queue.put(other, queue.content(id, lease.sizeOctets()), now);
            }
            done = queue.call(q -> q.complete(lease, items.getFirst(), now));
            return done;
        } finally {
            if (!done) {
                back(lease, others);
            }
        }
    }

    /** As it was before. */
    private void back(Lease lease, List<Item> others) throws IOException {
        for (var other : others) {
            queue.call(q -> q.remove(other.id()));
        }
        queue.call(q -> q.complete(lease, lease.item(), clock.instant()));
    }

    /** The first keeps the id. */
    private List<Item> routed(Item item) throws IOException {
        var before = new LinkedHashMap<Destination, DeliveryId>();
        item.legs().forEach(leg -> before.putIfAbsent(leg.to(), leg.id()));
        var batches = new LinkedHashMap<Batch, Map<Destination, List<Waiting>>>();
        for (var leg : item.legs()) {
            for (var one : leg.recipients()) {
                for (var way : ways(item, leg, one)) {
                    var from = way.from().map(as -> new Sender(as, item.from().parameters())).orElse(item.from());
                    var there = batches.computeIfAbsent(new Batch(from, item.held().or(way::held)), _ -> new LinkedHashMap<>())
                            .computeIfAbsent(way.to(), _ -> new ArrayList<>());
                    if (there.stream().noneMatch(w -> w.to().equals(way.recipient()))) {
                        there.add(new Waiting(way.recipient(), one.last()));
                    }
                }
            }
        }
        var stamp = "-r" + Long.toString(clock.millis(), 36);
        var items = new ArrayList<Item>();
        batches.forEach((batch, waiting) -> {
            var id = items.isEmpty() ? item.id() : item.id() + stamp + "-" + (items.size() + 1);
            var legs = legs(id + (items.isEmpty() ? stamp : ""), before, waiting);
            items.add(new Item(id, item.arrived(), batch.from, legs, item.attempts(), batch.held, item.notes()));
        });
        return items;
    }

    private List<Way> ways(Item item, Leg leg, Waiting one) throws IOException {
        boolean here = leg.to().transport().equals("local");
        var end = here ? Address.parse(leg.to().target()) : Optional.of(one.to().address());
        if (end.isEmpty()) {
            return List.of(new Way(leg.to(), one.to()));
        }
        var named = here && !end.get().equals(one.to().address()) ? Way.instead(end.get(), one.to()) : one.to();
        try {
            var ways = routes.ways(routes.route(end.get(), item.from().address()), item.from(), named);
            boolean same = here && ways.size() == 1 && ways.getFirst().to().target().equals(leg.to().target());
            return same ? List.of(new Way(leg.to(), one.to(), Optional.empty(), ways.getFirst().held())) : ways;
        } catch (Refusal e) {
            return e.status().temporary() ? List.of(new Way(leg.to(), one.to()))
                    : List.of(new Way(new Destination("error", e.status().toString(), "INBOX"), one.to()));
        }
    }

    /** Each delivery id is used once: the first message that goes where it went keeps it. */
    private static List<Leg> legs(String id, Map<Destination, DeliveryId> before, Map<Destination, List<Waiting>> waiting) {
        var legs = new ArrayList<Leg>();
        waiting.forEach((to, recipients) -> {
            var known = Optional.ofNullable(before.remove(to));
            legs.add(new Leg(known.orElseGet(() -> new DeliveryId(id + "." + (legs.size() + 1))), to, recipients));
        });
        return legs;
    }
}
