package org.posthouse.pipeline;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Spares everybody the wait for a filter that keeps failing: after {@link #FAILURES} in a row it is not asked for
 * {@link #PAUSE}; then one call is let through each time, until one succeeds.
 */
final class Breaker {
    static final int FAILURES = 5;
    static final Duration PAUSE = Duration.ofSeconds(30);

    private final Clock clock;
    private final Lock state = new ReentrantLock();
    private int failures;
    private Instant next = Instant.MIN;

    Breaker(Clock clock) {
        this.clock = clock;
    }

    /** Whether the filter may be asked now. */
    boolean lets() {
        state.lock();
        try {
            if (failures < FAILURES) {
                return true;
            }
            var now = clock.instant();
            if (now.isBefore(next)) {
                return false;
            }
            next = now.plus(PAUSE);
            return true;
        } finally {
            state.unlock();
        }
    }

    void succeeded() {
        state.lock();
        failures = 0;
        state.unlock();
    }

    /** Whether this failure was the one that opened it. */
    boolean failed() {
        state.lock();
        try {
            next = clock.instant().plus(PAUSE);
            failures++;
            return failures == FAILURES;
        } finally {
            state.unlock();
        }
    }
}
