package org.posthouse.mailbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import org.posthouse.disk.Disk;

/**
 * UIDVALIDITYs: no two folders of an account get the same one, so that a folder that was deleted or renamed is never taken for
 * another that gets its name (RFC 9051 §2.3.1.1). The last one stands in a file, a number and LF.
 */
public final class Validities {
    private static final long LARGEST = 0xffff_ffffL;

    private final Disk disk;
    private final Clock clock;

    public Validities(Disk disk, Clock clock) {
        this.disk = disk;
        this.clock = clock;
    }

    /** Durable before it is given. NoSuchFileException when the file's folder is not there. */
    public synchronized long next(Path file) throws IOException {
        long next = Math.max(clock.instant().getEpochSecond(), last(file) + 1);
        disk.replace(file, (next + "\n").getBytes(StandardCharsets.US_ASCII));
        return next;
    }

    private static long last(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            var text = new String(in.readNBytes(100), StandardCharsets.US_ASCII).strip();
            return text.matches("\\d{1,10}") ? Math.min(Long.parseLong(text), LARGEST - 1) : 0;
        } catch (NoSuchFileException _) {
            return 0;
        }
    }
}
