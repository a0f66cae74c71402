package org.posthouse.queue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.posthouse.message.Unavailable;

/** Does the same with several things at once. The caller's thread takes its share, so that one thing needs no other. */
public final class SideBySide {
    static final int MOST_AT_ONCE = 32;

    /** What is done with each. */
    @FunctionalInterface
    public interface Work<T, R> {
        R with(T thing) throws IOException;
    }

    private SideBySide() {}

    /** The answers in the order of the things; all have been done when it throws the first exception in that order. */
    public static <T, R> List<R> each(List<T> things, Work<T, R> work) throws IOException {
        if (things.size() == 1) {
            return List.of(work.with(things.getFirst()));
        }
        var tasks = things.stream().map(thing -> new FutureTask<>(() -> work.with(thing))).toList();
        var next = new AtomicInteger();
        Runnable worker = () -> {
            for (int i; (i = next.getAndIncrement()) < tasks.size();) {
                tasks.get(i).run();
            }
        };
        for (int i = 1; i < Math.min(tasks.size(), MOST_AT_ONCE); i++) {
            Thread.ofVirtual().start(worker);
        }
        worker.run();
        return answers(tasks);
    }

    private static <R> List<R> answers(List<FutureTask<R>> tasks) throws IOException {
        for (var task : tasks) {
            if (task.isDone() || waited(task)) {
                continue;
            }
            tasks.forEach(t -> t.cancel(true));
            throw new Unavailable("the server is shutting down");
        }
        var answers = new ArrayList<R>(tasks.size());
        for (var task : tasks) {
            answers.add(answer(task));
        }
        return answers;
    }

    /** False when this thread was interrupted. */
    private static boolean waited(FutureTask<?> task) {
        try {
            task.get();
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static <R> R answer(FutureTask<R> done) throws IOException {
        return switch (done.state()) {
            case SUCCESS -> done.resultNow();
            case FAILED, CANCELLED, RUNNING -> throw thrown(done.exceptionNow());
        };
    }

    /** As it was thrown: {@link Work} declares nothing but IOException. */
    private static IOException thrown(Throwable by) {
        return switch (by) {
            case IOException e -> e;
            case RuntimeException e -> throw e;
            default -> throw new IllegalStateException(by);
        };
    }
}
