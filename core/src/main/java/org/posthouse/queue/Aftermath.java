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

    /** How it stands with a recipient: the words of RFC 3464 §2.3.3, and the status where no other is known. */
    enum How {
        FAILED("failed", "5.0.0"), EXPIRED("failed", "4.4.7"), WAITS("delayed", "4.0.0"),
        DELIVERED("delivered", "2.0.0"), RELAYED("relayed", "2.0.0"), EXPANDED("expanded", "2.0.0");

        private final String action;
        private final String code;

        How(String action, String code) {
            this.action = action;
            this.code = code;
        }

        String action() {
            return action;
        }

        String code() {
            return code;
        }
    }

    /**
     * What the sender may be told of a recipient.
     *
     * @param said what another host answered last
     */
    record Ended(Waiting waiting, How how, Optional<Outcome.Answered> said) {}

    private final PluginQueue queue;
    private final Notices notices;
    private final Clock clock;

    Aftermath(PluginQueue queue, Notices notices, Clock clock) {
        this.queue = queue;
        this.notices = notices;
        this.clock = clock;
    }

    /** @param became by leg and recipient; a leg that is not in it was not tried and waits on */
    Item settle(Item item, Content content, Map<DeliveryId, Map<Recipient, Outcome>> became, RetryPlan plan) {
        boolean expired = plan.expired(item, clock.instant());
        var waiting = new LinkedHashMap<Leg, List<Waiting>>();
        var ended = new LinkedHashMap<Ended, Leg>();
        var arrived = new ArrayList<Ended>();
        var said = new HashMap<Waiting, Outcome.Answered>();
        for (var leg : item.legs()) {
            var outcomes = became.get(leg.id());
            waiting.put(leg, new ArrayList<>(outcomes == null ? leg.recipients() : List.of()));
            for (var one : outcomes == null ? List.<Waiting>of() : leg.recipients()) {
                var outcome = outcomes.getOrDefault(one.to(), new Outcome.Deferred(Attempts.LATER));
                var answer = outcome instanceof Outcome.Answered answered ? Optional.of(answered) : Optional.<Outcome.Answered>empty();
                switch (afterwards(item, outcome.itself())) {
                    case Outcome.Delivered _ -> arrived.add(new Ended(one, How.DELIVERED, Optional.empty()));
                    case Outcome.Relayed(_, var notices) when notices == Outcome.Notices.OURS ->
                            arrived.add(new Ended(one, How.RELAYED, answer));
                    case Outcome.Relayed _ -> { }
                    case Outcome.Deferred(var why) when !expired -> {
                        var left = new Waiting(one.to(), Optional.of(why));
                        waiting.get(leg).add(left);
                        answer.ifPresent(a -> said.put(left, a));
                    }
                    case Outcome.Deferred(var why) ->
                            ended.put(new Ended(new Waiting(one.to(), Optional.of(why)), How.EXPIRED, answer), leg);
                    case Outcome.Failed(var why) -> ended.put(new Ended(new Waiting(one.to(), Optional.of(why)), How.FAILED, answer), leg);
                    case Outcome.Answered _ -> throw new IllegalStateException("nested");
                }
            }
        }
        notices.arrival(item, content, arrived);
        if (!ended.isEmpty() && !notices.failure(item, content, ended)) {
            ended.forEach((end, leg) -> waiting.get(leg).add(end.waiting()));
        }
        return delayed(left(item, waiting), content, plan, said);
    }

    /** What was for one address has been sent on to several. */
    void expanded(Item about, Copy copy) {
        notices.arrival(about, copy.content(), List.of(new Ended(new Waiting(copy.to(), Optional.empty()), How.EXPANDED, Optional.empty())));
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
    private Item delayed(Item left, Content content, RetryPlan plan, Map<Waiting, Outcome.Answered> said) {
        if (left.legs().isEmpty() || left.notes().containsKey(DELAYED) || !plan.late(left, clock.instant())
                || !notices.delay(left, content, said, plan.end(left))) {
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
