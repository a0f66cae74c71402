package org.posthouse.net;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much input of all connections waits in memory for its sessions. Each may let some wait, so that a fast sender is read in large
 * pieces; a thousand at a time that all send and are not answered may not, or they would fill the heap.
 */
final class Inflow {
    private static final int SHARE_OF_MEMORY = 8;

    private final long most;
    private final AtomicLong waiting = new AtomicLong();

    Inflow() {
        this(Runtime.getRuntime().maxMemory() / SHARE_OF_MEMORY);
    }

    Inflow(long most) {
        this.most = most;
    }

    void add(int octets) {
        waiting.addAndGet(octets);
    }

    void remove(int octets) {
        waiting.addAndGet(-octets);
    }

    /** Then a connection gets small buffers, and the next one only when it has nothing left. */
    boolean high() {
        return waiting.get() > most;
    }

    long waiting() {
        return waiting.get();
    }
}
