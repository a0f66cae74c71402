package org.posthouse.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * A home: the folder with {@code conf/}, {@code plugins/} and {@code var/}. One process at a time owns it, by the lock in
 * {@code var/run}.
 */
record Home(Path folder) {
    private static final int PID_OCTETS = 32;

    /** Ownership of a home; ends with the process, however it ends. */
    interface Lock extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /** Makes the folders that are not there; what the server keeps is for its user alone. */
    void make() throws IOException {
        Files.createDirectories(folder.resolve("conf/conf.d"));
        Files.createDirectories(folder.resolve("plugins"));
        for (String name : new String[] {"conf/tls", "var", "var/run", "var/log", "var/cache"}) {
            makePrivate(folder.resolve(name));
        }
    }

    /** What root would leave in another user's home, that user's server could not open. */
    void mustBeOurs() throws IOException {
        var owner = Files.getOwner(folder);
        if ("root".equals(System.getProperty("user.name")) && !owner.getName().equals("root")) {
            throw new IOException("no server runs, and what root makes in " + folder + " would not be for " + owner.getName()
                    + ", who owns it; write runuser -u " + owner.getName() + " -- posthouse --home " + folder + " COMMAND");
        }
    }

    private static void makePrivate(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** Takes the home; empty while another process has it. The lock file keeps the owner's pid. */
    Optional<Lock> lock() throws IOException {
        var channel = FileChannel.open(folder.resolve("var/run/lock"), StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            return Optional.empty();
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
        return Optional.of(channel::close);
    }

    /** The pid in the lock file, of the process that has or had the home. */
    String owner() throws IOException {
        try (var in = Files.newInputStream(folder.resolve("var/run/lock"))) {
            return new String(in.readNBytes(PID_OCTETS), StandardCharsets.US_ASCII).strip();
        }
    }
}
