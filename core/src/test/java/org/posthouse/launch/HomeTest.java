package org.posthouse.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {
    @TempDir
    Path folder;

    @Test
    void makesItsFolders() throws Exception {
        var home = new Home(folder.resolve("home"));
        home.make();
        home.make();
        assertTrue(Files.isDirectory(home.folder().resolve("plugins")));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.folder().resolve("var/run"))));
    }

    @Test
    void isOwnedByOneAtATime() throws Exception {
        var home = new Home(folder);
        home.make();
        try (var _ = home.lock().orElseThrow()) {
            assertEquals(String.valueOf(ProcessHandle.current().pid()), home.owner());
            Assertions.assertThrows(OverlappingFileLockException.class, home::lock);
        }
        home.lock().orElseThrow().close();
    }

    @Test
    void hasNoServerWhereNoSocketIs() throws Exception {
        var home = new Home(folder);
        home.make();
        assertEquals(OptionalInt.empty(), new ControlClient(folder).run(List.of("status"), InputStream.nullInputStream()));
        Files.createFile(folder.resolve("var/run/control"));
        assertEquals(OptionalInt.empty(), new ControlClient(folder).run(List.of("status"), InputStream.nullInputStream()));
    }
}
