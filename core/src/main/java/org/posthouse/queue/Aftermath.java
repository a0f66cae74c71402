package org.posthouse.queue;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.posthouse.message.Content;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Recipient;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.Queue.Leg;
import org.posthouse.queue.Queue.Waiting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an attempt leaves of an item: who is served is done, once the mail this caused is in the queue; who never can be, or
 * waited too long, is done once the sender's notice is in the queue; the others wait. What cannot be put into the queue
 * leaves its recipient waiting, so that the same is tried again with the same delivery id.
 */
final class Aftermath {
    static final int MOST_GENERATIONS = 5;

    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    static final Status LOOPS = new Status("5.4.6", "mail loops here");
    private static final String GENERATION = "generation";
    private static final String DELAYED = "delayed";

    /** Whose waiting is over without delivery. */
    record Ended(Leg leg, Waiting waiting, boolean expired) {}

    private final PluginQueue queue;
    private final Notices notices;
    private final Clock clock;

    Aftermath(PluginQueue queue, Notices notices, Clock clock) {
        this.queue = queue;
        this.notices = notices;
        this.clock = clock;
    }

    /** @param became by leg and recipient; who is not in it was not tried */
    Item settle(Item item, Content content, Map<DeliveryId, Map<Recipient, Outcome>> became, RetryPlan plan) {
        boolean expired = plan.expired(item, clock.instant());
        var waiting = new LinkedHashMap<Leg, List<Waiting>>();
        var ended = new ArrayList<Ended>();
        for (var leg : item.legs()) {
            waiting.put(leg, new ArrayList<>());
            for (var one : leg.recipients()) {
                var outcome = became.getOrDefault(leg.id(), Map.of()).getOrDefault(one.to(), new Outcome.Deferred(Attempts.LATER));
                switch (afterwards(item, outcome.itself())) {
                    case Outcome.Delivered _, Outcome.Relayed _ -> { }
                    case Outcome.Answered _ -> throw new IllegalStateException("nested");
                    case Outcome.Deferred(var why) when !expired -> waiting.get(leg).add(new Waiting(one.to(), Optional.of(why)));
                    case Outcome.Deferred(var why) -> ended.add(new Ended(leg, new Waiting(one.to(), Optional.of(why)), true));
                    case Outcome.Failed(var why) -> ended.add(new Ended(leg, new Waiting(one.to(), Optional.of(why)), false));
                }
            }
        }
        if (!ended.isEmpty() && !notices.failure(item, content, ended)) {
            ended.forEach(e -> waiting.get(e.leg()).add(e.waiting()));
        }
        return delayed(left(item, waiting), content, plan);
    }

    private static Item left(Item item, Map<Leg, List<Waiting>> waiting) {
        var legs = new ArrayList<Leg>();
        waiting.forEach((leg, recipients) -> {
            if (!recipients.isEmpty()) {
                legs.add(new Leg(leg.id(), leg.to(), recipients));
            }
        });
        return new Item(item.id(), item.arrived(), item.from(), legs, item.attempts(), item.held(), item.notes());
    }

    /** The sender is told once. */
    private Item delayed(Item left, Content content, RetryPlan plan) {
        if (left.legs().isEmpty() || left.notes().containsKey(DELAYED) || !plan.late(left, clock.instant())
                || !notices.delay(left, content, left.arrived().plus(plan.expire()))) {
            return left;
        }
        var notes = new HashMap<>(left.notes());
        notes.put(DELAYED, clock.instant().toString());
        return left.notes(notes);
    }

    /** Delivered only if the mail it caused is safe. */
    private Outcome afterwards(Item item, Outcome outcome) {
        if (!(outcome instanceof Outcome.Delivered(_, var resulting)) || resulting.isEmpty()) {
            return outcome;
        }
        int generation = Integer.parseInt(item.notes().getOrDefault(GENERATION, "1"));
        if (generation == MOST_GENERATIONS) {
            log.warn("undelivered id={} cause=\"mail causes mail without end\"", resulting.getFirst().id());
            return new Outcome.Failed(LOOPS);
        }
        try {
            for (var caused : resulting) {
                put(item, caused, generation + 1);
            }
            return outcome;
        } catch (IOException e) {
            log.warn("not queued parent={} cause=\"{}\"", item.id(), e.toString());
            return new Outcome.Deferred(Attempts.LATER);
        }
    }

    private void put(Item parent, Consignment caused, int generation) throws IOException {
        var waiting = caused.recipients().stream().map(to -> new Waiting(to, Optional.empty())).toList();
        var item = new Item(caused.id().text(), clock.instant(), caused.from(),
                List.of(new Leg(caused.id(), caused.to(), waiting)))
                .notes(Map.of(GENERATION, Integer.toString(generation), Notices.PARENT, parent.id()));
        queue.put(item, caused.content(), clock.instant());
    }
}
