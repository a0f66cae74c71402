package org.posthouse.h2state;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something every second on a virtual thread of its own, which is never interrupted. */
final class Ticker {
    private static final Logger LOG = LoggerFactory.getLogger("state-h2");

    /** What is done; ticks are counted from 1. */
    interface Tick {
        void happens(long count) throws IOException;
    }

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    Ticker(Tick tick) {
        thread = Thread.ofVirtual().name("state-h2").start(() -> run(tick));
    }

    /** Returns when the last tick is over. */
    void stop() throws InterruptedException {
        stopped.countDown();
        thread.join();
    }

    private void run(Tick tick) {
        try {
            for (long count = 1; !stopped.await(1, TimeUnit.SECONDS); count++) {
                happens(tick, count);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void happens(Tick tick, long count) {
        try {
            tick.happens(count);
        } catch (IOException e) {
            if (stopped.getCount() > 0) {
                LOG.warn("cannot write states: {}", e.toString());
            }
        } catch (RuntimeException e) {
            LOG.error("cannot tidy states", e);
        }
    }
}
