package org.posthouse.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.disk.DotLocks;
import org.posthouse.disk.HomeDisk;

class SubscriptionFileTest {
    @Test
    void aFullFileTakesNoMoreNamesAndCanStillBeRead(@TempDir Path home) throws IOException {
        var disk = new HomeDisk(home);
        var subscriptions = new SubscriptionFile(disk, new DotLocks(disk, Clock.systemUTC(), "here", Duration.ofMinutes(1)), '.', c -> c != '.');
        var file = home.resolve("subscriptions");
        Files.writeString(file, ("x".repeat(1023) + "\n").repeat((4 << 10) - 1) + "y".repeat(1000) + "\n");
        assertThrows(IOException.class, () -> subscriptions.add(file, "z".repeat(30)));
        assertEquals(2, subscriptions.names(file).size());
        subscriptions.remove(file, "y".repeat(1000));
        subscriptions.add(file, "z".repeat(30));
        assertTrue(subscriptions.names(file).contains("z".repeat(30)));
    }
}
