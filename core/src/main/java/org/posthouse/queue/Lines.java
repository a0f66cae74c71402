package org.posthouse.queue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.posthouse.config.Values;
import org.posthouse.message.Status;

/**
 * All that is in hand, in a {@link Line} for each destination. The destinations take turns; none has more under way than its
 * line allows, and all together not more than {@code deliveries-at-once}.
 *
 * <p>What has been under way for {@link #SLOW} no longer counts among these: it makes room for others, so that hosts that hang
 * do not keep all mail waiting. Of such there are at most {@value #SLOW_SHARES} times as many; a line that hung when it was tried last is one of
 * them from the beginning, and begins only while they are few, so that one of which nothing bad is known still finds room. For any thread.
 */
final class Lines {
    /**
     * @param atOnce consignments under way
     * @param most   of them to one destination
     * @param first  to a destination of which nothing is known
     */
    record Limits(int atOnce, int most, int first) {
        static final Limits USUAL = new Limits(200, 20, 5);

        static Limits of(Values top) {
            int most = number(top, "destination-concurrency", USUAL.most);
            return new Limits(number(top, "deliveries-at-once", USUAL.atOnce), most,
                    Math.min(most, number(top, "destination-concurrency-first", USUAL.first)));
        }

        private static int number(Values top, String key, int usual) {
            return top.has(key) ? top.number(key) : usual;
        }
    }

    static final Duration SLOW = Duration.ofSeconds(5);

    private static final int MOST_LINES = 10_000; // whose concurrency is remembered
    private static final int SLOW_SHARES = 2; // of deliveries-at-once; lines that hung before have one of them

    private final Clock clock;
    private final Lock all = new ReentrantLock();

    // guarded by all
    private final Map<String, Line> lines = new HashMap<>();
    private final LinkedHashMap<String, Line> ready = new LinkedHashMap<>(); // the one whose turn it is comes first
    private final Map<String, Line> down = new HashMap<>();
    private final LinkedHashMap<String, Line> readyHanging = new LinkedHashMap<>(); // likewise, those that hung
    private final LinkedHashMap<DeliveryId, Begun> quick = new LinkedHashMap<>(); // under way; the oldest first
    private int slow; // under way too
    private int size;
    private int tidyAt = MOST_LINES;
    private Limits limits = Limits.USUAL;

    private record Begun(String name, Line line, Instant at) {}

    Lines(Clock clock) {
        this.clock = clock;
    }

    void limits(Limits next) {
        all.lock();
        try {
            limits = next;
        } finally {
            all.unlock();
        }
    }

    /** How many wait or are under way. */
    int size() {
        all.lock();
        try {
            return size + quick.size() + slow;
        } finally {
            all.unlock();
        }
    }

    void add(Errand errand) {
        all.lock();
        try {
            var line = lines.computeIfAbsent(errand.line(), _ -> new Line(Attempts.atOnce(errand.consignment().to()), limits.first));
            line.add(errand);
            size++;
            sort(errand.line(), line);
        } finally {
            all.unlock();
        }
    }

    /** In at most one of the three, by how it is now. */
    private void sort(String name, Line line) {
        boolean isDown = line.down(clock.instant());
        boolean isReady = !isDown && line.open();
        in(down, isDown, name, line);
        in(ready, isReady && !line.hangs(), name, line);
        in(readyHanging, isReady && line.hangs(), name, line);
    }

    private static void in(Map<String, Line> some, boolean is, String name, Line line) {
        if (is) {
            some.putIfAbsent(name, line);
        } else {
            some.remove(name);
        }
    }

    /** The next to carry; whoever gets it says when it has {@link #ended}. */
    Optional<Errand> next() {
        all.lock();
        try {
            slowAreKnown();
            var turn = turn();
            if (turn.isEmpty()) {
                return Optional.empty();
            }
            var name = turn.get().getKey();
            var line = turn.get().getValue();
            var errand = line.begin();
            if (line.hangs()) {
                slow++;
            } else {
                quick.putLast(errand.consignment().id(), new Begun(name, line, clock.instant()));
            }
            size--;
            sort(name, line);
            return Optional.of(errand);
        } finally {
            all.unlock();
        }
    }

    private void slowAreKnown() {
        var before = clock.instant().minus(SLOW);
        for (var oldest = quick.firstEntry(); oldest != null && !oldest.getValue().at.isAfter(before); oldest = quick.firstEntry()) {
            var begun = quick.pollFirstEntry().getValue();
            begun.line.isSlow(begun.at);
            slow++;
            sort(begun.name, begun.line);
        }
    }

    /** Empty when there is no room for anybody who is ready. */
    private Optional<Map.Entry<String, Line>> turn() {
        boolean room = quick.size() < limits.atOnce && quick.size() + slow < (1 + SLOW_SHARES) * limits.atOnce;
        if (room && !ready.isEmpty()) {
            return Optional.of(ready.pollFirstEntry());
        }
        return slow < limits.atOnce ? Optional.ofNullable(readyHanging.pollFirstEntry()) : Optional.empty();
    }

    /** @param rest how long a place that is down is left alone */
    void ended(Errand errand, Line.Feedback feedback, Status last, Duration rest) {
        all.lock();
        try {
            slowAreKnown();
            var now = clock.instant();
            var line = lines.get(errand.line());
            line.ended(feedback, last, limits.most, now, rest);
            if (quick.remove(errand.consignment().id()) == null) {
                slow--;
            }
            sort(errand.line(), line);
            if (lines.size() > tidyAt) {
                lines.values().removeIf(one -> one.forgettable(now));
                tidyAt = Math.max(MOST_LINES, 2 * lines.size()); // so that many that stay are not looked through each time
            }
        } finally {
            all.unlock();
        }
    }

    /** An errand that is not tried, because its place is down. */
    record PutOff(Errand errand, Status why) {}

    /** Takes out what waits for places that are down. */
    List<PutOff> putOff() {
        all.lock();
        try {
            var some = new ArrayList<PutOff>();
            for (var line : down.values()) {
                while (line.size() > 0) {
                    some.add(new PutOff(line.take(), line.why()));
                    size--;
                }
            }
            down.clear();
            return some;
        } finally {
            all.unlock();
        }
    }

    /** Every place is tried again. */
    void revive() {
        all.lock();
        try {
            lines.values().forEach(Line::revive);
            List.copyOf(down.entrySet()).forEach(one -> sort(one.getKey(), one.getValue()));
        } finally {
            all.unlock();
        }
    }
}
