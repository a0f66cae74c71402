package org.posthouse.maildir;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.Set;
import org.posthouse.disk.Disk;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.message.Content;
import org.posthouse.message.OutcomeUnknown;
import org.posthouse.message.Unavailable;

/**
 * Brings a message into a folder.
 * <pre>
 * tmp/unique              being written; nobody reads it; removed after 36 hours
 *   sync, rename
 * new/base                without flags
 * cur/base:2,letters      with flags
 *   sync of the folder it was renamed into: now it is stored
 * </pre>
 * Before the rename a failure is Unavailable, after it OutcomeUnknown. Five calls of the system in the usual case: create,
 * write, sync, rename, sync (two more open and close the folder).
 */
final class Arrival {
    private static final Duration SAME_TIME = Duration.ofSeconds(2);

    private final Ground ground;
    private final LineEnds ends;
    private final Deliveries deliveries = new Deliveries();

    Arrival(Ground ground, LineEnds ends) {
        this.ground = ground;
        this.ends = ends;
    }

    void forget(Path folder) {
        deliveries.forget(folder);
    }

    void forgetAll() {
        deliveries.forgetAll();
    }

    /** Once for each delivery id. */
    Entry into(MaildirFolder folder, String tag, Content content, Set<String> flags, Instant received) throws IOException {
        var seconds = Instant.ofEpochSecond(Math.max(0, received.getEpochSecond()));
        var stored = deliveries.once(folder.dir(), tag,
                () -> folder.tags(ground.clock().instant().minus(Ground.RETRIED).getEpochSecond()),
                () -> folder.inPlace(() -> store(folder, tag, content, flags, seconds)));
        return stored.isPresent() ? stored.get()
                : folder.delivered(tag).orElseGet(() -> new Entry("H" + tag, OptionalLong.empty(), flags, seconds, content.size()));
    }

    private Entry store(MaildirFolder folder, String tag, Content content, Set<String> flags, Instant received) throws IOException {
        var unique = MailName.unique(received.getEpochSecond(), tag, ground.host());
        var letters = folder.letters(flags);
        var tmp = folder.dir().resolve("tmp").resolve(unique);
        var place = folder.dir().resolve(letters.isEmpty() ? "new" : "cur");
        var out = create(tmp);
        String base;
        LineEnds.Sizes sizes;
        try {
            sizes = write(content, out, tmp, received);
            base = MailName.base(unique, sizes.inFile(), sizes.withCrlf());
            ground.disk().rename(tmp, place.resolve(letters.isEmpty() ? base : base + ":2," + letters));
        } catch (IOException e) {
            throw discarded(tmp, place, e);
        }
        try {
            ground.disk().syncFolder(place);
        } catch (IOException e) {
            deliveries.forget(folder.dir());
            throw new OutcomeUnknown("cannot sync " + place, e);
        }
        return new Entry(base, OptionalLong.empty(), flags, received, sizes.withCrlf());
    }

    /** Closed too before the rename: a close that fails must not tell of nothing while the message lies there. */
    private LineEnds.Sizes write(Content content, Disk.Writing out, Path tmp, Instant received) throws IOException {
        try (out) {
            var sizes = ends.write(content, out);
            date(tmp, received);
            out.sync();
            return sizes;
        }
    }

    /** NoSuchFileException when the folder has to be made first. */
    private Disk.Writing create(Path tmp) throws IOException {
        try {
            return ground.disk().create(tmp);
        } catch (FileAlreadyExistsException _) {
            ground.disk().delete(tmp); // an attempt that a crash cut off
            return ground.disk().create(tmp);
        }
    }

    /** Other programs take the file's time as that of its arrival. */
    private void date(Path tmp, Instant received) throws IOException {
        if (Duration.between(received, ground.clock().instant()).abs().compareTo(SAME_TIME) > 0) {
            Files.setLastModifiedTime(tmp, FileTime.from(received));
        }
    }

    private IOException discarded(Path tmp, Path place, IOException why) throws IOException {
        ground.disk().delete(tmp);
        boolean placeIsMissing = why instanceof NoSuchFileException && !Files.isDirectory(place);
        return placeIsMissing ? why : new Unavailable("cannot store in " + place, why);
    }
}
