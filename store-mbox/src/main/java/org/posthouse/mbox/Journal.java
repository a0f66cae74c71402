package org.posthouse.mbox;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.posthouse.disk.Disk;
import org.posthouse.message.Unavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes an mbox in its place so that it can be finished after a crash at any octet. In its place, because other programs have
 * it open while they wait for its lock: what they write into a file that was replaced meanwhile would be lost.
 * <pre>
 * the file grows if it has to (blank lines at its end, synced)
 * journal written, synced, its name synced      from here on the change will be finished
 *   each extent written over the file, synced; the file cut, synced
 * journal removed, synced
 *
 * journal = magic, size before, size after, CRC32C of what is cut off, *( offset, length, octets ), -1, CRC32C of all that
 * </pre>
 * One that is not whole was never begun. What other programs append between a crash and the next look is kept.
 */
final class Journal {
    private static final Logger LOG = LoggerFactory.getLogger("store-mbox");
    private static final long MAGIC = 0x706f7374_6d626f78L;
    private static final int HEAD = 3 * Long.BYTES + Integer.BYTES;
    private static final int PIECE = 256 * 1024;
    private static final int LOOK_AT_CUT = 4096;

    private record Stretch(long at, long length, long inJournal) {}

    /** What a whole journal says. */
    private record Plan(long before, long after, int cut, List<Stretch> stretches) {}

    private final Disk disk;
    private final Path journal;

    Journal(Disk disk, Path journal) {
        this.disk = disk;
        this.journal = journal;
    }

    boolean exists() {
        return Files.exists(journal);
    }

    /** When this throws, the change is undone or will be finished at the next look; see {@link #exists}. */
    void change(Access file, Rewrite rewrite) throws IOException {
        if (!rewrite.extents().isEmpty()) {
            change(file, rewrite.extents(), rewrite.longer());
        }
    }

    /** Adds octets at the end. Unavailable when nothing was added; anything else when only the next look will tell. */
    void append(Access file, List<Rewrite.Piece> pieces) throws IOException {
        long size = file.size();
        var extent = new Rewrite.Extent(size, pieces);
        try {
            change(file, List.of(extent), extent.length());
        } catch (IOException e) {
            file.append().truncate(size); // first: a journal that finds the file shorter is left out
            if (exists()) {
                forget();
            }
            throw new Unavailable("cannot store in " + file.file(), e);
        }
    }

    /** @param longer how much longer the file becomes; negative when shorter */
    private void change(Access file, List<Rewrite.Extent> extents, long longer) throws IOException {
        if (longer > 0) {
            grow(file, longer);
        }
        long size = file.size();
        write(journal, file, size, longer > 0 ? size : size + longer, extents);
        apply(file, read());
    }

    private static void grow(Access file, long by) throws IOException {
        long size = file.size();
        var out = file.append();
        try {
            var lines = new byte[(int) Math.min(by, PIECE)];
            Arrays.fill(lines, (byte) '\n');
            for (long left = by; left > 0; left -= lines.length) {
                out.write(ByteBuffer.wrap(lines, 0, (int) Math.min(left, lines.length)));
            }
            out.sync();
        } catch (IOException e) {
            out.truncate(size);
            throw e;
        }
    }

