package org.posthouse.net;

import java.time.Duration;

/** A moment by which something must have happened, on the clock that never jumps. */
record Deadline(long nanoTime) {
    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** Zero or less when it is over. */
    long nanosLeft() {
        return nanoTime - System.nanoTime();
    }
}
