package org.posthouse.mbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import org.posthouse.disk.Disk;

/**
 * What an mbox without messages cannot say: its UIDVALIDITY and its next UID. One line, {@code uidvalidity SP next LF}, replaced
 * as a whole before a UID is written into the mbox. Where the mbox has another UIDVALIDITY, that one counts.
 */
final class UidState {
    /** @param validity 0 when none was chosen yet */
    record Given(long validity, long next) {
        static final Given NONE = new Given(0, 1);
    }

    private final Disk disk;
    private final Clock clock;
    private final Path file;
    private Given known;

    UidState(Disk disk, Clock clock, Path file) {
        this.disk = disk;
        this.clock = clock;
        this.file = file;
    }

    synchronized Given given() throws IOException {
        if (known == null) {
            known = read();
        }
        return known;
    }

    private Given read() throws IOException {
        try (var in = Files.newInputStream(file)) {
            var words = new String(in.readNBytes(100), StandardCharsets.US_ASCII).strip().split(" ");
            long validity = Marks.number(words[0]);
            long next = words.length > 1 ? Marks.number(words[1]) : -1;
            return validity > 0 && next > 0 ? new Given(validity, next) : Given.NONE;
        } catch (NoSuchFileException _) {
            return Given.NONE;
        }
    }

    /** What is in force for this mbox, durably; chosen now where nobody did before. */
    synchronized Given inForce(Index index) throws IOException {
        var given = given();
        long validity = index.base().map(Marks.Base::validity).orElse(given.validity() > 0 ? given.validity() : clock.instant().getEpochSecond());
        long next = validity == given.validity() ? given.next() : 1;
        return keep(new Given(validity, Math.max(next, 1 + Math.max(index.lastUid(), index.base().map(Marks.Base::lastUid).orElse(0L)))));
    }

    synchronized Given keep(Given now) throws IOException {
        if (!now.equals(given())) {
            disk.folder(file.getParent());
            disk.replace(file, (now.validity() + " " + now.next() + "\n").getBytes(StandardCharsets.US_ASCII));
            known = now;
        }
        return now;
    }
}
