package org.posthouse.maildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.posthouse.disk.Disk;
import org.posthouse.message.Unavailable;

/**
 * A lock that other programs know: a file {@code <what>.lock} that only one can create, holding {@code pid:host} as
 * Dovecot writes it. One that was left behind is taken away: its process is dead, or nobody touched it for a minute
 * (Dovecot touches its own every ten seconds).
 */
final class DotLock implements AutoCloseable {
    static final Duration STALE = Duration.ofSeconds(60);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final int LARGEST_OWNER = 1024;

    private final Ground ground;
    private final Path file;

    private DotLock(Ground ground, Path file) {
        this.ground = ground;
        this.file = file;
    }

    /** Waits ten seconds at most; then Unavailable. */
    static DotLock on(Path what, Ground ground) throws IOException {
        var lock = new DotLock(ground, what.resolveSibling(what.getFileName() + ".lock"));
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        int pause = 1;
        while (!lock.created()) {
            if (lock.stale()) {
                ground.disk().delete(lock.file);
                continue;
            }
            if (System.nanoTime() > deadline) {
                throw new Unavailable("another program holds " + lock.file);
            }
            pause(pause);
            pause = Math.min(2 * pause, 50);
        }
        return lock;
    }

    private static void pause(int millis) throws Unavailable {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("the server is shutting down", e);
        }
    }

    private boolean created() throws IOException {
        Disk.Writing out;
        try {
            out = ground.disk().create(file);
        } catch (FileAlreadyExistsException _) {
            return false;
        }
        try (out) {
            out.write(ByteBuffer.wrap((ProcessHandle.current().pid() + ":" + ground.host()).getBytes(StandardCharsets.US_ASCII)));
            return true;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private boolean stale() throws IOException {
        try {
            var touched = Files.getLastModifiedTime(file).toInstant();
            return touched.plus(STALE).isBefore(ground.clock().instant()) || ownerIsDead(touched);
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    /** Also when its number was given to a process that began later, as after a restart of the machine or container. */
    private boolean ownerIsDead(Instant touched) throws IOException {
        String owner;
        try (var in = Files.newInputStream(file)) {
            owner = new String(in.readNBytes(LARGEST_OWNER), StandardCharsets.US_ASCII).strip();
        }
        var words = owner.split(":", 2);
        if (words.length < 2 || !words[1].equals(ground.host()) || !words[0].matches("\\d{1,10}")) {
            return false;
        }
        var process = ProcessHandle.of(Long.parseLong(words[0]));
        return process.isEmpty() || process.get().info().startInstant().filter(touched.plusSeconds(2)::isBefore).isPresent();
    }

    @Override
    public void close() throws IOException {
        ground.disk().delete(file);
    }
}
