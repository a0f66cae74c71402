package org.posthouse.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.TreeMap;
import org.posthouse.message.Status;

/**
 * What waits for one destination, and how much of it may be under way at once: that grows by one with each round of successes,
 * is halved with each failure to reach the place, and below one the place counts as down for a while. Higher priorities go
 * first; among equals the senders take turns, so that a thousand messages of one do not delay another's single one. While
 * all that it was given hangs it gets no more. Not for several threads.
 */
final class Line {
    /** How an attempt went, for the destination as a whole. */
    enum Feedback { REACHED, UNREACHED, NOTHING }

    private final boolean here;
    private final TreeMap<Integer, LinkedHashMap<String, Deque<Errand>>> waiting = new TreeMap<>(Comparator.reverseOrder());
    private double window;
    private int running;
    private int size;
    private boolean hangs;
    private Instant reached = Instant.MIN;
    private Instant downUntil = Instant.MIN;
    private Status why = Attempts.LATER;

    /** @param here whether it is a mailbox of ours, which is never down: what keeps mail from it is mended by us */
    Line(boolean here, int first) {
        this.here = here;
        this.window = first;
    }

    int size() {
        return size;
    }

    boolean idle() {
        return size == 0 && running == 0;
    }

    void add(Errand errand) {
        waiting.computeIfAbsent(errand.priority(), _ -> new LinkedHashMap<>()).computeIfAbsent(errand.sender(), _ -> new ArrayDeque<>())
                .add(errand);
        size++;
    }

    boolean open() {
        return size > 0 && running < Math.max(1, hangs ? 1 : (int) window);
    }

    /** An attempt that began then has not ended in the time that most need. */
    void isSlow(Instant began) {
        hangs |= reached.isBefore(began);
    }

    /** Whether the last that is known of it is that an attempt took long and did not reach it. */
    boolean hangs() {
        return hangs;
    }

    /** The next, which is under way from now on. */
    Errand begin() {
        running++;
        return take();
    }

    /** The next, which is not tried. */
    Errand take() {
        var first = waiting.firstEntry();
        var turn = first.getValue().pollFirstEntry();
        var errand = turn.getValue().remove();
        if (!turn.getValue().isEmpty()) {
            first.getValue().putLast(turn.getKey(), turn.getValue());
        } else if (first.getValue().isEmpty()) {
            waiting.remove(first.getKey());
        }
        size--;
        return errand;
    }

    /** @param rest how long a place that is down is left alone */
    void ended(Feedback feedback, Status last, int most, Instant now, Duration rest) {
        running--;
        hangs &= !here;
        switch (here ? Feedback.NOTHING : feedback) {
            case REACHED -> {
                window = Math.min(most, window < 1 ? 1 : window + 1 / window);
                downUntil = Instant.MIN;
                reached = now;
                hangs = false;
            }
            case UNREACHED -> {
                window = window / 2;
                why = last;
                if (window < 1) {
                    downUntil = now.plus(rest);
                }
            }
            case NOTHING -> { }
        }
    }

    boolean down(Instant now) {
        return now.isBefore(downUntil);
    }

    /** As far as is known it is there again. */
    void revive() {
        downUntil = Instant.MIN;
    }

    /** Why the place was not reached last. */
    Status why() {
        return why;
    }

    /** Whether nothing would be forgotten with it. */
    boolean forgettable(Instant now) {
        return idle() && !down(now);
    }
}
