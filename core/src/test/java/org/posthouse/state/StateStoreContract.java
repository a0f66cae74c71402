package org.posthouse.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.posthouse.state.States.Keep.DURABLE;
import static org.posthouse.state.States.Keep.SOFT;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link StateStore} does; its test implements this. */
public interface StateStoreContract {
    Duration HOUR = Duration.ofHours(1);

    /** A store that keeps its file, if any, in this folder; not open yet. */
    StateStore newStore(Path folder, Clock clock);

    /** What a test does with an open store. */
    interface Use {
        void with(StateStore store, SetClock clock) throws Exception;
    }

    default void use(Path folder, Use use) throws Exception {
        var clock = new SetClock();
        var store = newStore(folder, clock);
        store.open();
        try {
            use.with(store, clock);
        } finally {
            store.close();
        }
    }

    @Test
    default void givesBackWhatWasPut(@TempDir Path folder) throws Exception {
        use(folder, (store, _) -> {
            assertEquals(Optional.empty(), store.get("a", SOFT, "key"));
            store.put("a", SOFT, "key", "first", HOUR);
            store.put("a", SOFT, "key", "größer \0 \n", HOUR);
            store.put("a", DURABLE, "empty", "", HOUR);
            assertEquals(Optional.of("größer \0 \n"), store.get("a", SOFT, "key"));
            assertEquals(Optional.of(""), store.get("a", DURABLE, "empty"));
        });
    }

    @Test
    default void keepsLongKeysAndValuesWhole(@TempDir Path folder) throws Exception {
        use(folder, (store, _) -> {
            var key = "\u20ac".repeat(256);
            var value = "v".repeat(4096);
            store.put("a", SOFT, key, value, HOUR);
            assertEquals(Optional.of(value), store.get("a", SOFT, key));
            assertEquals(Optional.empty(), store.get("a", SOFT, key.substring(1)));
        });
    }

    @Test
    default void keepsSpacesApart(@TempDir Path folder) throws Exception {
        use(folder, (store, _) -> {
            store.put("a", SOFT, "key", "a soft", HOUR);
            store.put("a", DURABLE, "key", "a durable", HOUR);
            store.put("b", SOFT, "key", "b", HOUR);
            store.put("a b", SOFT, "c", "1", HOUR);
            store.put("a", SOFT, "b c", "2", HOUR);
            store.remove("b", SOFT, "key");
            assertEquals(Optional.of("a soft"), store.get("a", SOFT, "key"));
            assertEquals(Optional.of("a durable"), store.get("a", DURABLE, "key"));
            assertEquals(Optional.empty(), store.get("b", SOFT, "key"));
            assertEquals(Optional.of("1"), store.get("a b", SOFT, "c"));
            assertEquals(Optional.of("2"), store.get("a", SOFT, "b c"));
            assertEquals(2, store.size("a", SOFT));
            assertEquals(1, store.size("a", DURABLE));
            assertEquals(0, store.size("b", SOFT));
        });
    }

    @Test
    default void forgetsAtTheEndOfLife(@TempDir Path folder) throws Exception {
        use(folder, (store, clock) -> {
            store.put("a", SOFT, "short", "1", Duration.ofMinutes(1));
            store.put("a", SOFT, "long", "2", HOUR);
            clock.pass(Duration.ofSeconds(59));
            assertEquals(Optional.of("1"), store.get("a", SOFT, "short"));
            clock.pass(Duration.ofSeconds(1));
            assertEquals(Optional.empty(), store.get("a", SOFT, "short"));
            assertEquals(1, store.size("a", SOFT));
            assertEquals(Optional.empty(), store.putIfAbsent("a", SOFT, "short", "3", HOUR));
        });
    }

    @Test
    default void aLongLifeIsNoTrouble(@TempDir Path folder) throws Exception {
        use(folder, (store, _) -> {
            store.put("a", SOFT, "key", "value", Duration.ofDays(36_500));
            assertEquals(Optional.of("value"), store.get("a", SOFT, "key"));
        });
    }

    @Test
    default void putAgainBeginsANewLife(@TempDir Path folder) throws Exception {
        use(folder, (store, clock) -> {
            store.put("a", SOFT, "key", "1", HOUR);
            clock.pass(Duration.ofMinutes(50));
            store.put("a", SOFT, "key", "1", HOUR);
            clock.pass(Duration.ofMinutes(50));
            assertEquals(Optional.of("1"), store.get("a", SOFT, "key"));
            assertEquals(1, store.size("a", SOFT));
        });
    }

    @Test
    default void putsIfAbsentOnlyOnce(@TempDir Path folder) throws Exception {
        use(folder, (store, _) -> {
            assertEquals(Optional.empty(), store.putIfAbsent("a", SOFT, "key", "1", HOUR));
            assertEquals(Optional.of("1"), store.putIfAbsent("a", SOFT, "key", "2", HOUR));
            assertEquals(Optional.of("1"), store.get("a", SOFT, "key"));
        });
    }

    @Test
    default void countsAndTheCountersLifeIsItsFirstUses(@TempDir Path folder) throws Exception {
        use(folder, (store, clock) -> {
            assertEquals(5, store.add("a", SOFT, "n", 5, HOUR));
            clock.pass(Duration.ofMinutes(40));
            assertEquals(3, store.add("a", SOFT, "n", -2, HOUR));
            assertEquals(Optional.of("3"), store.get("a", SOFT, "n"));
            clock.pass(Duration.ofMinutes(40));
            assertEquals(1, store.add("a", SOFT, "n", 1, HOUR));
        });
    }

    @Test
    default void whatIsNoNumberCountsAsNothing(@TempDir Path folder) throws Exception {
        use(folder, (store, _) -> {
            store.put("a", SOFT, "n", "seven", HOUR);
            assertEquals(1, store.add("a", SOFT, "n", 1, HOUR));
        });
    }

    @Test
    default void removesAndRemovingNothingIsFine(@TempDir Path folder) throws Exception {
        use(folder, (store, _) -> {
            store.put("a", DURABLE, "key", "1", HOUR);
            store.remove("a", DURABLE, "key");
            store.remove("a", DURABLE, "key");
            assertEquals(Optional.empty(), store.get("a", DURABLE, "key"));
            assertEquals(0, store.size("a", DURABLE));
        });
    }

    @Test
    default void countsRightFromManyThreads(@TempDir Path folder) throws Exception {
        use(folder, (store, _) -> {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 20; i++) {
                    threads.submit(() -> {
                        for (int n = 0; n < 50; n++) {
                            store.add("a", SOFT, "n", 1, HOUR);
                        }
                        return null;
                    });
                }
            }
            assertEquals(Optional.of("1000"), store.get("a", SOFT, "n"));
        });
    }

    @Test
    default void aClosedStoreOpensAgainWithItsValues(@TempDir Path folder) throws Exception {
        use(folder, (store, clock) -> {
            store.put("a", SOFT, "key", "soft", HOUR);
            store.put("a", DURABLE, "key", "durable", HOUR);
            store.close();
            clock.pass(Duration.ofMinutes(1));
            store.open();
            assertEquals(Optional.of("soft"), store.get("a", SOFT, "key"));
            assertEquals(Optional.of("durable"), store.get("a", DURABLE, "key"));
        });
    }
}
