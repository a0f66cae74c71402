package org.posthouse.maildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
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
        try (var out = ground.disk().create(file)) {
            out.write(ByteBuffer.wrap((ProcessHandle.current().pid() + ":" + ground.host()).getBytes(StandardCharsets.US_ASCII)));
            return true;
        } catch (FileAlreadyExistsException _) {
            return false;
        }
    }

    private boolean stale() throws IOException {
        try {
            var touched = Files.getLastModifiedTime(file).toInstant();
            return Duration.between(touched, ground.clock().instant()).compareTo(STALE) > 0 || ownerIsDead();
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    private boolean ownerIsDead() throws IOException {
        String owner;
        try (var in = Files.newInputStream(file)) {
            owner = new String(in.readNBytes(LARGEST_OWNER), StandardCharsets.US_ASCII).strip();
        }
        int colon = owner.indexOf(':');
        return colon > 0 && colon < 12 && owner.substring(colon + 1).equals(ground.host())
                && owner.chars().limit(colon).allMatch(Character::isDigit)
                && ProcessHandle.of(Long.parseLong(owner.substring(0, colon))).isEmpty();
    }

    @Override
    public void close() throws IOException {
        ground.disk().delete(file);
    }
}
