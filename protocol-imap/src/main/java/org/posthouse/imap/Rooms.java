package org.posthouse.imap;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Room for responses on their way to clients: a few large buffers, which the kernel reads and fills itself, for those who come first,
 * and small ones for all others, so that many slow clients do not take up much memory.
 */
final class Rooms {
    private static final int MOST_LARGE = 16;
    private static final int LARGE = 256 * 1024;
    private static final int SMALL = 32 * 1024;

    private final Queue<ByteBuffer> free = new ArrayBlockingQueue<>(MOST_LARGE);
    private final AtomicInteger large = new AtomicInteger();

    static ByteBuffer small() {
        return ByteBuffer.allocate(SMALL);
    }

    ByteBuffer take() {
        var room = free.poll();
        if (room != null) {
            return room.clear();
        }
        if (large.incrementAndGet() <= MOST_LARGE) {
            return ByteBuffer.allocateDirect(LARGE);
        }
        large.decrementAndGet();
        return small();
    }

    void giveBack(ByteBuffer room) {
        if (room.isDirect()) {
            free.add(room);
        }
    }

    /** For one that somebody may still read from. */
    void lose(ByteBuffer room) {
        if (room.isDirect()) {
            large.decrementAndGet();
        }
    }
}
