package org.posthouse.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.disk.FaultyDisk.Op;
import org.posthouse.message.Unavailable;

final class DotLocksTest {
    private static final String OURS = ProcessHandle.current().pid() + ":mx.example.test";

    @TempDir
    private Path dir;

    private DotLocks locks(Disk disk) {
        return new DotLocks(disk, Clock.systemUTC(), "mx.example.test", Duration.ofMinutes(5));
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(dir)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void oneHoldsItAndGivesItBack() throws IOException {
        var locks = locks(new HomeDisk(dir));
        try (var _ = locks.on(dir.resolve("box"), Duration.ZERO)) {
            assertEquals(List.of("box.lock"), files());
            assertEquals(OURS, Files.readString(dir.resolve("box.lock")));
            assertEquals(Optional.empty(), locks.attempt(dir.resolve("box")));
            assertThrows(Unavailable.class, () -> locks.on(dir.resolve("box"), Duration.ZERO));
        }
        assertEquals(List.of(), files());
        locks.on(dir.resolve("box"), Duration.ZERO).close();
    }

    /** Killed at any step, it leaves a lock that says whose it is, or none. */
    @Test
    void noLockIsThereWithoutItsOwner() throws IOException {
        var disk = new FaultyDisk(new HomeDisk(dir));
        locks(disk).on(dir.resolve("box"), Duration.ZERO).close();
        var names = disk.story().stream().map(s -> s.replaceAll("\\.box\\.lock\\.\\d+-\\d+", "beside").replaceAll(" \\d+$", "")).toList();
        assertEquals(List.of("DELETE beside", "CREATE beside", "WRITE beside", "LINK beside box.lock", "DELETE beside", "DELETE box.lock"), names);
    }

    @Test
    void whateverFailsItCanBeTakenAfterwards() throws IOException {
        for (var op : List.of(Op.CREATE, Op.WRITE, Op.LINK, Op.DELETE)) {
            for (int nth = 1; nth <= 3; nth++) {
                var disk = new FaultyDisk(new HomeDisk(dir)).fail(op, nth, FaultyDisk.full());
                var locks = locks(disk);
                try {
                    locks.on(dir.resolve("box"), Duration.ZERO).close();
                } catch (IOException _) {
                    // now or not
                }
                locks(new HomeDisk(dir)).on(dir.resolve("box"), Duration.ZERO).close();
                assertTrue(Files.notExists(dir.resolve("box.lock")), op + " " + nth);
            }
        }
    }

    @Test
    void somebodyElsesLockIsLeftAlone() throws IOException {
        var alive = ProcessHandle.current().parent().orElseThrow().pid() + ":mx.example.test";
        for (var owner : List.of(alive, "1:elsewhere.example.test", "0", "")) {
            Files.writeString(dir.resolve("box.lock"), owner);
            assertEquals(Optional.empty(), locks(new HomeDisk(dir)).attempt(dir.resolve("box")), owner);
            assertEquals(List.of("box.lock"), files());
        }
    }

    @Test
    void oursIsTakenAwayWhenAPowerCutLeftItsNameAlone() throws IOException {
        for (int octets : List.of(0, 20)) {
            locks(new HomeDisk(dir)).on(dir.resolve("box"), Duration.ZERO);
            Files.write(dir.resolve("box.lock"), new byte[octets]);
            locks(new HomeDisk(dir)).on(dir.resolve("box"), Duration.ZERO).close();
            assertEquals(List.of(), files());
        }
    }
}
