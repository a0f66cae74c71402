package org.posthouse.mbox;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.posthouse.disk.Disk;
import org.posthouse.disk.DotLocks;
import org.posthouse.message.Unavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The three locks of an mbox. In this process one thread at a time has a file open at all, because closing any channel on a
 * file gives up the process's fcntl locks on it. Against other programs: for reading a shared fcntl lock, for writing
 * an exclusive one and then a dot lock; who does not get the second gives back the first before waiting, so that programs
 * that take them the other way round cannot block each other.
 */
final class Locks {
    private static final Logger LOG = LoggerFactory.getLogger("store-mbox");
    private static final Set<OpenOption> READING = Set.of(StandardOpenOption.READ);
    private static final Set<OpenOption> WRITING = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final int LONGEST_PAUSE = 50;

    private static final class Turn extends ReentrantLock {
        private static final long serialVersionUID = 1L;

        private int users;
    }

    private final Disk disk;
    private final DotLocks dotLocks;
    private final Duration longestWait;
    private final Map<Path, Turn> turns = new HashMap<>();

    Locks(Disk disk, DotLocks dotLocks, Duration longestWait) {
        this.disk = disk;
        this.dotLocks = dotLocks;
        this.longestWait = longestWait;
    }

    Disk disk() {
        return disk;
    }

    /** NoSuchFileException when there is no such file; Unavailable when another program does not let go of it. */
    Access read(Path file) throws IOException {
        return take(file, READING);
    }

    Access write(Path file) throws IOException {
        return take(file, WRITING);
    }

    private Access take(Path file, Set<OpenOption> options) throws IOException {
        long deadline = System.nanoTime() + longestWait.toNanos();
        var turn = queue(file, deadline);
        try {
            int pause = 1;
            var access = attempt(file, options);
            while (access.isEmpty()) {
                if (System.nanoTime() > deadline) {
                    throw held(file);
                }
                Thread.sleep(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE);
                access = attempt(file, options);
            }
            return access.get();
        } catch (InterruptedException e) {
            leave(file, turn);
            throw interrupted(e);
        } catch (IOException e) {
            leave(file, turn);
            throw e;
        }
    }

    private static Unavailable held(Path file) {
        return new Unavailable("another program holds " + file);
    }

    private static Unavailable interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Unavailable("the server is shutting down", e);
    }

    private Turn queue(Path file, long deadline) throws Unavailable {
        Turn turn;
        synchronized (turns) {
            turn = turns.computeIfAbsent(file, _ -> new Turn());
            turn.users++;
        }
        try {
            if (turn.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return turn;
            }
        } catch (InterruptedException e) {
            forget(file, turn);
            throw interrupted(e);
        }
        forget(file, turn);
        throw held(file);
    }

    private void forget(Path file, Turn turn) {
        synchronized (turns) {
            turn.users--;
            if (turn.users == 0) {
                turns.remove(file);
            }
        }
    }

    void leave(Path file, Turn turn) {
        turn.unlock();
        forget(file, turn);
    }

    private Optional<Access> attempt(Path file, Set<OpenOption> options) throws IOException {
        var opened = Stamp.of(file);
        var channel = FileChannel.open(file, options);
        Optional<DotLocks.Held> dot = Optional.empty();
        boolean taken = false;
        try {
            boolean exclusive = options == WRITING;
            if (!locked(channel, !exclusive)) {
                return Optional.empty();
            }
            var now = Stamp.of(file);
            if (!now.file().equals(opened.file())) { // it was replaced before we had the lock
                return Optional.empty();
            }
            boolean dotted = !exclusive;
            if (exclusive) {
                try {
                    dot = dotLocks.attempt(file);
                    dotted = dot.isPresent();
                } catch (AccessDeniedException e) {
                    LOG.debug("no dot lock for {}: {}", file, e.toString()); // a spool folder that is not ours
                    dotted = true;
                }
            }
            taken = dotted;
            return taken ? Optional.of(access(now, file, channel, dot)) : Optional.empty();
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static boolean locked(FileChannel channel, boolean shared) throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, shared) != null;
        } catch (OverlappingFileLockException _) { // by another name of the same file
            return false;
        }
    }

    private Access access(Stamp now, Path file, FileChannel channel, Optional<DotLocks.Held> dot) {
        Turn turn;
        synchronized (turns) {
            turn = turns.get(file);
        }
        return new Access(disk, file, channel, dot, now, () -> leave(file, turn));
    }
}
