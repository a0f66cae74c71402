package org.posthouse.mailbox;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.posthouse.disk.Disk;
import org.posthouse.disk.FaultyDisk;
import org.posthouse.disk.PowerCutDisk;

/** Whatever happens to a disk while folders and messages move: done is done, and no message is lost on its way. */
public interface FolderSafetyContract {
    Store over(Disk disk);

    @ParameterizedTest
    @EnumSource(PowerCutDisk.Unsynced.class)
    default void aCutAtAnyStepLosesNothing(PowerCutDisk.Unsynced unsynced, @TempDir Path dir) throws IOException {
        new FolderLife(this::over, dir).cutEverywhere(unsynced);
    }

    /** A copy is made as a whole or not at all. */
    @ParameterizedTest
    @EnumSource(FaultyDisk.Op.class)
    default void failingDisksLoseNothing(FaultyDisk.Op op, @TempDir Path dir) throws IOException {
        new FolderLife(this::over, dir).failAt(op);
    }
}
