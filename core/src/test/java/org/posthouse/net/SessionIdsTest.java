package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.HashSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SessionIdsTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
    private final SessionIds ids = new SessionIds(now::get, 12345);

    @Test
    void isOfSixteenLowerCaseLettersAndDigits() {
        assertTrue(ids.next().text().matches("[0-9a-hjkmnp-tv-z]{16}"));
    }

    @Test
    void isNeverTheSameThoughTheClockStandsStillOrGoesBack() {
        var seen = new HashSet<String>();
        var last = "";
        for (int i = 0; i < 100_000; i++) {
            if (i == 50_000) {
                now.set(now.get().minusSeconds(3600));
            }
            var id = ids.next().text();
            assertTrue(seen.add(id));
            assertTrue(last.compareTo(id) < 0, "sorted");
            last = id;
        }
    }

    @Test
    void sortsByTime() {
        var earlier = ids.next().text();
        now.set(now.get().plusMillis(1));
        assertTrue(earlier.compareTo(ids.next().text()) < 0);
    }

    @Test
    void tellsServersApart() {
        var other = new SessionIds(now::get, 54321);
        assertNotEquals(ids.next(), other.next());
        assertEquals(ids.next().text().substring(12), ids.next().text().substring(12));
    }
}
