package org.posthouse.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.posthouse.message.Unavailable;

/**
 * Locks that other programs know: a file {@code <what>.lock} that only one can create, holding {@code pid:host} as
 * Dovecot writes it. One that was left behind is taken away: its process is dead, or nobody touched it for long
 * (Dovecot touches its own every ten seconds), or it is ours and we do not hold it, or ours and empty. It gets its name when its octets
 * are written, so that a process that is killed leaves none behind that does not say whose it is.
 */
public final class DotLocks {
    private static final int LARGEST_OWNER = 1024;
    /** {@code pid:host}, or the number alone as liblockfile writes it; procmail's 0 is nobody. */
    private static final Pattern OWNER = Pattern.compile("([1-9]\\d{0,9})(:.*)?");
    /** Executable, as no other program's lock is: by that ours is known of which a power cut left the name and not the octets. */
    private static final Set<PosixFilePermission> OURS = PosixFilePermissions.fromString("rwx------");

    private final Disk disk;
    private final Clock clock;
    private final String host;
    private final Duration staleAfter;
    private final Set<Path> ours = ConcurrentHashMap.newKeySet(); // held, or just being taken
    private final AtomicLong attempts = new AtomicLong();

    public DotLocks(Disk disk, Clock clock, String host, Duration staleAfter) {
        this.disk = disk;
        this.clock = clock;
        this.host = host;
        this.staleAfter = staleAfter;
    }

    /** Held until closed. */
    public static final class Held implements Closeable {
        private final DotLocks locks;
        private final Path file;

        private Held(DotLocks locks, Path file) {
            this.locks = locks;
            this.file = file;
        }

        @Override
        public void close() throws IOException {
            try {
                locks.disk.delete(file);
            } finally {
                locks.ours.remove(file);
            }
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
        if (!ours.add(file)) {
            return Optional.empty();
        }
        boolean taken = false;
        try {
            taken = taken(file);
            return taken ? Optional.of(new Held(this, file)) : Optional.empty();
        } finally {
            if (!taken) {
                ours.remove(file);
            }
        }
    }

    private static Path file(Path what) {
        return what.resolveSibling(what.getFileName() + ".lock");
    }

    private boolean taken(Path file) throws IOException {
        if (Files.exists(file)) {
            if (!stale(file)) {
                return false;
            }
            disk.delete(file);
        }
        long pid = ProcessHandle.current().pid();
        var beside = file.resolveSibling("." + file.getFileName() + "." + pid + "-" + attempts.incrementAndGet());
        try {
            write(beside, pid + ":" + host);
            disk.link(beside, file);
            return true;
        } catch (FileAlreadyExistsException _) {
            return false;
        } finally {
            disk.delete(beside);
        }
    }

    private void write(Path file, String owner) throws IOException {
        disk.delete(file); // of a process before us that had our number
        try (var out = disk.create(file)) {
            out.write(ByteBuffer.wrap(owner.getBytes(StandardCharsets.US_ASCII)));
        }
        Files.setPosixFilePermissions(file, OURS);
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
            owner = new String(in.readNBytes(LARGEST_OWNER), StandardCharsets.US_ASCII).replace("\0", "").strip();
        }
        if (owner.isEmpty()) { // those of Postfix and mutt always are
            return Files.getPosixFilePermissions(file).equals(OURS);
        }
        var matcher = OWNER.matcher(owner);
        if (!matcher.matches() || matcher.group(2) != null && !matcher.group(2).equals(":" + host)) {
            return false;
        }
        long pid = Long.parseLong(matcher.group(1));
        if (pid == ProcessHandle.current().pid()) {
            return true; // it could not be removed when it was given back
        }
        var process = ProcessHandle.of(pid);
        return process.isEmpty() || process.get().info().startInstant().filter(touched.plusSeconds(2)::isBefore).isPresent();
    }
}
