package org.posthouse.swap;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * The probation of a new version: it is over after {@value #CALLS} calls or {@link #LONGEST}; three failures, one call over
 * its budget or one LinkageError end it badly. Used under the lock of its slot.
 */
final class Trial {
    static final int CALLS = 20;
    static final int MOST_FAILURES = 3;
    static final Duration LONGEST = Duration.ofSeconds(10);

    private final Clock clock;
    private final Instant began;
    private int calls;
    private int failures;

    Trial(Clock clock) {
        this.clock = clock;
        this.began = clock.instant();
    }

    void succeeded() {
        calls++;
    }

    /** Whether this failure is the last one that is borne. */
    boolean failed(Throwable why) {
        calls++;
        failures++;
        return failures >= MOST_FAILURES || why instanceof LinkageError || why instanceof Overdue;
    }

    boolean over() {
        return calls >= CALLS || Duration.between(began, clock.instant()).compareTo(LONGEST) >= 0;
    }
}
