package org.posthouse.queue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.posthouse.config.Values;
import org.posthouse.message.Content;
import org.posthouse.message.MessageId;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.net.Site;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.Queue.Leg;
import org.posthouse.queue.Queue.Waiting;
import org.posthouse.swap.Plugins;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a message to its destinations: one consignment a destination, numbered in the order of the destinations' names.
 *
 * <p>Where all of them are mailboxes here, they are tried while the sender waits, side by side, for at most
 * {@code inline-budget}; who is not served then goes into the queue with the same delivery id, so that a late end and the next
 * attempt meet. Everything else goes into the queue at once. What is in the queue is ours: it is tried until it is delivered,
 * failed for good or too old ({@link Rounds}, {@link Aftermath}).
 *
 * <p>Without a queue bundle all destinations are tried while the sender waits, for {@code grace} each from its turn on; then
 * the recipients get a status of class 4, and one that was served may be served again when the client repeats the message.
 */
public final class Courier {
    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final Duration LONGEST = Duration.ofMinutes(5); // RFC 5321 §4.5.3.2.6: clients wait ten for this reply
    private static final Duration USUAL_BUDGET = Duration.ofSeconds(2);

    /** What is the same for some recipients: the destination, what they get and from whom. */
    private record Parcel(Destination to, Batch batch) {
        static Parcel of(Sender from, Copy copy, Way way) {
            var as = way.from().map(address -> new Sender(address, from.parameters())).orElse(from);
            return new Parcel(way.to(), new Batch(as, copy.content(), copy.held().or(way::held)));
        }

        Optional<String> held() {
            return batch.held;
        }
    }

    /** What becomes one item. */
    private record Batch(Sender from, Content content, Optional<String> held) {}

    private record Settings(Duration grace, Duration budget) {}

    private final PluginQueue queue;
    private final Attempts attempts;
    private final Notices notices;
    private final Aftermath aftermath;
    private final Rounds rounds;
    private final Admission admission;
    private final Requeue requeue;
    private final Trace trace;
    private final Metrics metrics;
    private final Clock clock;
    private volatile Settings settings = new Settings(Duration.ofSeconds(5), USUAL_BUDGET);

