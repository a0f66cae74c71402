package org.posthouse.imap;

/**
 * How much a command has looked at since it last let others have the processor, which a virtual thread that only computes does not
 * do by itself. Of one thread.
 */
final class Pace {
    private static final int LONGEST = 1 << 18; // keys, octets or characters; some milliseconds

    private long since;

    void went(long steps) {
        since += steps;
        if (since > LONGEST) {
            since = 0;
            Thread.yield();
        }
    }
}
