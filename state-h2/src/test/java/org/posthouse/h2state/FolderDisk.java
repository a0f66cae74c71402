package org.posthouse.h2state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.posthouse.disk.Disk;

/** As much of a disk as the state file needs, in one folder. */
record FolderDisk(Path home) implements Disk {
    @Override
    public Path conf(String name) {
        throw new AssertionError("not used");
    }

    @Override
    public Path var(String name) {
        Path path = home.resolve(name);
        folder(path.getParent());
        return path;
    }

    @Override
    public Writing create(Path file) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return new Writing() {
            @Override
            public void write(ByteBuffer octets) throws IOException {
                channel.write(octets);
            }

            @Override
            public void sync() {}

            @Override
            public void truncate(long size) throws IOException {
                channel.truncate(size);
            }

            @Override
            public long size() throws IOException {
                return channel.size();
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }

    @Override
    public Writing append(Path file) {
        throw new AssertionError("not used");
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void link(Path existing, Path name) {
        throw new AssertionError("not used");
    }

    @Override
    public boolean delete(Path file) throws IOException {
        return Files.deleteIfExists(file);
    }

    @Override
    public void folder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void syncFolder(Path folder) {}
}