    public Courier(Plugins<Delivery> deliveries, Plugins<Queue> queues, Routes routes, Site site, Trace trace, Metrics metrics,
            Clock clock) {
        this.queue = new PluginQueue(queues);
        this.attempts = new Attempts(deliveries, routes::fallbacks, trace, metrics);
        this.notices = new Notices(queue, routes, site, trace, metrics, clock);
        this.aftermath = new Aftermath(queue, notices, clock);
        this.rounds = new Rounds(queue, attempts, aftermath, clock);
        this.admission = new Admission(queue, rounds, trace, metrics, clock);
        this.requeue = new Requeue(queue, routes, rounds::hasInHand, clock);
        this.trace = trace;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Of the top lines: {@code grace}, {@code inline-budget}, those of {@link RetryPlan} and of {@link Lines.Limits}. */
    public void configure(Values top) {
        var plan = RetryPlan.of(top);
        var limits = Lines.Limits.of(top);
        settings = new Settings(top.duration("grace"), top.has("inline-budget") ? top.duration("inline-budget") : USUAL_BUDGET);
        rounds.plan(plan, limits);
    }

    /** Begins to work on what is in the queue. */
    public void start() {
        rounds.start();
    }

    /** Begins no delivery any more. */
    public void stop() {
        rounds.stop();
    }

    /** Ends those that are under way: they have {@code grace}, but no longer than this, and then about a second to be cut off. */
    public void close(Duration longest) throws InterruptedException {
        rounds.close(settings.grace.compareTo(longest) < 0 ? settings.grace : longest);
    }

    /** Something in the queue may be due earlier than it was. */
    void wake() {
        rounds.wake();
    }

    /** All that is due is to be tried now, also what goes to places that were down. */
    void hurry() {
        rounds.hurry();
    }

    /** Routes what waits anew; false when it is not there or is tried right now. */
    boolean requeue(String id) throws IOException {
        return requeue.again(id);
    }

    /** The part that works on the queue. */
    Rounds rounds() {
        return rounds;
    }

    /** Whether mail for it can be taken: it can wait, or some delivery is there for it. */
    public boolean takes(Destination destination) throws IOException {
        return queue.isHere() || attempts.reaches(destination);
    }

    /**
     * A status for every recipient; class 2 means durable, in the queue or at all its destinations. An IOException when
     * nothing was taken.
     */
    public Map<Recipient, Status> deliver(MessageId id, Sender from, List<Copy> asked) throws IOException {
        return deliver(id, from, "", asked);
    }

    /**
     * The same.
     *
     * @param turn who sends it, where senders take turns: the same for all that one sends; empty: the address alone counts
     */
    public Map<Recipient, Status> deliver(MessageId id, Sender from, String turn, List<Copy> asked) throws IOException {
        if (!queue.isHere() && FutureRelease.of(from, Instant.EPOCH).isAfter(Instant.EPOCH)) {
            throw new Unavailable("no queue to keep mail until its time");
        }
        var copies = asked.stream().map(Expansion::of).toList();
        var parcels = parcels(id, from, copies);
        var statuses = queue.isHere() ? taken(id, turn, parcels) : straight(parcels);
        var each = new LinkedHashMap<Recipient, Status>();
        for (var copy : copies) {
            each.put(copy.to(), copy.where().stream().map(way -> statuses.get(Parcel.of(from, copy, way)).get(way.recipient()))
                    .reduce(Status.OK, Courier::worse));
        }
        if (queue.isHere()) {
            expanded(id, from, asked, each);
        }
        return each;
    }

    /** Who asked to be told is told that an address stands for several; of these nothing more is told (RFC 3461 §5.2.7.3). */
    private void expanded(MessageId id, Sender from, List<Copy> asked, Map<Recipient, Status> each) {
        for (var copy : asked) {
            if (Expansion.isOne(copy) && each.get(copy.to()).success()) {
                aftermath.expanded(new Item(id.text() + "-e" + (asked.indexOf(copy) + 1), clock.instant(), from, List.of()), copy);
            }
        }
    }

    private static Map<Parcel, Consignment> parcels(MessageId id, Sender from, List<Copy> copies) {
        var recipients = new LinkedHashMap<Parcel, List<Recipient>>();
        for (var copy : copies) {
            for (var way : copy.where()) {
                var there = recipients.computeIfAbsent(Parcel.of(from, copy, way), _ -> new ArrayList<>());
                if (!there.contains(way.recipient())) {
                    there.add(way.recipient());
                }
            }
        }
        var parcels = new LinkedHashMap<Parcel, Consignment>();
        for (var parcel : recipients.keySet().stream().sorted(Comparator.comparing((Parcel p) -> p.to.toString())).toList()) {
            var delivery = new DeliveryId(id, parcels.size() + 1);
            parcels.put(parcel, new Consignment(delivery, parcel.batch.from, parcel.to, recipients.get(parcel), parcel.batch.content));
        }
        return parcels;
    }

    /** Tells the sender of mail that nobody waits with that these recipients were refused. False when that could not be done now. */
    public boolean undeliverable(MessageId id, Sender from, Map<Recipient, Status> refused, Content content) {
        var waiting = refused.entrySet().stream().map(one -> new Waiting(one.getKey(), Optional.of(one.getValue()))).toList();
        var leg = new Leg(new DeliveryId(id, 0), new Destination("none", "", "INBOX"), waiting);
        var ended = new LinkedHashMap<Aftermath.Ended, Leg>();
        waiting.forEach(one -> ended.put(new Aftermath.Ended(one, Aftermath.How.FAILED, Optional.empty()), leg));
        return notices.failure(new Item(id.text(), clock.instant(), from, List.of(leg)), content, ended);
    }

    /** The consignments of a queued item. */
    static List<Consignment> consignments(Item item, Content content) {
        return item.legs().stream().map(leg -> new Consignment(leg.id(), item.from(), leg.to(),
                leg.recipients().stream().map(Waiting::to).toList(), content)).toList();
    }

    /** With a queue: first what must go into it, since that may fail, then what can be delivered at once. */
    private Map<Parcel, Map<Recipient, Status>> taken(MessageId id, String turn, Map<Parcel, Consignment> parcels) throws IOException {
        var batches = new LinkedHashMap<Batch, List<Consignment>>();
        parcels.forEach((parcel, consignment) -> batches.computeIfAbsent(parcel.batch, _ -> new ArrayList<>()).add(consignment));
        var toQueue = new LinkedHashMap<Item, Content>();
        var atOnce = new LinkedHashMap<Item, Content>();
        for (var batch : batches.entrySet()) {
            int number = toQueue.size() + atOnce.size() + 1;
            var item = item(number == 1 ? id.text() : id + "-" + number, batch.getKey(), batch.getValue()).notes(Errand.notes(turn));
            boolean local = item.legs().stream().allMatch(leg -> Attempts.atOnce(leg.to()));
            (local && !Admission.waits(item) ? atOnce : toQueue).put(item, batch.getKey().content);
        }
        if (batches.size() == 1) {
            for (var item : toQueue.entrySet()) {
                admission.put(item.getKey(), item.getValue());
            }
        } else {
            admission.putTogether(toQueue);
        }
        var queued = List.copyOf(toQueue.keySet());
        var left = servedAtOnce(atOnce, queued);
        if (batches.size() > 1 && left.isEmpty()) {
            queued.forEach(admission::begin);
        }
        var statuses = new HashMap<Parcel, Map<Recipient, Status>>();
        parcels.forEach((parcel, c) -> statuses.put(parcel, all(c, left.contains(c.id()) ? Attempts.LATER : Status.OK)));
        return statuses;
    }

    /** Those who are to be told of a failure: also who waits with those that could not be served, since all of it is sent again. */
    private List<DeliveryId> servedAtOnce(Map<Item, Content> atOnce, List<Item> queued) throws IOException {
        if (atOnce.isEmpty()) {
            return List.of();
        }
        var waiting = new ArrayList<>(queued);
        try {
            var left = new ArrayList<>(triedAtOnce(atOnce, waiting));
            if (!left.isEmpty()) {
                admission.withdrawn(waiting).forEach(item -> item.legs().forEach(leg -> left.add(leg.id())));
            }
            return left;
        } catch (IOException e) {
            admission.withdrawn(waiting);
            throw e;
        }
    }

    private Item item(String id, Batch batch, List<Consignment> consignments) {
        var legs = consignments.stream().map(c -> new Leg(c.id(), c.to(),
                c.recipients().stream().map(to -> new Waiting(to, Optional.empty())).toList())).toList();
        return new Item(id, clock.instant(), batch.from, legs).held(batch.held);
    }

    private static Map<Recipient, Status> all(Consignment consignment, Status status) {
        var each = new HashMap<Recipient, Status>();
        consignment.recipients().forEach(to -> each.put(to, status));
        return each;
    }

    /**
     * Those that could be neither delivered nor queued.
     *
     * @param queued gets what waits now
     */
    private List<DeliveryId> triedAtOnce(Map<Item, Content> items, List<Item> queued) throws IOException {
        long deadline = System.nanoTime() + settings.budget.toNanos();
        var consignments = new ArrayList<Consignment>();
        items.forEach((item, content) -> consignments.addAll(consignments(item, content)));
        var each = SideBySide.each(consignments, c -> attempts.carry(c, deadline, deadline));
        var became = new HashMap<DeliveryId, Map<Recipient, Outcome>>();
        for (int i = 0; i < each.size(); i++) {
            became.put(consignments.get(i).id(), each.get(i));
        }
        var left = new ArrayList<DeliveryId>();
        for (var one : items.entrySet()) {
            var item = aftermath.settle(one.getKey(), one.getValue(), became, rounds.plan());
            try {
                if (!item.legs().isEmpty()) {
                    admission.putAfterTrying(item, one.getValue());
                    queued.add(item);
                }
            } catch (IOException e) {
                log.warn("not queued id={} cause=\"{}\"", item.id(), e.toString());
                item.legs().forEach(leg -> left.add(leg.id()));
            }
        }
        return left;
    }

    /** Without a queue. There is no place for what is to be held. */
    private Map<Parcel, Map<Recipient, Status>> straight(Map<Parcel, Consignment> parcels) throws IOException {
        var free = parcels.keySet().stream().filter(parcel -> parcel.held().isEmpty()).toList();
        var statuses = straight(free.stream().map(parcels::get).toList(), 1);
        var each = new HashMap<Parcel, Map<Recipient, Status>>();
        parcels.forEach((parcel, consignment) -> each.put(parcel, all(consignment, Attempts.LATER)));
        for (int i = 0; i < free.size(); i++) {
            each.put(free.get(i), statuses.get(i));
        }
        return each;
    }

    private List<Map<Recipient, Status>> straight(List<Consignment> consignments, int generation) throws IOException {
        long start = System.nanoTime();
        var each = SideBySide.each(consignments, c -> carry(c, start));
        var statuses = new ArrayList<Map<Recipient, Status>>();
        for (var outcomes : each) {
            var became = new HashMap<Recipient, Status>();
            for (var outcome : outcomes.entrySet()) {
                became.put(outcome.getKey(), status(outcome.getValue(), generation));
            }
            statuses.add(became);
        }
        return statuses;
    }

    /**
     * Grace is for each consignment, from its own turn on: a slow disk needs more than that for a thousand mailboxes, and
     * would need it again each time the sender repeats the message for all of them.
     */
    private Map<Recipient, Outcome> carry(Consignment consignment, long start) {
        long deadline = Math.min(System.nanoTime() + settings.grace.toNanos(), start + LONGEST.toNanos());
        return attempts.carry(consignment, deadline, deadline);
    }

    private Status status(Outcome outcome, int generation) throws IOException {
        return switch (outcome) {
            case Outcome.Delivered(_, var resulting) -> resulting.isEmpty() ? Status.OK : caused(resulting, generation);
            case Outcome.Relayed _ -> Status.OK;
            case Outcome.Deferred(var why) -> why;
            case Outcome.Failed(var why) -> why;
            case Outcome.Answered(var what, _, _) -> status(what, generation);
        };
    }

    /** Mail that a delivery caused travels the same way, and counts for the recipient for whom it was caused. */
    private Status caused(List<Consignment> resulting, int generation) throws IOException {
        if (generation == Aftermath.MOST_GENERATIONS) {
            log.warn("undelivered id={} cause=\"mail causes mail without end\"", resulting.getFirst().id());
            return Aftermath.LOOPS;
        }
        return straight(resulting, generation + 1).stream().flatMap(m -> m.values().stream()).reduce(Status.OK, Courier::worse);
    }

    /** What can still come right is worse than what is lost: the sender tries again, and then learns of the loss. */
    private static Status worse(Status one, Status other) {
        return weight(other) > weight(one) ? other : one;
    }

    private static int weight(Status status) {
        return status.temporary() ? 2 : status.permanent() ? 1 : 0;
    }
}
