package org.posthouse.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.posthouse.config.Values;
import org.posthouse.pipeline.DeliverBy;
import org.posthouse.pipeline.DeliverBy.Otherwise;

/**
 * When what waits is tried again (RFC 5321 §4.5.4.1): after {@code first}, then after twice as long each time up to
 * {@code longest}, each a fifth more or less so that not all come at once. Mailboxes here begin with a second: what keeps
 * mail from them is mended by us, and trying costs no stranger anything.
 */
record RetryPlan(Duration first, Duration longest, Duration expire, Duration delayNotice) {
    static final RetryPlan USUAL = new RetryPlan(Duration.ofMinutes(5), Duration.ofHours(4), Duration.ofDays(5), Duration.ofHours(4));

    private static final Duration FIRST_HERE = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 30;
    private static final long SHORTEST_MILLIS = 100;

    /** Of the top lines: {@code retry-first}, {@code retry-longest}, {@code expire}, {@code delay-notice}. */
    static RetryPlan of(Values top) {
        return new RetryPlan(duration(top, "retry-first", USUAL.first), duration(top, "retry-longest", USUAL.longest),
                duration(top, "expire", USUAL.expire), duration(top, "delay-notice", USUAL.delayNotice));
    }

    private static Duration duration(Values top, String key, Duration usual) {
        return top.has(key) ? top.duration(key) : usual;
    }

    /** After that many attempts out of the queue. */
    Instant next(Queue.Item item, Instant now, RandomGenerator random) {
        boolean here = item.legs().stream().allMatch(leg -> leg.to().transport().equals("local"));
        var begin = here && FIRST_HERE.compareTo(first) < 0 ? FIRST_HERE : first;
        var pause = begin.multipliedBy(1L << Math.clamp(item.attempts() - 1, 0, MOST_DOUBLINGS));
        long millis = Math.max(SHORTEST_MILLIS, pause.compareTo(longest) < 0 ? pause.toMillis() : longest.toMillis());
        var next = now.plusMillis(millis * 4 / 5 + random.nextLong(millis * 2 / 5));
        var end = earlier(end(item), by(item, Otherwise.NOTIFY).filter(now::isBefore));
        return next.isAfter(end) && end.isAfter(now) ? end : next;
    }

    /** RFC 2852: until when it is wanted, where otherwise that is to be done. */
    private static Optional<Instant> by(Queue.Item item, Otherwise otherwise) {
        return DeliverBy.of(item.from()).filter(by -> by.otherwise() == otherwise).map(DeliverBy::until);
    }

    private static Instant earlier(Instant one, Optional<Instant> other) {
        return other.filter(one::isAfter).orElse(one);
    }

    /** RFC 4865: mail that was to be held begins to grow old with its release. */
    private static Instant begin(Queue.Item item) {
        return FutureRelease.of(item.from(), item.arrived());
    }

    /** Until when it is tried. */
    Instant end(Queue.Item item) {
        return earlier(begin(item).plus(expire), by(item, Otherwise.RETURN));
    }

    boolean expired(Queue.Item item, Instant now) {
        return !now.isBefore(end(item));
    }

    boolean late(Queue.Item item, Instant now) {
        return !now.isBefore(earlier(begin(item).plus(delayNotice), by(item, Otherwise.NOTIFY)));
    }
}
