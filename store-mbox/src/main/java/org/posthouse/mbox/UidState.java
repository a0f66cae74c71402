package org.posthouse.mbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.posthouse.disk.Disk;
import org.posthouse.mailbox.Validities;

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
    private final Validities validities;
    private final Path file;
    private final Path lastValidity;
    private Given known;

    /** @param lastValidity the account's file of {@link Validities} */
    UidState(Disk disk, Validities validities, Path file, Path lastValidity) {
        this.disk = disk;
        this.validities = validities;
        this.file = file;
        this.lastValidity = lastValidity;
    }

    synchronized void forget() {
        known = null;
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
        long validity = index.base().map(Marks.Base::validity).orElse(given.validity());
        if (validity == 0) {
            disk.folder(lastValidity.getParent());
            validity = validities.next(lastValidity);
        }
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
