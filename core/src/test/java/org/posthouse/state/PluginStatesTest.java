package org.posthouse.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.posthouse.message.Unavailable;
import org.posthouse.swap.Plugins;

final class PluginStatesTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Plugins<StateStore> plugins = new Plugins<>("state");
    private final Space space = new PluginStates(plugins).space("filter-test", States.Keep.SOFT);

    @Test
    void aSpaceTakenBeforeTheBundleCameWorksOnceItIsHere() throws Exception {
        assertThrows(Unavailable.class, () -> space.get("key"));
        plugins.arrive("state-b", new MemoryStateStore(new SetClock()), Map.of());
        assertEquals(Optional.empty(), space.putIfAbsent("key", "value", HOUR));
        space.put("other", "value", HOUR);
        assertEquals(Optional.of("value"), space.get("key"));
        assertEquals(2, space.add("n", 2, HOUR));
        assertEquals(3, space.size());
        space.remove("key");
        assertEquals(2, space.size());
    }

    @Test
    void ofSeveralBundlesTheFirstByNameKeepsTheValues() throws Exception {
        var first = new MemoryStateStore(new SetClock());
        plugins.arrive("state-b", new MemoryStateStore(new SetClock()), Map.of());
        plugins.arrive("state-a", first, Map.of());
        space.put("key", "value", HOUR);
        assertEquals(Optional.of("value"), first.get("filter-test", States.Keep.SOFT, "key"));
    }

    @Test
    void whatIsBeyondTheBoundsNeverReachesTheBundle() throws Exception {
        plugins.arrive("state-a", new MemoryStateStore(new SetClock()), Map.of());
        var key = "k".repeat(256);
        var value = "ä".repeat(2048);
        space.put(key, value, HOUR);
        assertEquals(Optional.of(value), space.get(key));
        assertThrows(IllegalArgumentException.class, () -> space.get(key + "k"));
        assertThrows(IllegalArgumentException.class, () -> space.get(""));
        assertThrows(IllegalArgumentException.class, () -> space.put("key", value + "v", HOUR));
        assertThrows(IllegalArgumentException.class, () -> space.putIfAbsent("key", value + "v", HOUR));
        assertThrows(IllegalArgumentException.class, () -> space.put("key", "value", Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> space.add("key", 1, Duration.ofSeconds(-1)));
        assertEquals(1, space.size());
    }
}
