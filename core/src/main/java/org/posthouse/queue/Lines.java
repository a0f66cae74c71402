package org.posthouse.queue;

import java.time.Clock;
import java.time.Duration;
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
 * line allows, and all together not more than {@code deliveries-at-once}. For any thread.
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

    private static final int MOST_LINES = 10_000; // whose concurrency is remembered

    private final Clock clock;
    private final Lock all = new ReentrantLock();

    // guarded by all
    private final Map<String, Line> lines = new HashMap<>();
    private final LinkedHashMap<String, Line> ready = new LinkedHashMap<>(); // the one whose turn it is comes first
    private final Map<String, Line> down = new HashMap<>();
    private int running;
    private int size;
    private int tidyAt = MOST_LINES;
    private Limits limits = Limits.USUAL;

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
            return size + running;
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

    /** In at most one of the two, by how it is now. */
    private void sort(String name, Line line) {
        boolean isDown = line.down(clock.instant());
        if (isDown) {
            down.put(name, line);
        } else {
            down.remove(name);
        }
        if (!isDown && line.open()) {
            ready.putIfAbsent(name, line);
        } else {
            ready.remove(name);
        }
    }

    /** The next to carry; whoever gets it says when it has {@link #ended}. */
    Optional<Errand> next() {
        all.lock();
        try {
            if (running >= limits.atOnce || ready.isEmpty()) {
                return Optional.empty();
            }
            var turn = ready.pollFirstEntry();
            var errand = turn.getValue().begin();
            running++;
            size--;
            sort(turn.getKey(), turn.getValue());
            return Optional.of(errand);
        } finally {
            all.unlock();
        }
    }

    /** @param rest how long a place that is down is left alone */
    void ended(Errand errand, Line.Feedback feedback, Status last, Duration rest) {
        all.lock();
        try {
            var now = clock.instant();
            var line = lines.get(errand.line());
            line.ended(feedback, last, limits.most, now, rest);
            running--;
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
