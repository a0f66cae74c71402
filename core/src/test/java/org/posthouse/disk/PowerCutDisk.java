package org.posthouse.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes down every step, so that the disk can be made anew as a power cut after any of them would leave it. */
public final class PowerCutDisk implements Disk {
    /**
     * What a cut does to what was not synced; file systems differ. Names are kept or lost. Octets are lost, or there up to
     * a bound of 512 in the middle.
     */
    public enum Unsynced { KEPT_AND_TORN, KEPT_AND_EMPTY, LOST }

    private static final int SECTOR = 512;

    private static final class Inode {
        byte[] written = {};
        byte[] synced = {};

        byte[] torn() {
            int same = Arrays.mismatch(synced, written);
            if (same < 0) {
                return written;
            }
            int torn = (same + (written.length - same) / 2) / SECTOR * SECTOR;
            return Arrays.copyOf(written, Math.max(same, torn));
        }
    }

    private static final class State {
        final Map<Path, Inode> names = new HashMap<>();
        final Map<Path, Inode> durable = new HashMap<>();
        final Set<Path> folders = new LinkedHashSet<>();

        void syncFolder(Path folder) {
            durable.keySet().removeIf(name -> name.getParent().equals(folder));
            names.forEach((name, inode) -> {
                if (name.getParent().equals(folder)) {
                    durable.put(name, inode);
                }
            });
        }
    }

    @FunctionalInterface
    private interface Step {
        void on(State state);
    }

    private final Disk disk;
    private final Path home;
    private final List<Step> steps = new ArrayList<>();

    public PowerCutDisk(Disk disk, Path home) {
        this.disk = disk;
        this.home = home;
    }

    public int steps() {
        return steps.size();
    }

    /** Makes in {@code other} what is left of the home after that many steps. */
    public void cutAfter(int count, Unsynced unsynced, Path other) throws IOException {
        var state = new State();
        steps.subList(0, count).forEach(step -> step.on(state));
        for (var folder : state.folders) {
            Files.createDirectories(other.resolve(home.relativize(folder)));
        }
        for (var left : (unsynced == Unsynced.LOST ? state.durable : state.names).entrySet()) {
            var octets = unsynced == Unsynced.KEPT_AND_TORN ? left.getValue().torn() : left.getValue().synced;
            Files.write(other.resolve(home.relativize(left.getKey())), octets);
        }
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
        var writing = disk.create(file);
        steps.add(state -> state.names.put(file, new Inode()));
        return new Recorded(file, writing);
    }

    @Override
    public Writing append(Path file) throws IOException {
        var writing = disk.append(file);
        steps.add(state -> state.names.putIfAbsent(file, new Inode()));
        return new Recorded(file, writing);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
        steps.add(state -> state.names.put(to, state.names.remove(from)));
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
        disk.link(existing, name);
        steps.add(state -> state.names.put(name, state.names.get(existing)));
    }

    @Override
    public boolean delete(Path file) throws IOException {
        steps.add(state -> state.names.remove(file));
        return disk.delete(file);
    }

    @Override
    public void folder(Path folder) throws IOException {
        disk.folder(folder);
        steps.add(state -> state.folders.add(folder));
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        disk.syncFolder(folder);
        steps.add(state -> state.syncFolder(folder));
    }

    private final class Recorded implements Writing {
        private final Path file;
        private final Writing writing;

        Recorded(Path file, Writing writing) {
            this.file = file;
            this.writing = writing;
        }

        @Override
        public void write(ByteBuffer octets) throws IOException {
            var copy = new byte[octets.remaining()];
            octets.duplicate().get(copy);
            writing.write(octets);
            steps.add(state -> {
                var inode = state.names.get(file);
                int before = inode.written.length;
                inode.written = Arrays.copyOf(inode.written, before + copy.length);
                System.arraycopy(copy, 0, inode.written, before, copy.length);
            });
        }

        @Override
        public void sync() throws IOException {
            writing.sync();
            steps.add(state -> state.names.get(file).synced = state.names.get(file).written);
        }

        @Override
        public void truncate(long size) throws IOException {
            writing.truncate(size);
            steps.add(state -> state.names.get(file).written = Arrays.copyOf(state.names.get(file).written, (int) size));
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
