package org.posthouse.echo;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** Waits for what another thread is about to bring about. */
final class Waiting {
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private Waiting() {}

    static void until(BooleanSupplier done) throws InterruptedException {
        var end = Instant.now().plus(LONGEST);
        while (!done.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("it did not happen");
            }
            Thread.sleep(10);
        }
    }
}
