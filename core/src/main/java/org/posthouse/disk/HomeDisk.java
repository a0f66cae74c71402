package org.posthouse.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The disk under a home folder. Data is made durable by {@code force(false)}, which includes a file's length (fdatasync),
 * names by syncing their folder. An interrupted thread closes the file it is writing: a {@code Writing} that several
 * threads share must not be written from one that a budget may interrupt.
 */
public final class HomeDisk implements Disk {
    private static final FileAttribute<Set<PosixFilePermission>> OURS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OUR_FOLDER =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path home;

    public HomeDisk(Path home) {
        this.home = home.toAbsolutePath().normalize();
    }

    @Override
    public Path conf(String name) {
        return inside("conf", name);
    }

    /** UncheckedIOException when the parent folders cannot be made. */
    @Override
    public Path var(String name) {
        Path place = inside("var", name);
        try {
            folder(place.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return place;
    }

    private Path inside(String part, String name) {
        Path relative = Path.of(name);
        if (name.isEmpty() || relative.isAbsolute() || relative.startsWith("..") || !relative.equals(relative.normalize())) {
            throw new IllegalArgumentException("not a name inside " + part + ": " + name);
        }
        return home.resolve(part).resolve(relative);
    }

    @Override
    public Writing create(Path file) throws IOException {
        return open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    @Override
    public Writing append(Path file) throws IOException {
        return open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    @Override
    public Writing over(Path file, long offset) throws IOException {
        return new ChannelWriting(FileChannel.open(file, StandardOpenOption.WRITE).position(offset));
    }

    private static Writing open(Path file, Set<? extends OpenOption> options) throws IOException {
        return new ChannelWriting(FileChannel.open(file, options, OURS_ALONE));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void link(Path existing, Path name) throws IOException {
        Files.createLink(name, existing);
    }

    @Override
    public boolean delete(Path file) throws IOException {
        return Files.deleteIfExists(file);
    }

    @Override
    public void folder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.toAbsolutePath().getParent();
        folder(parent);
        try {
            Files.createDirectory(folder, OUR_FOLDER);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) { // otherwise another thread was faster; the sync below serves both
                throw e;
            }
        }
        syncFolder(parent);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        try (var names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private record ChannelWriting(FileChannel file) implements Writing {
        @Override
        public void write(ByteBuffer octets) throws IOException {
            while (octets.hasRemaining()) {
                file.write(octets);
            }
        }

        @Override
        public void sync() throws IOException {
            file.force(false);
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
