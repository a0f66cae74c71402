package org.posthouse.mbox;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.posthouse.disk.Disk;
import org.posthouse.disk.DotLocks;

/**
 * An mbox that is open and locked. Whatever is opened on it stays open until the end, because the first channel that is
 * closed gives up the lock.
 */
final class Access implements Closeable {
    private static final int PIECE = 256 * 1024;
    private static final int MOST_SECONDS_AHEAD = 60;

    private final Disk disk;
    private final Path file;
    private final FileChannel channel;
    private final Optional<DotLocks.Held> dot;
    private final Runnable leave;
    private final List<Disk.Writing> opened = new ArrayList<>();
    private final Stamp before;
    private boolean changed;
    private boolean inPlace;
    private boolean stamped;

    /** @param before the file as it was when it was locked */
    Access(Disk disk, Path file, FileChannel channel, Optional<DotLocks.Held> dot, Stamp before, Runnable leave) {
        this.disk = disk;
        this.file = file;
        this.channel = channel;
        this.dot = dot;
        this.before = before;
        this.leave = leave;
    }

    FileChannel channel() {
        return channel;
    }

    Path file() {
        return file;
    }

    long size() throws IOException {
        return channel.size();
    }

    /** All that is there of this range. */
    byte[] octets(long from, long to) throws IOException {
        var buffer = ByteBuffer.allocate((int) Math.max(0, Math.min(to, size()) - from));
        while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) > 0) {}
        return buffer.array();
    }

    int crc(long from, long to) throws IOException {
        var crc = new CRC32C();
        sum(crc, from, to);
        return (int) crc.getValue();
    }

    void sum(CRC32C crc, long from, long to) throws IOException {
        var piece = ByteBuffer.allocate((int) Math.clamp(to - from, 1, PIECE));
        long at = from;
        while (at < to) {
            int n = channel.read(piece.clear().limit((int) Math.min(piece.capacity(), to - at)), at);
            if (n <= 0) {
                return;
            }
            crc.update(piece.flip());
            at += n;
        }
    }

    Disk.Writing append() throws IOException {
        return changing(disk.append(file));
    }

    Disk.Writing over(long offset) throws IOException {
        inPlace = true;
        return changing(disk.over(file, offset));
    }

    private Disk.Writing changing(Disk.Writing writing) {
        stamped = false;
        opened.add(writing);
        changed = true;
        return writing;
    }

    /** The file as we leave it. */
    Stamp stamp() throws IOException {
        if (changed && !stamped) {
            stamped = true;
            Files.setLastModifiedTime(file, FileTime.from(moment(Instant.now())));
        }
        return Stamp.of(file);
    }

    /**
     * The time that the file gets: a moment between the kernel's ticks, so that what another program changes within the same tick is
     * seen. Dovecot and mutt know a file by its size and the second of its time: a UID that came and went with its message within
     * one second they would never have heard of, and Dovecot would give it again. So what is changed in its place
     * gets a second that the file did not have before, if need be one to come.
     */
    private Instant moment(Instant now) throws IOException {
        long was = before.changed().toInstant().getEpochSecond();
        long ahead = was - now.getEpochSecond();
        if (ahead < 0 || ahead > MOST_SECONDS_AHEAD) {
            return now;
        }
        return now.plusSeconds(inPlace || size() < before.size() ? ahead + 1 : ahead);
    }

    @Override
    public void close() throws IOException {
        try {
            for (var writing : opened) {
                writing.close();
            }
        } finally {
            try {
                if (dot.isPresent()) {
                    dot.get().close();
                }
            } finally {
                try {
                    channel.close();
                } finally {
                    leave.run();
                }
            }
        }
    }
}
