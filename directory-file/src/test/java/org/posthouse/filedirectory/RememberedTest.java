package org.posthouse.filedirectory;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.posthouse.state.SetClock;

class RememberedTest {
    private static final byte[] SECRET = "secret".getBytes(StandardCharsets.UTF_8);
    private static final byte[] WRONG = "secreT".getBytes(StandardCharsets.UTF_8);

    private final SetClock clock = new SetClock();

    @Test
    void onlyTheSamePasswordForTheSameVerifierIsKnownAndOnlyForAWhile() {
        var remembered = new Remembered(Duration.ofMinutes(10), clock);
        assertFalse(remembered.matched("{X}a", SECRET));
        remembered.keep("{X}a", SECRET);
        assertTrue(remembered.matched("{X}a", SECRET));
        assertFalse(remembered.matched("{X}a", WRONG));
        assertFalse(remembered.matched("{X}b", SECRET));
        clock.pass(Duration.ofMinutes(11));
        assertFalse(remembered.matched("{X}a", SECRET));
    }

    @Test
    void nothingIsKeptForNoTime() {
        var remembered = new Remembered(Duration.ZERO, Clock.systemUTC());
        remembered.keep("{X}a", SECRET);
        assertFalse(remembered.matched("{X}a", SECRET));
    }

    @Test
    void theOldestAreForgottenWhenThereAreMany() {
        var remembered = new Remembered(Duration.ofMinutes(10), clock);
        for (int i = 0; i < 10_001; i++) {
            remembered.keep("{X}" + i, SECRET);
        }
        assertFalse(remembered.matched("{X}0", SECRET));
        assertTrue(remembered.matched("{X}10000", SECRET));
    }
}
