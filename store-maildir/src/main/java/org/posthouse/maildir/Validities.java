package org.posthouse.maildir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import org.posthouse.disk.Disk;

/**
 * UIDVALIDITYs: no two folders of an account get the same one, so that a folder that was deleted or renamed is never taken for
 * another that gets its name (RFC 9051 §2.3.1.1). The last one stands in the Maildir's {@code posthouse-uidvalidity}, a number and LF.
 */
final class Validities {
    private static final String FILE = "posthouse-uidvalidity";

    private final Disk disk;
    private final Clock clock;

    Validities(Disk disk, Clock clock) {
        this.disk = disk;
        this.clock = clock;
    }

    /** Durable before it is given. */
    synchronized long next(Path maildir) throws IOException {
        long next = Math.max(clock.instant().getEpochSecond(), last(maildir.resolve(FILE)) + 1);
        disk.replace(maildir.resolve(FILE), (next + "\n").getBytes(StandardCharsets.US_ASCII));
        return next;
    }

    private static long last(Path file) throws IOException {
        try {
            var text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
            return text.matches("\\d{1,10}") ? Math.min(Long.parseLong(text), UidList.LARGEST_UID - 1) : 0;
        } catch (NoSuchFileException _) {
            return 0;
        }
    }
}
