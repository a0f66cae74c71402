package org.posthouse.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HomeDiskTest {
    @TempDir
    private Path home;
    private HomeDisk disk;

    @BeforeEach
    void open() {
        disk = new HomeDisk(home);
    }

    @Test
    void givesPlacesInsideTheHome() {
        assertEquals(home.resolve("conf/users"), disk.conf("users"));
        assertEquals(home.resolve("var/mail/example.test/ann"), disk.var("mail/example.test/ann"));
        assertTrue(Files.isDirectory(home.resolve("var/mail/example.test")));
        assertFalse(Files.exists(home.resolve("var/mail/example.test/ann")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../x", "a/../../x", "a/..", "/etc/passwd", "./x", "x\u0000"})
    void refusesNamesThatLeadOut(String name) {
        assertThrows(IllegalArgumentException.class, () -> disk.conf(name));
        assertThrows(IllegalArgumentException.class, () -> disk.var(name));
    }

    @Test
    void createsFilesForItsOwnerAlone() throws IOException {
        var file = home.resolve("f");
        try (var out = disk.create(file)) {
            out.write(octets("ab"));
            out.sync();
            assertEquals(2, out.size());
        }
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertThrows(FileAlreadyExistsException.class, () -> disk.create(file));
    }

    @Test
    void appendsAfterTruncation() throws IOException {
        var file = home.resolve("f");
        try (var out = disk.append(file)) {
            out.write(octets("whole torn"));
            out.truncate(6);
            out.write(octets("again"));
        }
        try (var out = disk.append(file)) {
            out.write(octets("!"));
        }
        assertEquals("whole again!", Files.readString(file));
    }

    @Test
    void makesFoldersForItsOwnerAlone() throws IOException {
        disk.folder(home.resolve("a/b/c"));
        disk.folder(home.resolve("a/b/c"));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("a/b"))));
    }

    @Test
    void refusesAFolderWhereAFileIs() throws IOException {
        Files.createFile(home.resolve("a"));
        assertThrows(IOException.class, () -> disk.folder(home.resolve("a")));
        assertThrows(IOException.class, () -> disk.folder(home.resolve("a/b")));
    }

    @Test
    void replacesAWholeFileAndLeavesNothingBeside() throws IOException {
        var file = home.resolve("f");
        disk.replace(file, "old".getBytes(StandardCharsets.UTF_8));
        Files.createFile(home.resolve("f.new"));
        disk.replace(file, "new".getBytes(StandardCharsets.UTF_8));
        assertEquals("new", Files.readString(file));
        assertFalse(Files.exists(home.resolve("f.new")));
    }

    @Test
    void linksOnlyToFreeNames() throws IOException {
        var file = home.resolve("f");
        disk.replace(file, new byte[1]);
        disk.link(file, home.resolve("g"));
        assertThrows(FileAlreadyExistsException.class, () -> disk.link(file, home.resolve("g")));
        assertTrue(disk.delete(home.resolve("g")));
        assertFalse(disk.delete(home.resolve("g")));
    }

    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
