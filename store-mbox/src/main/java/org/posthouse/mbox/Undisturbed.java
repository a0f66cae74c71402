package org.posthouse.mbox;

import java.io.IOException;
import java.util.concurrent.FutureTask;
import org.posthouse.message.Unavailable;

/**
 * Does work on a thread of its own that nobody interrupts. An interrupt closes the channel that a thread is using: in the middle
 * of a change that would give up the locks, and other programs would find, and change, a file that is half as it was.
 */
final class Undisturbed {
    @FunctionalInterface
    interface Work<R> {
        R run() throws IOException;
    }

    private Undisturbed() {}

    /** Waits for its end, also when interrupted; Unavailable when that was so before. */
    static <R> R run(Work<R> work) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new Unavailable("interrupted");
        }
        var task = new FutureTask<>(work::run);
        join(Thread.ofVirtual().name("store-mbox").start(task));
        return switch (task.state()) {
            case SUCCESS -> task.resultNow();
            case FAILED, CANCELLED, RUNNING -> throw thrown(task.exceptionNow());
        };
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static IOException thrown(Throwable by) {
        return switch (by) {
            case IOException e -> e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(by); // Work throws nothing else
        };
    }
}
