package org.posthouse.swap;

import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;

/** A call on a thread of its own, which gives its lease back whether it is made or nobody comes to make it. */
final class Errand<R> extends FutureTask<R> {
    private final Held<?> held;
    private final AtomicBoolean begun;

    <T> Errand(Held<T> held, Call<T, R, RuntimeException> call) {
        this(held, call, new AtomicBoolean());
    }

    private <T> Errand(Held<T> held, Call<T, R, RuntimeException> call, AtomicBoolean begun) {
        super(() -> {
            if (!begun.compareAndSet(false, true)) {
                return null; // left alone before
            }
            try (held) {
                return call.on(held.plugin());
            }
        });
        this.held = held;
        this.begun = begun;
    }

    /** Interrupts the call; what it returns is of no use any more. */
    void leaveAlone() {
        if (begun.compareAndSet(false, true)) {
            held.close();
        }
        cancel(true);
    }
}
