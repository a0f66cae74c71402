package org.posthouse.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A disk that writes down each step it is asked for, and fails where a test wants it. A write that fails has written the
 * first half, as a full disk does; every other step that fails has done nothing. The disk below is any, so a twin that
 * forgets what was not synced can stand there.
 */
public final class FaultyDisk implements Disk {
    public enum Op { CREATE, APPEND, OVER, WRITE, SYNC, TRUNCATE, RENAME, LINK, DELETE, FOLDER, SYNC_FOLDER }

    /**
     * @param file what it was done to; for a rename or link the old name
     * @param to   the new name of a rename or link, otherwise the same as {@code file}
     * @param size octets written, or the size truncated to; otherwise 0
     */
    public record Step(Op op, Path file, Path to, long size) {
        /** Short, for comparing sequences: {@code RENAME a b}, {@code WRITE a 10}. */
        @Override
        public String toString() {
            return op + " " + file.getFileName() + (to.equals(file) ? "" : " " + to.getFileName()) + (size == 0 ? "" : " " + size);
        }
    }

    private record Fault(Op op, int nth) {}

    /** What goes wrong at one step, or from there on until it is mended. */
    public enum Trouble {
        /** That step alone fails. */
        BROKEN_ONCE,
        /** Nothing can be written or made any more; names can be changed and removed. */
        FULL,
        /** Nothing can be changed any more. */
        READ_ONLY;

        private boolean hits(Op op, boolean first) {
            return switch (this) {
                case BROKEN_ONCE -> first;
                case FULL -> op == Op.CREATE || op == Op.WRITE || op == Op.FOLDER || op == Op.LINK;
                case READ_ONLY -> op != Op.SYNC_FOLDER;
            };
        }
    }

    private record Plan(Trouble trouble, int from) {}

    private final Disk disk;
    private final List<Step> steps = new CopyOnWriteArrayList<>();
    private final Map<Fault, IOException> faults = new ConcurrentHashMap<>();
    private final Map<Op, Integer> counts = new ConcurrentHashMap<>();
    private volatile Optional<Plan> plan = Optional.empty();

    public FaultyDisk(Disk disk) {
        this.disk = disk;
    }

    /** Makes the nth call from now (1 is the next) of an operation fail, once. */
    public FaultyDisk fail(Op op, int nth, IOException how) {
        faults.put(new Fault(op, counts.getOrDefault(op, 0) + nth), how);
        return this;
    }

    /** Begins trouble with the nth step from now, whatever it is (1 is the next). */
    public FaultyDisk trouble(Trouble trouble, int nth) {
        plan = Optional.of(new Plan(trouble, steps.size() + nth));
        return this;
    }

    /** Ends it; whether the step was reached with which it began. */
    public boolean mend() {
        boolean begun = plan.isPresent() && steps.size() >= plan.get().from;
        plan = Optional.empty();
        return begun;
    }

    public static IOException full() {
        return new IOException("No space left on device");
    }

    public static IOException broken() {
        return new IOException("Input/output error");
    }

    /** All that was asked for, failed steps included, in order. */
    public List<Step> steps() {
        return List.copyOf(steps);
    }

    /** {@link #steps} in short. */
    public List<String> story() {
        return steps.stream().map(Step::toString).toList();
    }

    private void step(Op op, Path file, Path to, long size) throws IOException {
        steps.add(new Step(op, file, to, size));
        int nth = counts.merge(op, 1, Integer::sum);
        var fault = faults.remove(new Fault(op, nth));
        if (fault != null) {
            throw fault;
        }
        var now = plan;
        if (now.isPresent() && steps.size() >= now.get().from && now.get().trouble.hits(op, steps.size() == now.get().from)) {
            throw now.get().trouble == Trouble.FULL ? full() : broken();
        }
    }

    private void step(Op op, Path file) throws IOException {
        step(op, file, file, 0);
    }

    @Override
    public Path conf(String name) {
        return disk.conf(name);
    }

    @Override
    public Path var(String name) {
        return disk.var(name);
    }

    @Override
    public Writing create(Path file) throws IOException {
        step(Op.CREATE, file);
        return new FaultyWriting(file, disk.create(file));
    }

    @Override
    public Writing append(Path file) throws IOException {
        step(Op.APPEND, file);
        return new FaultyWriting(file, disk.append(file));
    }

    @Override
    public Writing over(Path file, long offset) throws IOException {
        step(Op.OVER, file, file, offset);
        return new FaultyWriting(file, disk.over(file, offset));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step(Op.RENAME, from, to, 0);
        disk.rename(from, to);
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
        step(Op.LINK, existing, name, 0);
        disk.link(existing, name);
    }

    @Override
    public boolean delete(Path file) throws IOException {
        step(Op.DELETE, file);
        return disk.delete(file);
    }

    @Override
    public void folder(Path folder) throws IOException {
        step(Op.FOLDER, folder);
        disk.folder(folder);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        step(Op.SYNC_FOLDER, folder);
        disk.syncFolder(folder);
    }

    private final class FaultyWriting implements Writing {
        private final Path file;
        private final Writing writing;

        FaultyWriting(Path file, Writing writing) {
            this.file = file;
            this.writing = writing;
        }

        @Override
        public void write(ByteBuffer octets) throws IOException {
            try {
                step(Op.WRITE, file, file, octets.remaining());
            } catch (IOException e) {
                writing.write(octets.slice(octets.position(), octets.remaining() / 2));
                throw e;
            }
            writing.write(octets);
        }

        @Override
        public void sync() throws IOException {
            step(Op.SYNC, file);
            writing.sync();
        }

        @Override
        public void truncate(long size) throws IOException {
            step(Op.TRUNCATE, file, file, size);
            writing.truncate(size);
        }

        @Override
        public long size() throws IOException {
            return writing.size();
        }

        @Override
        public void close() throws IOException {
            writing.close();
        }
    }
}
