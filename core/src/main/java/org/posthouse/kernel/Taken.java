package org.posthouse.kernel;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.ServiceReference;
import org.posthouse.message.Held;
import org.posthouse.swap.Slot;
import org.posthouse.swap.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A service of a bundle, with its place among the plugins of its kind. */
record Taken<T>(Kind<T> kind, String name, Version<T> version, ServiceReference<?> reference) {
    /** Within what callers wait, so that a hand-over that fails can still be undone in time. */
    static final Duration HAND_OVER_WITHIN = Duration.ofSeconds(2);

    private static final Logger log = LoggerFactory.getLogger("kernel");

    Slot<T> slot() {
        return kind.plugins().place(name);
    }

    boolean samePlace(Taken<?> other) {
        return kind == other.kind && name.equals(other.name);
    }

    /** Whether the framework still has it. */
    boolean registered() {
        return reference.getBundle() != null;
    }

    /** All calls go to it from now on. */
    void serve() {
        slot().serve(version);
    }

    void depart() {
        kind.plugins().depart(version.service());
    }

    /** Whether only one version of it may be open. */
    boolean held() {
        return kind.swap() == Kind.Swap.HANDOVER;
    }

    /** Callers wait from here on; what is held is closed, whoever still uses it. */
    void layDown() {
        if (!held()) {
            depart();
            return;
        }
        slot().pause();
        try {
            awaitIdle();
        } catch (BadJar e) {
            log.warn("closing name={} although {}", name, e.getMessage());
        }
        closeQuietly();
    }

    void awaitIdle() throws BadJar {
        try {
            if (!slot().awaitIdle(version, HAND_OVER_WITHIN)) {
                throw new BadJar("calls of the version before did not end within " + HAND_OVER_WITHIN.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadJar("the server is shutting down", e);
        }
    }

    /** Opens what it holds, if anything. One that is late is closed again, since another may be open by then. */
    void open(Duration longest) throws BadJar {
        if (held() && version.service() instanceof Held held) {
            bounded("open", longest, () -> {
                held.open();
                return true;
            }, this::closeQuietly);
        }
    }

    void close() throws BadJar {
        if (held() && version.service() instanceof Held held) {
            bounded("close", HAND_OVER_WITHIN, () -> {
                held.close();
                return true;
            }, () -> { });
        }
    }

    void closeQuietly() {
        try {
            close();
        } catch (BadJar e) {
            log.warn("closing name={} why={}", version.label(), e.getMessage());
        }
    }

    private static void bounded(String what, Duration longest, Callable<Boolean> work, Runnable tooLate) throws BadJar {
        try {
            Bounded.run(what, longest, work, tooLate);
        } catch (TimeoutException e) {
            throw new BadJar("it did not " + what + " within " + longest.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            var cause = e.getCause();
            throw new BadJar("it could not " + what + ": " + (cause instanceof IOException ? cause.getMessage() : cause), cause);
        }
    }
}
