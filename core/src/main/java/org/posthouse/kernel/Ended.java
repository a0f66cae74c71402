package org.posthouse.kernel;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import org.posthouse.swap.Version;
import org.posthouse.swap.Watcher;

/** The end of a probation, on its way from the thread of a call to the kernel's. */
record Ended(Version<?> fresh, Optional<Throwable> failure) {
    /** Puts the ends of a kind's probations into the kernel's queue. */
    static <T> Watcher<T> into(BlockingQueue<Ended> queue) {
        return new Watcher<>() {
            @Override
            public void passed(String name, Version<T> fresh, Version<T> before) {
                queue.add(new Ended(fresh, Optional.empty()));
            }

            @Override
            public void failed(String name, Version<T> fresh, Version<T> before, Throwable why) {
                queue.add(new Ended(fresh, Optional.of(why)));
            }
        };
    }
}
