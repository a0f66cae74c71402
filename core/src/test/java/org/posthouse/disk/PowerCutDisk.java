package org.posthouse.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes down every step, so that the disk can be made anew as a power cut after any of them would leave it. Does not sync in earnest. */
public final class PowerCutDisk implements Disk {
    /**
     * What a cut does to what was not synced. Names are kept, only with {@code LOST} they are lost too. Octets are lost, or some
     * sectors of what changed have got through: every second one from the first ({@code TORN}) or from the second ({@code HOLES}) on,
     * or the first half ({@code HALF}). With {@code WRITTEN} all has got through, as when only the process was killed.
     */
    public enum Unsynced { KEPT, LOST, TORN, HOLES, HALF, WRITTEN }

    private static final int SECTOR = 512;

    private static final class Inode {
        byte[] written = {};
        byte[] synced = {};

        void write(long at, byte[] octets) {
            if (written.length < at + octets.length) {
                written = Arrays.copyOf(written, (int) at + octets.length);
            } else {
                written = written.clone(); // what was synced stays as it was
            }
            System.arraycopy(octets, 0, written, (int) at, octets.length);
        }

        byte[] left(Unsynced unsynced) {
            return switch (unsynced) {
                case KEPT, LOST -> synced;
                case TORN -> everySecond(0);
                case HOLES -> everySecond(SECTOR);
                case HALF -> firstHalf();
                case WRITTEN -> written;
            };
        }

        private byte[] everySecond(int first) {
            var left = Arrays.copyOf(synced, Math.max(synced.length, written.length));
            for (int at = first; at < written.length; at += 2 * SECTOR) {
                System.arraycopy(written, at, left, at, Math.min(SECTOR, written.length - at));
            }
            return left;
        }

        private byte[] firstHalf() {
            int from = Math.max(0, Arrays.mismatch(synced, written));
            int end = (from + (written.length - from) / 2) / SECTOR * SECTOR;
            var left = Arrays.copyOf(synced, Math.max(synced.length, end));
            System.arraycopy(written, 0, left, 0, Math.max(0, end));
            return left;
        }
    }

    /** A folder that was renamed, not durably yet: until then what is in it is durable under its old name. */
    private record Moved(Path from, Path to) {
        boolean durableWith(Path folder) {
            return folder.equals(to.getParent()) || folder.equals(from.getParent());
        }

        Path before(Path name) {
            return within(name, to, from);
        }
    }

    private static final class State {
        final Map<Path, Inode> names = new HashMap<>();
        final Map<Path, Inode> durable = new HashMap<>();
        final Set<Path> folders = new HashSet<>();
        final Set<Path> durableFolders = new HashSet<>();
        final List<Moved> moved = new ArrayList<>();

        void folder(Path folder) {
            for (var above = folder; above != null; above = above.getParent()) {
                folders.add(above);
                durableFolders.add(above);
            }
        }

        void rename(Path from, Path to) {
            if (!folders.contains(from)) {
                names.put(to, names.remove(from));
                return;
            }
            move(names, from, to);
            move(folders, from, to);
            moved.add(new Moved(from, to));
        }

        void delete(Path file) {
            names.remove(file);
            folders.remove(file);
        }

        void syncFolder(Path synced) {
            for (var m : moved.stream().filter(m -> m.durableWith(synced)).toList()) {
                move(durable, m.from(), m.to());
                move(durableFolders, m.from(), m.to());
                moved.remove(m);
            }
            var folder = synced;
            for (var m : moved.reversed()) {
                folder = m.before(folder);
            }
            var place = folder;
            durable.keySet().removeIf(name -> name.getParent().equals(place));
            names.forEach((name, inode) -> {
                if (name.getParent().equals(synced)) {
                    durable.put(place.resolve(name.getFileName()), inode);
                }
            });
            durableFolders.removeIf(f -> place.equals(f.getParent()) && !folders.contains(synced.resolve(f.getFileName()))
                    && moved.stream().noneMatch(m -> m.from().equals(f)));
        }
    }

    private static Path within(Path name, Path from, Path to) {
        return name.startsWith(from) ? to.resolve(from.relativize(name)) : name;
    }

    private static void move(Map<Path, Inode> names, Path from, Path to) {
        var inside = new HashMap<Path, Inode>();
        names.forEach((name, inode) -> {
            if (name.startsWith(from)) {
                inside.put(within(name, from, to), inode);
            }
        });
        names.keySet().removeIf(name -> name.startsWith(from));
        names.putAll(inside);
    }

    private static void move(Set<Path> folders, Path from, Path to) {
        var inside = folders.stream().filter(f -> f.startsWith(from)).toList();
        inside.forEach(folders::remove);
        inside.forEach(f -> folders.add(within(f, from, to)));
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

    /** Makes in {@code other} what is left of the home after that many steps; all files look an hour old. */
    public void cutAfter(int count, Unsynced unsynced, Path other) throws IOException {
        var state = new State();
        steps.subList(0, count).forEach(step -> step.on(state));
        var folders = unsynced == Unsynced.LOST ? state.durableFolders : state.folders;
        for (var folder : folders.stream().filter(f -> f.startsWith(home)).toList()) {
            Files.createDirectories(other.resolve(home.relativize(folder)));
        }
        for (var left : (unsynced == Unsynced.LOST ? state.durable : state.names).entrySet()) {
            var file = other.resolve(home.relativize(left.getKey()));
            Files.write(file, left.getValue().left(unsynced));
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3600)));
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
        return new Recorded(file, writing, 0);
    }

    @Override
    public Writing append(Path file) throws IOException {
        var writing = disk.append(file);
        steps.add(state -> state.names.putIfAbsent(file, new Inode()));
        return new Recorded(file, writing, writing.size());
    }

    @Override
    public Writing over(Path file, long offset) throws IOException {
        return new Recorded(file, disk.over(file, offset), offset);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
        steps.add(state -> state.rename(from, to));
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
        disk.link(existing, name);
        steps.add(state -> state.names.put(name, state.names.get(existing)));
    }

    @Override
    public boolean delete(Path file) throws IOException {
        steps.add(state -> state.delete(file));
        return disk.delete(file);
    }

    @Override
    public void folder(Path folder) throws IOException {
        disk.folder(folder);
        steps.add(state -> state.folder(folder));
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        steps.add(state -> state.syncFolder(folder));
    }

    private final class Recorded implements Writing {
        private final Path file;
        private final Writing writing;
        private long at;

        Recorded(Path file, Writing writing, long at) {
            this.file = file;
            this.writing = writing;
            this.at = at;
        }

        @Override
        public void write(ByteBuffer octets) throws IOException {
            var copy = new byte[octets.remaining()];
            octets.duplicate().get(copy);
            writing.write(octets);
            long from = at;
            at += copy.length;
            steps.add(state -> state.names.get(file).write(from, copy));
        }

        @Override
        public void sync() throws IOException {
            steps.add(state -> state.names.get(file).synced = state.names.get(file).written);
        }

        @Override
        public void truncate(long size) throws IOException {
            writing.truncate(size);
            at = Math.min(at, size);
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
