package org.posthouse.swap;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Threads for calls that open, write and sync files. A virtual thread blocks its carrier there, and the JDK wakes another carrier
 * each time, some ten times a message; so these are platform threads, at most {@link #MOST} of them, and virtual ones beyond.
 */
public final class FileThreads implements Executor {
    private static final int MOST = 64;

    private final Semaphore free = new Semaphore(MOST);
    private final ExecutorService threads;

    /** @param name of the threads, with a number behind it */
    public FileThreads(String name) {
        threads = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name(name + " ", 1).factory());
    }

    @Override
    public void execute(Runnable task) {
        if (!free.tryAcquire()) {
            Thread.startVirtualThread(task);
            return;
        }
        threads.execute(() -> {
            try {
                task.run();
            } finally {
                free.release();
            }
        });
    }
}
