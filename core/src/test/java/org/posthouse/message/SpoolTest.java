package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpoolTest {
    private static final long MANY = 1 << 20;

    @TempDir
    private Path folder;

    @Test
    void keepsSmallMessagesInMemory() throws Exception {
        try (var spooled = new Spool(folder, 1_000).take(octets(1_000), MANY)) {
            assertArrayEquals(octets(1_000).readAllBytes(), read(spooled));
            assertEquals(1_000, spooled.size());
            assertEquals(List.of(), files());
        }
    }

    @Test
    void keepsLargeMessagesInAFileOfItsOwnAndRemovesItAtClose() throws Exception {
        try (var spooled = new Spool(folder, 1_000).take(octets(300_000), MANY)) {
            assertArrayEquals(octets(300_000).readAllBytes(), read(spooled));
            assertArrayEquals(octets(300_000).readAllBytes(), read(spooled));
            assertEquals(300_000, spooled.size());
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(files().getFirst())));
        }
        assertEquals(List.of(), files());
    }

    @Test
    void filesTakeSoMuchDiskTogether() throws Exception {
        var spool = new Spool(folder, 1_000);
        spool.inFiles(100_000);
        try (var _ = spool.take(octets(60_000), MANY)) {
            assertEquals("4.3.1", assertThrows(Refusal.class, () -> spool.take(octets(60_000), MANY)).status().code());
            assertThrows(IOException.class, () -> spool.take(failing(30_000), MANY));
            assertEquals(1, files().size());
            spool.take(octets(1_000), MANY).close();
            spool.take(octets(40_000), MANY).close();
        }
        spool.take(octets(100_000), MANY).close();
        assertEquals(List.of(), files());
    }

    @Test
    void whereManyArriveAtOnceAllButTheSmallestGoToFiles() throws Exception {
        var spool = new Spool(folder, MANY, 40_000);
        assertThrows(Refusal.class, () -> spool.take(octets(30_000), 20_000));
        try (var _ = spool.take(octets(30_000), MANY)) {
            try (var second = spool.take(octets(30_000), MANY); var _ = spool.take(octets(8_000), MANY)) {
                assertArrayEquals(octets(30_000).readAllBytes(), read(second));
                assertEquals(1, files().size());
            }
        }
        try (var _ = spool.take(octets(30_000), MANY)) {
            assertEquals(List.of(), files());
        }
    }

    @Test
    void refusesWhatIsTooBigAndLeavesNothing() {
        var spool = new Spool(folder, 1_000);
        assertEquals("5.3.4", assertThrows(Refusal.class, () -> spool.take(octets(501), 500)).status().code());
        assertEquals("5.3.4", assertThrows(Refusal.class, () -> spool.take(octets(200_000), 100_000)).status().code());
        assertEquals(List.of(), files());
    }

    @Test
    void leavesNothingWhenTheClientGoesAway() {
        var in = new java.io.SequenceInputStream(octets(100_000), new InputStream() {
            @Override public int read() throws IOException {
                throw new IOException("reset");
            }
        });
        assertThrows(IOException.class, () -> new Spool(folder, 1_000).take(in, MANY));
        assertEquals(List.of(), files());
    }

    @Test
    void makesItsFolderAndRemovesWhatAnEarlierRunLeft() throws Exception {
        var spool = new Spool(folder.resolve("spool"), 10);
        spool.clean();
        var _ = spool.take(octets(100_000), MANY);
        spool.clean();
        try (var left = Files.list(folder.resolve("spool"))) {
            assertEquals(0, left.count());
        }
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("spool"))));
    }

    @Test
    void putsHeaderLinesInFrontWithoutCopying() throws Exception {
        try (var spooled = new Spool(folder, 10).take(text("Subject: x\r\n\r\nbody\r\n"), MANY)) {
            var content = spooled.withFirst("Received: b\r\n").withFirst("Received: a\r\n");
            assertEquals("Received: a\r\nReceived: b\r\nSubject: x\r\n\r\nbody\r\n", new String(read(content), StandardCharsets.UTF_8));
            assertEquals(read(content).length, content.size());
            assertEquals(List.of("a", "b"), content.headers().all("received"));
            assertEquals(List.of(), spooled.headers().all("received"));
        }
    }

    private static byte[] read(Content content) throws IOException {
        try (var in = content.open()) {
            return in.readAllBytes();
        }
    }

    private static InputStream text(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The client goes away before the end. */
    private static InputStream failing(int size) {
        return new SequenceInputStream(octets(size), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        });
    }

    private static InputStream octets(int size) {
        byte[] octets = new byte[size];
        new Random(size).nextBytes(octets);
        return new ByteArrayInputStream(octets);
    }

    private List<Path> files() {
        try (var all = Files.list(folder)) {
            return all.toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
