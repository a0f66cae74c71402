package org.posthouse.filedirectory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.posthouse.disk.FaultyDisk;
import org.posthouse.disk.FaultyDisk.Trouble;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.Refusal;

class ConfFileTest {
    @TempDir Path home;
    private ConfFile<String> file;
    private FaultyDisk disk;

    @BeforeEach void make() throws IOException {
        Files.createDirectory(home.resolve("conf"));
        disk = new FaultyDisk(new HomeDisk(home));
        file = new ConfFile<>(disk, "text", () -> new Domains("x", Set.of("x")), (text, _) -> {
            if (text.contains("bad")) {
                throw new BadLine(1, "say something good");
            }
            return text;
        });
    }

    private void otherProgramAppends(String text) {
        try {
            Files.writeString(disk.conf("text"), Files.readString(disk.conf("text")) + text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test void anEditIsMadeAnewOnWhatAnotherProgramWroteMeanwhile() throws Exception {
        Files.writeString(disk.conf("text"), "a");
        int[] calls = {0};
        file.edit((text, _) -> {
            if (calls[0]++ == 0) {
                otherProgramAppends("b");
            }
            return text + "c";
        });
        assertEquals("abc", file.current());
        assertEquals(2, calls[0]);
    }

    @Test void anEditThatNeverMeetsAStillFileFailsAndWritesNothing() throws Exception {
        Files.writeString(disk.conf("text"), "a");
        assertThrows(IOException.class, () -> file.edit((text, _) -> {
            otherProgramAppends("b");
            return text + "c";
        }));
        assertEquals(0, disk.steps().size());
    }

    @Test void anEditWithoutAChangeWritesNothing() throws Exception {
        Files.writeString(disk.conf("text"), "a");
        file.edit((text, _) -> text);
        assertEquals(0, disk.steps().size());
    }

    @Test void neverWritesWhatCouldNotBeReadAgain() throws Exception {
        Files.writeString(disk.conf("text"), "a");
        assertThrows(Refusal.class, () -> file.edit((text, _) -> "bad"));
        assertEquals("a", Files.readString(disk.conf("text")));
    }

    @ParameterizedTest @EnumSource(Trouble.class)
    void troubleAtAnyStepOfAnEditLeavesTheOldOrTheNewText(Trouble trouble) throws Exception {
        boolean hit = true;
        for (int nth = 1; hit; nth++) {
            Files.writeString(disk.conf("text"), "old");
            disk.trouble(trouble, nth);
            boolean done = false;
            try {
                file.edit((text, _) -> text + " and new");
                done = true;
            } catch (IOException expected) {
                // the step that failed
            }
            hit = disk.mend();
            var left = Files.readString(disk.conf("text"));
            assertEquals(!done && left.equals("old") ? "old" : "old and new", left, trouble + " at step " + nth);
            assertEquals(left, file.current(), trouble + " at step " + nth);
            file.edit((_, _) -> "anew");
            assertEquals("anew", Files.readString(disk.conf("text")));
        }
    }

    @Test void anUneditableFolderInTheFilesPlaceIsAFailure() throws Exception {
        Files.createDirectory(disk.conf("text"));
        assertThrows(IOException.class, file::current);
    }
}
