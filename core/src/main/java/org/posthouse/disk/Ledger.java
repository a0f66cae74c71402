package org.posthouse.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Remembers words for some days, in files that only grow: for what must not be done twice although no other trace of it is left.
 * <pre>
 * file = *( seconds SP word LF )   in the order of time; a last line without its LF was torn by a crash and does not count
 * </pre>
 * A file whose first line is older than twice that time is written anew without what is too old. Safe for several threads;
 * one object must serve all users of a file.
 */
public final class Ledger {
    private static final int STRIPES = 64;
    private static final int LONGEST_TIME = 20;
    private static final long LARGEST = 64L << 20;

    private final Disk disk;
    private final Clock clock;
    private final Duration kept;
    private final Lock[] files = Stream.generate(ReentrantLock::new).limit(STRIPES).toArray(Lock[]::new);

    public Ledger(Disk disk, Clock clock, Duration kept) {
        this.disk = disk;
        this.clock = clock;
        this.kept = kept;
    }

    /** What this file remembers; nothing where there is none. */
    public Set<String> words(Path file) throws IOException {
        var words = new HashSet<String>();
        for (var line : young(file)) {
            words.add(line.substring(line.indexOf(' ') + 1));
        }
        return words;
    }

    /** Whole lines that are not too old. */
    private Collection<String> young(Path file) throws IOException {
        byte[] octets;
        try (var in = Files.newInputStream(file)) {
            octets = in.readNBytes((int) Math.min(LARGEST, Math.max(0, Files.size(file))));
        } catch (NoSuchFileException _) {
            return Set.of();
        }
        long oldest = clock.instant().minus(kept).getEpochSecond();
        var text = new String(octets, StandardCharsets.UTF_8);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().filter(line -> time(line) >= oldest).toList();
    }

    private static long time(String line) {
        int space = line.indexOf(' ');
        boolean good = space > 0 && space < LONGEST_TIME - 1 && IntStream.range(0, space).allMatch(i -> Character.digit(line.charAt(i), 10) >= 0);
        return good ? Long.parseLong(line, 0, space, 10) : 0;
    }

    /** Durable when it returns. Words have no white space. */
    public void remember(Path file, Collection<String> words) throws IOException {
        if (words.isEmpty()) {
            return;
        }
        long now = clock.instant().getEpochSecond();
        var lines = new StringBuilder();
        words.forEach(word -> lines.append(now).append(' ').append(word).append('\n'));
        var lock = files[Math.floorMod(file.hashCode(), STRIPES)];
        lock.lock();
        try {
            if (toBeWrittenAnew(file)) {
                var all = new StringBuilder();
                young(file).forEach(line -> all.append(line).append('\n'));
                disk.replace(file, all.append(lines).toString().getBytes(StandardCharsets.UTF_8));
            } else {
                append(file, lines.toString());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Because its first line is old, or its end is torn. */
    private boolean toBeWrittenAnew(Path file) throws IOException {
        try (var channel = Files.newByteChannel(file)) {
            if (channel.size() == 0) {
                return false;
            }
            var first = ByteBuffer.allocate(LONGEST_TIME);
            channel.read(first);
            var last = ByteBuffer.allocate(1);
            channel.position(channel.size() - 1).read(last);
            long oldest = time(new String(first.array(), StandardCharsets.US_ASCII));
            return last.get(0) != '\n' || oldest < clock.instant().minus(kept).minus(kept).getEpochSecond();
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    private void append(Path file, String lines) throws IOException {
        boolean isNew = Files.notExists(file);
        try (var out = disk.append(file)) {
            out.write(ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8)));
            out.sync();
        }
        if (isNew) {
            disk.syncFolder(file.toAbsolutePath().getParent());
        }
    }
}
