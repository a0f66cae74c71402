package org.posthouse.indexed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.posthouse.disk.Disk;

/**
 * A folder's log: a snapshot of the folder as notes, and a note for everything that happened since.
 * <pre>
 * log = "PHINDEX1" Begin *note       what follows the last whole and sound note was torn by a crash and is cut off
 * </pre>
 * Nothing here is synced: what a crash takes from its end shows when the store is scanned, and the gap in the MODSEQs is noted, so
 * that no client that knows more than the log is told less than the truth.
 */
final class IndexLog {
    private static final byte[] MAGIC = {'P', 'H', 'I', 'N', 'D', 'E', 'X', '1'};
    private static final long SMALL = 64 * 1024;

    private final Path file;
    private final Disk disk;
    private long size;
    private long sizeWhenRewritten;

    IndexLog(Path file, Disk disk) {
        this.file = file;
        this.disk = disk;
    }

    /** What the log says, or nothing where there is none or it is of another folder; a torn end is cut off. */
    Replay load(long uidValidity) throws IOException {
        var replay = new Replay();
        try (var channel = FileChannel.open(file)) {
            var in = map(channel);
            var extent = read(in, replay);
            size = extent.sound();
            sizeWhenRewritten = extent.snapshot();
            if (replay.uidValidity() != uidValidity) {
                size = 0;
                return new Replay();
            }
            if (size < channel.size()) {
                cut();
            }
        } catch (NoSuchFileException _) {
            size = 0;
        }
        return replay;
    }

    private static ByteBuffer map(FileChannel channel) throws IOException {
        return channel.map(MapMode.READ_ONLY, 0, Math.min(channel.size(), Integer.MAX_VALUE));
    }

    /** Up to where a log is sound, and up to where its snapshot goes: the first {@link Note.Recent} is near its end. */
    private record Extent(long sound, long snapshot) {}

    private static Extent read(ByteBuffer in, Replay replay) {
        var magic = new byte[MAGIC.length];
        if (in.remaining() < MAGIC.length || !in.get(magic).rewind().slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            return new Extent(0, 0);
        }
        in.position(MAGIC.length);
        var form = new NoteForm();
        long snapshot = 0;
        for (var note = form.next(in); note.isPresent(); note = form.next(in)) {
            replay.apply(note.get());
            snapshot = snapshot == 0 && note.get() instanceof Note.Recent ? in.position() : snapshot;
        }
        return new Extent(in.position(), snapshot);
    }

    private void cut() throws IOException {
        try (var out = disk.append(file)) {
            out.truncate(size);
        }
    }

    /** The highest MODSEQ in a log, 0 where none can be read. */
    static long highest(Path log) throws IOException {
        var replay = new Replay();
        try (var channel = FileChannel.open(log)) {
            read(map(channel), replay);
        } catch (NoSuchFileException _) {
            return 0;
        }
        return replay.modseq();
    }

    /** Whether it was lost, or has grown to twice of what a new one needs. */
    boolean toBeRewritten() {
        return size == 0 || size > SMALL + 2 * sizeWhenRewritten;
    }

    void append(Collection<Note> notes) throws IOException {
        var octets = NoteForm.octets(notes);
        try (var out = disk.append(file)) {
            out.write(ByteBuffer.wrap(octets));
            size = out.size();
        }
    }

    /** @param snapshot begins with a {@link Note.Begin} */
    void rewrite(List<Note> snapshot) throws IOException {
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        disk.delete(fresh);
        try (var out = disk.create(fresh)) {
            out.write(ByteBuffer.wrap(MAGIC));
            for (int from = 0; from < snapshot.size(); from += 1000) {
                out.write(ByteBuffer.wrap(NoteForm.octets(snapshot.subList(from, Math.min(snapshot.size(), from + 1000)))));
            }
            size = out.size();
        }
        disk.rename(fresh, file);
        sizeWhenRewritten = size;
    }

    /** The file is not what it should be; the next note writes it anew. */
    void lost() {
        size = 0;
    }
}
