package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits for what the server does by itself, and not for longer than an operator would. */
final class Soon {
    private static final long MILLIS = 20_000;

    private Soon() {}

    static void happens(Callable<Boolean> what, Supplier<String> orElse) throws Exception {
        long deadline = System.nanoTime() + MILLIS * 1_000_000;
        while (!what.call()) {
            assertTrue(System.nanoTime() < deadline, () -> "not within " + MILLIS + " ms: " + orElse.get());
            Thread.sleep(20);
        }
    }
}
