package org.posthouse.kernel;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs a bundle's code, which may hang, on a thread of its own, so that the kernel waits for it no longer than it wants to. */
final class Bounded {
    private Bounded() {}

    /**
     * @param tooLate what to do when the work comes to a good end after all, although nobody waits for it any more
     * @throws ExecutionException with what the work threw
     */
    static <R> R run(String thread, Duration longest, Callable<R> work, Runnable tooLate)
            throws TimeoutException, ExecutionException, BadJar {
        var settled = new AtomicBoolean(); // by the first of the two who wait for each other
        var task = new FutureTask<>(() -> {
            R result = work.call();
            if (!settled.compareAndSet(false, true)) {
                Thread.interrupted(); // was for the work
                tooLate.run();
            }
            return result;
        });
        var worker = Thread.ofPlatform().daemon().name(thread).start(task);
        try {
            if (!worker.join(longest) && settled.compareAndSet(false, true)) {
                worker.interrupt();
                throw new TimeoutException();
            }
            return task.get();
        } catch (InterruptedException e) {
            settled.set(true);
            worker.interrupt();
            Thread.currentThread().interrupt();
            throw new BadJar("the server is shutting down", e);
        }
    }
}
