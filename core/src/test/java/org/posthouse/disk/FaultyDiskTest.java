package org.posthouse.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.disk.FaultyDisk.Op;

final class FaultyDiskTest {
    @TempDir
    private Path home;

    @Test
    void replaceIsNewFileSyncRenameSync() throws IOException {
        var disk = new FaultyDisk(new HomeDisk(home));
        disk.replace(home.resolve("f"), new byte[10]);
        assertEquals(List.of("DELETE f.new", "CREATE f.new", "WRITE f.new 10", "SYNC f.new", "RENAME f.new f",
                "SYNC_FOLDER " + home.getFileName()),
                disk.story());
    }

    @Test
    void theOldFileStaysWhateverFails() throws IOException {
        var file = home.resolve("f");
        for (var op : List.of(Op.DELETE, Op.CREATE, Op.WRITE, Op.SYNC, Op.RENAME)) {
            Files.write(file, new byte[3]);
            var disk = new FaultyDisk(new HomeDisk(home)).fail(op, 1, FaultyDisk.full());
            assertThrows(IOException.class, () -> disk.replace(file, new byte[10]));
            assertEquals(3, Files.size(file));
            disk.replace(file, new byte[10]);
            assertEquals(10, Files.size(file));
        }
    }

    @Test
    void aFailedWriteHasWrittenHalf() throws IOException {
        var disk = new FaultyDisk(new HomeDisk(home)).fail(Op.WRITE, 2, FaultyDisk.full());
        try (var out = disk.create(home.resolve("f"))) {
            out.write(ByteBuffer.allocate(10));
            assertThrows(IOException.class, () -> out.write(ByteBuffer.allocate(10)));
            assertEquals(15, out.size());
        }
    }
}
