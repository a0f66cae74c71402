package org.posthouse.h2state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.posthouse.state.States.Keep.DURABLE;
import static org.posthouse.state.States.Keep.SOFT;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.BadSetting;
import org.posthouse.message.OutcomeUnknown;
import org.posthouse.message.Unavailable;
import org.posthouse.state.SetClock;
import org.posthouse.state.StateStore;
import org.posthouse.state.StateStoreContract;

final class H2StateStoreTest implements StateStoreContract {
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    private Path home;
    private final SetClock clock = new SetClock();

    @Override
    public StateStore newStore(Path folder, Clock clock) {
        return store(folder, clock, FixedConfig.DEFAULT);
    }

    private static H2StateStore store(Path folder, Clock clock, FixedConfig config) {
        return new H2StateStore(config, new HomeDisk(folder), clock);
    }

    private Path file() {
        return home.resolve("var/state/state.mv");
    }

    private List<Path> files() throws IOException {
        try (var names = Files.list(file().getParent())) {
            return names.sorted().toList();
        }
    }

    @Test
    void openingTwiceAndClosingTwiceIsFine() throws Exception {
        var store = newStore(home, clock);
        store.close();
        store.open();
        store.open();
        store.put("a", SOFT, "key", "1", HOUR);
        store.close();
        store.close();
        assertThrows(Unavailable.class, () -> store.get("a", SOFT, "key"));
        assertEquals(List.of(file()), files());
    }

    @Test
    void anotherVersionTakesTheFileOver() throws Exception {
        var old = newStore(home, clock);
        var fresh = newStore(home, clock);
        old.open();
        old.put("a", SOFT, "key", "1", HOUR);
        assertThrows(Unavailable.class, fresh::open);
        old.close();
        fresh.open();
        assertEquals(Optional.of("1"), fresh.get("a", SOFT, "key"));
        fresh.put("a", SOFT, "key", "2", HOUR);
        fresh.close();
        old.open();
        assertEquals(Optional.of("2"), old.get("a", SOFT, "key"));
        old.close();
    }

    @Test
    void aCopyOfTheFileHasTheDurableValuesAtAnyMoment() throws Exception {
        var store = newStore(home, clock);
        store.open();
        for (int i = 0; i < 20; i++) {
            store.put("a", DURABLE, "key " + i, "value", HOUR);
            store.add("a", DURABLE, "n", 1, HOUR);
            Path copy = home.resolve("copy" + i);
            Files.createDirectories(copy.resolve("var/state"));
            Files.copy(file(), copy.resolve("var/state/state.mv"));
            var crashed = newStore(copy, clock);
            crashed.open();
            assertEquals(Optional.of("value"), crashed.get("a", DURABLE, "key " + i));
            assertEquals(Optional.of(Integer.toString(i + 1)), crashed.get("a", DURABLE, "n"));
            crashed.close();
        }
        store.close();
    }

