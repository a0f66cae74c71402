package org.posthouse.queue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.Queue.Leg;
import org.posthouse.queue.Queue.Waiting;

/**
 * Routes anew what waits, as if it had come now: after routes, aliases or hosts have changed. Where somebody's mail goes the
 * same way as before it keeps its delivery id; where it goes another way it gets a new one, who is nobody now goes back to
 * the sender, and what cannot be said now stays as it is. What an alias had led to stays where it is: only its end is looked up again, so that nobody gets it twice.
 */
final class Requeue {
    private static final String OWNER = "requeue";
    private static final Duration LEASE = Duration.ofMinutes(5);

    private final PluginQueue queue;
    private final Routes routes;
    private final Clock clock;

    Requeue(PluginQueue queue, Routes routes, Clock clock) {
        this.queue = queue;
        this.routes = routes;
        this.clock = clock;
    }

    /** False when it is not there or is tried right now. */
    boolean again(String id) throws IOException {
        var lease = queue.call(q -> q.lease(OWNER, id, LEASE));
        if (lease.isEmpty()) {
            return false;
        }
        var item = lease.get().item();
        var left = item;
        try {
            left = routed(item);
        } finally {
            var last = left;
            queue.call(q -> q.complete(lease.get(), last, clock.instant()));
        }
        return true;
    }

    private Item routed(Item item) throws IOException {
        var before = new LinkedHashMap<Destination, DeliveryId>();
        item.legs().forEach(leg -> before.putIfAbsent(leg.to(), leg.id()));
        var waiting = new LinkedHashMap<Destination, List<Waiting>>();
        var held = item.held();
        for (var leg : item.legs()) {
            for (var one : leg.recipients()) {
                for (var way : ways(item, leg, one)) {
                    held = held.or(way::held);
                    var there = waiting.computeIfAbsent(way.to(), _ -> new ArrayList<>());
                    if (there.stream().noneMatch(w -> w.to().equals(way.recipient()))) {
                        there.add(new Waiting(way.recipient(), one.last()));
                    }
                }
            }
        }
        return new Item(item.id(), item.arrived(), item.from(), legs(item, before, waiting), item.attempts(), held, item.notes());
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

    private List<Leg> legs(Item item, Map<Destination, DeliveryId> before, Map<Destination, List<Waiting>> waiting) {
        var legs = new ArrayList<Leg>();
        var prefix = item.id() + "-r" + Long.toString(clock.millis(), 36) + ".";
        waiting.forEach((to, recipients) -> {
            var id = Optional.ofNullable(before.get(to)).orElseGet(() -> new DeliveryId(prefix + (legs.size() + 1)));
            legs.add(new Leg(id, to, recipients));
        });
        return legs;
    }
}
