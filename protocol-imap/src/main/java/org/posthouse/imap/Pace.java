package org.posthouse.imap;

import java.util.concurrent.locks.LockSupport;

/**
 * Has a command that goes on for long let other sessions have the processor, which a virtual thread that only computes does not do
 * by itself. It parks for a moment: those that merely yield may be taken up again and again before others that wait. Of one thread.
 */
final class Pace {
    private static final int LOOK_EVERY = 1 << 14; // keys, octets or characters
    private static final long LONGEST_NANOS = 5_000_000;

    private long since;
    private long rested = System.nanoTime();

    void went(long steps) {
        since += steps;
        if (since < LOOK_EVERY) {
            return;
        }
        since = 0;
        if (System.nanoTime() - rested > LONGEST_NANOS) {
            LockSupport.parkNanos(1);
            rested = System.nanoTime();
        }
    }
}
