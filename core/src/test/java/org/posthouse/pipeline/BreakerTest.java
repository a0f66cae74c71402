package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.posthouse.state.SetClock;

class BreakerTest {
    private final SetClock clock = new SetClock();
    private final Breaker breaker = new Breaker(clock);

    @Test
    void opensAfterFiveFailuresInARow() {
        for (int i = 1; i < Breaker.FAILURES; i++) {
            assertFalse(breaker.failed());
            assertTrue(breaker.lets());
        }
        assertTrue(breaker.failed());
        assertFalse(breaker.lets());
        assertFalse(breaker.failed());
    }

    @Test
    void aSuccessBetweenStartsTheCountAgain() {
        for (int i = 0; i < 20; i++) {
            breaker.failed();
            if (i % 4 == 3) {
                breaker.succeeded();
            }
        }
        assertTrue(breaker.lets());
    }

    @Test
    void afterThePauseItLetsOneThrough() {
        open();
        clock.pass(Breaker.PAUSE);
        assertTrue(breaker.lets());
        assertFalse(breaker.lets());
        breaker.failed();
        assertFalse(breaker.lets());
        clock.pass(Breaker.PAUSE);
        assertTrue(breaker.lets());
        breaker.succeeded();
        assertTrue(breaker.lets());
        assertTrue(breaker.lets());
    }

    private void open() {
        for (int i = 0; i < Breaker.FAILURES; i++) {
            breaker.failed();
        }
    }
}
