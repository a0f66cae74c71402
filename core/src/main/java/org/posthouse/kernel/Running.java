package org.posthouse.kernel;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.Bundle;
import org.posthouse.message.Held;

/** A bundle that was started, with its services. */
record Running(Jar jar, Bundle bundle, List<Services.Taken<?>> services) {
    /** Within what callers wait, so that a hand-over that fails can still be undone in time. */
    private static final Duration HAND_OVER_WITHIN = Duration.ofSeconds(2);

    String name() {
        return jar.name();
    }

    /** The service that has the same place as one of another version. */
    Optional<Services.Taken<?>> counterpart(Services.Taken<?> other) {
        return services.stream().<Services.Taken<?>>map(s -> s).filter(s -> s.samePlace(other)).findFirst();
    }

    /** Lets its services open what they hold. */
    void open() throws BadJar {
        for (var service : services) {
            open(service);
        }
    }

    void close() throws BadJar {
        for (var service : services) {
            close(service);
        }
    }

    static void open(Services.Taken<?> service) throws BadJar {
        if (service.version().service() instanceof Held held) {
            bounded("open", () -> {
                held.open();
                return true;
            });
        }
    }

    static void close(Services.Taken<?> service) throws BadJar {
        if (service.version().service() instanceof Held held) {
            bounded("close", () -> {
                held.close();
                return true;
            });
        }
    }

    private static void bounded(String what, Callable<Boolean> work) throws BadJar {
        var task = new FutureTask<>(work);
        var thread = Thread.ofVirtual().name(what).start(task);
        try {
            task.get(HAND_OVER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            thread.interrupt();
            throw new BadJar("it did not " + what + " within " + HAND_OVER_WITHIN.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            var cause = e.getCause();
            throw new BadJar("it could not " + what + ": " + (cause instanceof IOException ? cause.getMessage() : cause), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadJar("the server is shutting down", e);
        }
    }
}