    private void write(Path to, Access file, long size, long after, List<Rewrite.Extent> extents) throws IOException {
        disk.folder(to.getParent());
        disk.delete(to);
        try (var out = disk.create(to)) {
            var crc = new CRC32C();
            put(out, crc, ByteBuffer.allocate(HEAD).putLong(MAGIC).putLong(size).putLong(after).putInt(cut(file, after, size)));
            for (var extent : extents) {
                put(out, crc, ByteBuffer.allocate(2 * Long.BYTES).putLong(extent.at()).putLong(extent.length()));
                for (var piece : extent.pieces()) {
                    put(out, crc, file, piece);
                }
            }
            put(out, crc, ByteBuffer.allocate(Long.BYTES).putLong(-1));
            out.write(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).flip());
            out.sync();
        } catch (IOException e) {
            disk.delete(to);
            throw e;
        }
        disk.syncFolder(to.getParent());
    }

    private static int cut(Access file, long after, long size) throws IOException {
        return file.crc(after, Math.min(size, after + LOOK_AT_CUT));
    }

    private static void put(Disk.Writing out, CRC32C crc, ByteBuffer octets) throws IOException {
        octets.flip();
        crc.update(octets.duplicate());
        out.write(octets);
    }

    private static void put(Disk.Writing out, CRC32C crc, Access file, Rewrite.Piece piece) throws IOException {
        switch (piece) {
            case Rewrite.Piece.New(var octets) -> put(out, crc, ByteBuffer.wrap(octets).position(octets.length));
            case Rewrite.Piece.Text(var source, _) -> Encoder.write(source,
                    (octets, length) -> put(out, crc, ByteBuffer.wrap(octets, 0, length).position(length)));
            case Rewrite.Piece.Old(var from, var to) -> {
                for (long at = from; at < to; at += PIECE) {
                    var octets = file.octets(at, Math.min(to, at + PIECE));
                    put(out, crc, ByteBuffer.wrap(octets).position(octets.length));
                }
            }
        }
    }

    /** Finishes what a crash interrupted. */
    void recover(Access file) throws IOException {
        if (!exists()) {
            return;
        }
        Plan plan;
        try {
            plan = read();
        } catch (EOFException | NoSuchFileException _) {
            forget();
            return;
        }
        long size = file.size();
        boolean written = written(file, plan);
        if (size < plan.before()) {
            if (!written) {
                LOG.warn("{} was changed by another program after a crash; our own change is left out", file.file());
            }
            forget();
            return;
        }
        if (plan.after() == plan.before() || cut(file, plan.after(), plan.before()) == plan.cut() || !written) {
            apply(file, size > plan.before() && plan.after() < plan.before() ? withAppended(file, plan, size) : plan);
            file.stamp();
        } else {
            forget();
        }
        LOG.info("finished a change of {} that a crash interrupted", file.file());
    }

    /** The same change, and what was appended since moves to the end that the file gets. */
    private Plan withAppended(Access file, Plan plan, long size) throws IOException {
        var extents = new ArrayList<Rewrite.Extent>();
        for (var stretch : plan.stretches()) {
            extents.add(new Rewrite.Extent(stretch.at(), List.of(new Rewrite.Piece.New(octets(stretch)))));
        }
        extents.add(new Rewrite.Extent(plan.after(), List.of(new Rewrite.Piece.Old(plan.before(), size))));
        var beside = journal.resolveSibling(journal.getFileName() + ".new");
        write(beside, file, size, plan.after() + size - plan.before(), extents);
        disk.rename(beside, journal);
        disk.syncFolder(journal.getParent());
        return read();
    }

    private byte[] octets(Stretch stretch) throws IOException {
        try (var in = Files.newByteChannel(journal)) {
            var octets = ByteBuffer.allocate(Math.toIntExact(stretch.length()));
            in.position(stretch.inJournal());
            while (octets.hasRemaining() && in.read(octets) > 0) {}
            return octets.array();
        }
    }

    /** EOFException when it is not whole. */
    private Plan read() throws IOException {
        var crc = new CRC32C();
        long length = Files.size(journal);
        try (var in = new DataInputStream(new CheckedInputStream(new BufferedInputStream(Files.newInputStream(journal), PIECE), crc))) {
            if (in.readLong() != MAGIC) {
                throw new EOFException();
            }
            long before = in.readLong();
            long after = in.readLong();
            int cut = in.readInt();
            if (after < 0 || after > before) {
                throw new EOFException();
            }
            long position = HEAD;
            var stretches = new ArrayList<Stretch>();
            for (long at = in.readLong(); at >= 0; at = in.readLong()) {
                long octets = in.readLong();
                position += 2 * Long.BYTES;
                if (octets < 0 || octets > length - position) {
                    throw new EOFException();
                }
                stretches.add(new Stretch(at, octets, position));
                in.skipNBytes(octets);
                position += octets;
            }
            int expected = (int) crc.getValue();
            if (in.readInt() != expected) {
                throw new EOFException();
            }
            return new Plan(before, after, cut, stretches);
        }
    }

    @FunctionalInterface
    private interface Taking {
        /** Whether to go on. */
        boolean take(long at, ByteBuffer octets) throws IOException;
    }

    private boolean each(Plan plan, Taking taking) throws IOException {
        try (var in = Files.newByteChannel(journal)) {
            var piece = ByteBuffer.allocate(PIECE);
            for (var stretch : plan.stretches()) {
                in.position(stretch.inJournal());
                for (long done = 0; done < stretch.length(); ) {
                    piece.clear().limit((int) Math.min(PIECE, stretch.length() - done));
                    if (in.read(piece) <= 0) {
                        throw new EOFException(journal.toString());
                    }
                    int n = piece.flip().remaining();
                    if (!taking.take(stretch.at() + done, piece)) {
                        return false;
                    }
                    done += n;
                }
            }
            return true;
        }
    }

    private boolean written(Access file, Plan plan) throws IOException {
        return each(plan, (at, octets) -> octets.equals(ByteBuffer.wrap(file.octets(at, at + octets.remaining()))));
    }

    private void apply(Access file, Plan plan) throws IOException {
        var out = new Disk.Writing[1];
        var next = new long[] {-1};
        each(plan, (at, octets) -> {
            if (at != next[0]) {
                out[0] = file.over(at);
            }
            next[0] = at + octets.remaining();
            out[0].write(octets);
            return true;
        });
        var last = out[0] == null ? file.over(0) : out[0];
        last.sync(); // of the file, whichever channel wrote
        if (plan.after() < plan.before()) {
            last.truncate(plan.after());
            last.sync();
        }
        forget();
    }

    private void forget() throws IOException {
        disk.delete(journal);
        disk.syncFolder(journal.getParent());
    }
}
