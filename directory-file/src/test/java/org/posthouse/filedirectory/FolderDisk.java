package org.posthouse.filedirectory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import org.posthouse.disk.Disk;

/** A home in a temporary folder. */
final class FolderDisk implements Disk {
    private final Path home;
    private int written;

    FolderDisk(Path home) throws IOException {
        this.home = home;
        Files.createDirectories(home.resolve("conf"));
    }

    /** Writes a file as an operator would have done some time ago. */
    void write(String name, String text) throws IOException {
        Files.writeString(conf(name), text);
        Files.setLastModifiedTime(conf(name), FileTime.fromMillis(System.currentTimeMillis() - 60_000 + written++));
    }

    String read(String name) throws IOException {
        return Files.readString(conf(name));
    }

    @Override public Path conf(String name) {
        return home.resolve("conf").resolve(name);
    }

    @Override public Path var(String name) {
        return home.resolve("var").resolve(name);
    }

    @Override public Writing create(Path file) throws IOException {
        return new Open(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    @Override public Writing append(Path file) throws IOException {
        return new Open(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
    }

    @Override public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override public void link(Path existing, Path name) throws IOException {
        Files.createLink(name, existing);
    }

    @Override public boolean delete(Path file) throws IOException {
        return Files.deleteIfExists(file);
    }

    @Override public void folder(Path folder) throws IOException {
        Files.createDirectories(folder);
    }

    @Override public void syncFolder(Path folder) {}

    private record Open(FileChannel channel) implements Writing {
        @Override public void write(ByteBuffer octets) throws IOException {
            channel.write(octets);
        }

        @Override public void sync() {}

        @Override public void truncate(long size) throws IOException {
            channel.truncate(size);
        }

        @Override public long size() throws IOException {
            return channel.size();
        }

        @Override public void close() throws IOException {
            channel.close();
        }
    }
}
