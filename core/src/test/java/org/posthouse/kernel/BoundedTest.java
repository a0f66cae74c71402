package org.posthouse.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Work that may hang. */
final class BoundedTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final CountDownLatch undone = new CountDownLatch(1);

    @Test
    void givesTheResultOrWhatWasThrown() throws Exception {
        assertEquals("done", Bounded.run("work", LONG, () -> "done", undone::countDown));
        var thrown = assertThrows(ExecutionException.class, () -> Bounded.run("work", LONG, () -> {
            throw new NoClassDefFoundError("gone");
        }, undone::countDown));
        assertInstanceOf(LinkageError.class, thrown.getCause());
        assertEquals(1, undone.getCount());
    }

    @Test
    void whatEndsTooLateIsUndone() throws Exception {
        var late = new CountDownLatch(1);
        assertThrows(TimeoutException.class, () -> Bounded.run("work", Duration.ofMillis(20), () -> {
            while (late.getCount() > 0) {
                Thread.onSpinWait(); // and does not care that it is interrupted
            }
            return "late";
        }, undone::countDown));
        assertEquals(1, undone.getCount());
        late.countDown();
        assertTrue(undone.await(10, TimeUnit.SECONDS));
    }
}
