package org.posthouse.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.posthouse.message.Unavailable;

/**
 * Locks that other programs know: a file {@code <what>.lock} that only one can create, holding {@code pid:host} as
 * Dovecot writes it. One that was left behind is taken away: its process is dead, or nobody touched it for long
 * (Dovecot touches its own every ten seconds).
 */
public final class DotLocks {
    private static final int LARGEST_OWNER = 1024;
    /** {@code pid:host}, or the number alone as liblockfile writes it; procmail's 0 is nobody. */
    private static final Pattern OWNER = Pattern.compile("([1-9]\\d{0,9})(:.*)?");

    private final Disk disk;
    private final Clock clock;
    private final String host;
    private final Duration staleAfter;

    public DotLocks(Disk disk, Clock clock, String host, Duration staleAfter) {
        this.disk = disk;
        this.clock = clock;
        this.host = host;
        this.staleAfter = staleAfter;
    }

    /** Held until closed. */
    public static final class Held implements Closeable {
        private final Disk disk;
        private final Path file;

        private Held(Disk disk, Path file) {
            this.disk = disk;
            this.file = file;
        }

        @Override
        public void close() throws IOException {
            disk.delete(file);
        }
    }

    /** Waits that long at most; then Unavailable. */
    public Held on(Path what, Duration longest) throws IOException {
        long deadline = System.nanoTime() + longest.toNanos();
        int pause = 1;
        var held = attempt(what);
        while (held.isEmpty()) {
            if (System.nanoTime() > deadline) {
                throw new Unavailable("another program holds " + file(what));
            }
            pause(pause);
            pause = Math.min(2 * pause, 50);
            held = attempt(what);
        }
        return held.get();
    }

    private static void pause(int millis) throws Unavailable {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("the server is shutting down", e);
        }
    }

    /** Without waiting; empty when somebody else holds it. */
    public Optional<Held> attempt(Path what) throws IOException {
        var file = file(what);
        var held = create(file);
        if (held.isPresent() || !stale(file)) {
            return held;
        }
        disk.delete(file);
        return create(file);
    }

    private static Path file(Path what) {
        return what.resolveSibling(what.getFileName() + ".lock");
    }

    private Optional<Held> create(Path file) throws IOException {
        Disk.Writing out;
        try {
            out = disk.create(file);
        } catch (FileAlreadyExistsException _) {
            return Optional.empty();
        }
        try (out) {
            out.write(ByteBuffer.wrap((ProcessHandle.current().pid() + ":" + host).getBytes(StandardCharsets.US_ASCII)));
            return Optional.of(new Held(disk, file));
        } catch (IOException e) {
            disk.delete(file);
            throw e;
        }
    }

    private boolean stale(Path file) throws IOException {
        try {
            var touched = Files.getLastModifiedTime(file).toInstant();
            return touched.plus(staleAfter).isBefore(clock.instant()) || ownerIsDead(file, touched);
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    /** Also when its number was given to a process that began later, as after a restart of the machine or container. */
    private boolean ownerIsDead(Path file, Instant touched) throws IOException {
        String owner;
        try (var in = Files.newInputStream(file)) {
            owner = new String(in.readNBytes(LARGEST_OWNER), StandardCharsets.US_ASCII).strip();
        }
        var matcher = OWNER.matcher(owner);
        if (!matcher.matches() || matcher.group(2) != null && !matcher.group(2).equals(":" + host)) {
            return false;
        }
        var process = ProcessHandle.of(Long.parseLong(matcher.group(1)));
        return process.isEmpty() || process.get().info().startInstant().filter(touched.plusSeconds(2)::isBefore).isPresent();
    }
}