    @Test
    void whatWasSaidToBeDurableOutlivesAKill() throws Exception {
        var writer = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), KilledWriter.class.getName(), home.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        int last = -1;
        try (var said = writer.inputReader()) {
            for (String line = said.readLine(); line != null && last < 100; line = said.readLine()) {
                last = line.startsWith("wrote ") ? Integer.parseInt(line.substring(6)) : last;
            }
            writer.destroyForcibly().waitFor();
        }
        assertEquals(100, last);
        var store = newStore(home, Clock.systemUTC());
        store.open();
        for (int i = 0; i <= last; i++) {
            assertEquals(Optional.of("value"), store.get("a", DURABLE, "durable " + i));
        }
        store.close();
        assertEquals(List.of(file()), files());
    }

    @Test
    void anInterruptedCallerHurtsNobody() throws Exception {
        var store = newStore(home, clock);
        store.open();
        var caller = Thread.ofVirtual().unstarted(() -> {
            Thread.currentThread().interrupt();
            assertThrows(OutcomeUnknown.class, () -> store.put("a", DURABLE, "key", "1", HOUR));
        });
        caller.start();
        caller.join();
        store.put("a", DURABLE, "other", "2", HOUR);
        assertEquals(Optional.of("2"), store.get("a", DURABLE, "other"));
        store.close();
    }

    @Test
    void whenFullTheSoftValueThatEndsFirstIsGivenUp() throws Exception {
        var store = store(home, clock, new FixedConfig(3));
        store.open();
        store.put("a", DURABLE, "d", "1", Duration.ofMinutes(1));
        store.put("a", SOFT, "long", "1", Duration.ofMinutes(30));
        store.put("b", SOFT, "short", "1", Duration.ofMinutes(20));
        store.put("a", SOFT, "new", "1", HOUR);
        assertEquals(Optional.empty(), store.get("b", SOFT, "short"));
        assertEquals(Optional.of("1"), store.get("a", SOFT, "long"));
        assertEquals(Optional.of("1"), store.get("a", DURABLE, "d"));
        store.put("a", SOFT, "new", "2", HOUR);
        assertEquals(2, store.size("a", SOFT));
        store.close();
    }

    @Test
    void whenFullOfDurableValuesNothingMoreIsTakenUntilOneEnds() throws Exception {
        var store = store(home, clock, new FixedConfig(2));
        store.open();
        store.put("a", DURABLE, "1", "1", Duration.ofMinutes(1));
        store.put("a", DURABLE, "2", "1", HOUR);
        assertThrows(Unavailable.class, () -> store.put("a", SOFT, "3", "1", HOUR));
        assertThrows(Unavailable.class, () -> store.put("a", DURABLE, "3", "1", HOUR));
        store.put("a", DURABLE, "2", "2", HOUR);
        clock.pass(Duration.ofMinutes(1));
        store.put("a", DURABLE, "3", "1", HOUR);
        assertEquals(2, store.size("a", DURABLE));
        store.close();
    }

    @Test
    void aFileThatIsNoStateFileIsPutAside() throws Exception {
        Files.createDirectories(file().getParent());
        Files.writeString(file(), "Dear Sir or Madam,\n".repeat(1000));
        var store = newStore(home, clock);
        store.open();
        assertEquals(Optional.empty(), store.get("a", SOFT, "key"));
        store.put("a", SOFT, "key", "1", HOUR);
        store.close();
        assertEquals(List.of("state.mv", "state.mv.damaged-20260101T000000.000Z"),
                files().stream().map(f -> f.getFileName().toString()).toList());
        assertTrue(Files.readString(files().get(1)).startsWith("Dear Sir"));
    }

    @Test
    void aTornFileOpensWithWhatWasWholeOrAnew() throws Exception {
        var whole = written();
        var random = new Random(7);
        for (int i = 0; i < 60; i++) {
            Files.write(file(), Arrays.copyOf(whole, random.nextInt(whole.length)));
            opensAndTakesValues();
        }
    }

    @Test
    void aFileWithWrongOctetsOpensAndNeverGivesAWrongValue() throws Exception {
        var whole = written();
        var random = new Random(8);
        for (int i = 0; i < 60; i++) {
            var damaged = whole.clone();
            int from = random.nextInt(damaged.length);
            int to = Math.min(damaged.length, from + 1 + random.nextInt(i % 2 == 0 ? 8 : 8192));
            for (int at = from; at < to; at++) {
                damaged[at] = (byte) random.nextInt();
            }
            Files.write(file(), damaged);
            opensAndTakesValues();
        }
    }

    private byte[] written() throws IOException {
        var store = newStore(home, clock);
        for (int round = 0; round < 5; round++) {
            store.open();
            for (int i = 0; i < 300; i++) {
                store.put("a", SOFT, "key " + round + " " + i, "value " + i, HOUR);
            }
            store.close();
        }
        return Files.readAllBytes(file());
    }

    private void opensAndTakesValues() throws IOException {
        var store = newStore(home, clock);
        store.open();
        int unavailable = 0;
        for (int i = 0; i < 300; i++) {
            try {
                var value = store.get("a", SOFT, "key 1 " + i);
                assertTrue(value.isEmpty() || value.get().equals("value " + i), value::toString);
                store.put("a", i % 60 == 59 ? DURABLE : SOFT, "after " + i, "1", HOUR);
            } catch (Unavailable e) {
                unavailable++;
            }
        }
        assertTrue(unavailable < 3, "unavailable " + unavailable + " times");
        assertEquals(Optional.of("1"), store.get("a", DURABLE, "after 299"));
        store.close();
    }

    @Test
    void needsRoomForOneValue() {
        var wrong = assertThrows(BadSetting.class, () -> store(home, clock, new FixedConfig(0)));
        assertEquals("max-entries", wrong.key());
    }
}
