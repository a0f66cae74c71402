package org.posthouse.filedirectory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.posthouse.disk.Disk;
import org.posthouse.message.Refusal;
import org.posthouse.message.Unavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A text file under {@code conf/}, read again when it changed. One that cannot be read, or vanishes, leaves the last good one in
 * force, with one warning; where there is none yet, every use is an IOException. A file that is not there at first is empty.
 *
 * <p>A file touched within the last fifth of a second may be half written: readers wait until it has been still for so long.
 */
final class ConfFile<T> {
    /** Makes something of the text, for the given domains. */
    interface Reader<T> {
        T read(String text, Domains domains) throws BadLine;
    }

    /** Makes a new text, or gives back the same one to leave the file alone. */
    interface Edit<T> {
        String apply(String text, T value) throws Refusal;
    }

    private record Stamp(FileTime modified, long size, Object key) {}

    /** What the file with this stamp means, or, with a trouble, what the last good one meant. */
    private record Known<T>(Stamp stamp, Domains domains, Optional<T> value, String trouble) {
        boolean isOf(Stamp now, Domains domainsNow) {
            return stamp.equals(now) && domains.equals(domainsNow);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger("directory-file");
    private static final Stamp ABSENT = new Stamp(FileTime.fromMillis(0), -1, "absent");
    private static final Stamp UNREAD = new Stamp(FileTime.fromMillis(0), -1, "unread");
    private static final long STILL_MILLIS = 200;
    private static final int MOST_TRIES = 5;
    private static final long MOST_OCTETS = 64 << 20;

    private final Disk disk;
    private final String name;
    private final Supplier<Domains> domains;
    private final Reader<T> reader;
    private final Lock changing = new ReentrantLock();
    private volatile Known<T> known = new Known<>(UNREAD, new Domains("", Set.of()), Optional.empty(), "");

    ConfFile(Disk disk, String name, Supplier<Domains> domains, Reader<T> reader) {
        this.disk = disk;
        this.name = name;
        this.domains = domains;
        this.reader = reader;
    }

    /** What the file says now. */
    T current() throws IOException {
        if (!known.isOf(stamp(), domains.get())) {
            changing.lock();
            try {
                refresh();
            } finally {
                changing.unlock();
            }
        }
        var now = known;
        return now.value().orElseThrow(() -> new IOException(now.trouble()));
    }

    /** What was good last, without looking at the file. */
    Optional<T> last() {
        return known.value();
    }

    /** Replaces the file durably. What another program changed meanwhile is kept: then the edit is made anew on its text. */
    void edit(Edit<T> edit) throws Refusal, IOException {
        changing.lock();
        try {
            for (int tries = 0; tries < MOST_TRIES; tries++) {
                Stamp before = still();
                var text = text(before);
                var changed = edit.apply(text, valueOf(text, before));
                if (changed.equals(text)) {
                    return;
                }
                T value = parsed(changed);
                if (stamp().equals(before)) {
                    disk.replace(target(), changed.getBytes(StandardCharsets.UTF_8));
                    known = new Known<>(stamp(), domains.get(), Optional.of(value), "");
                    return;
                }
            }
            throw new Unavailable("conf/" + name + " keeps changing; try again");
        } finally {
            changing.unlock();
        }
    }

    private T valueOf(String text, Stamp stamp) throws Refusal {
        var last = known;
        return last.isOf(stamp, domains.get()) && last.trouble().isEmpty() ? last.value().orElseThrow() : parsed(text);
    }

    private T parsed(String text) throws Refusal {
        try {
            return reader.read(text, domains.get());
        } catch (BadLine e) {
            throw new Refusal("5.3.5", "mend this first: " + at(e));
        }
    }

    private void refresh() throws IOException {
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            Stamp before = still();
            var domainsNow = domains.get();
            if (known.isOf(before, domainsNow)) {
                return;
            }
            var fresh = read(before, domainsNow);
            if (stamp().equals(before)) {
                known = fresh;
                return;
            }
        }
        throw new Unavailable("conf/" + name + " keeps changing");
    }

    private Known<T> read(Stamp stamp, Domains domainsNow) {
        if (stamp.equals(ABSENT) && known.value().isPresent()) {
            return troubled(stamp, domainsNow, "conf/" + name + " is gone; put it back");
        }
        try {
            return new Known<>(stamp, domainsNow, Optional.of(reader.read(text(stamp), domainsNow)), "");
        } catch (BadLine e) {
            return troubled(stamp, domainsNow, at(e));
        } catch (IOException e) {
            return troubled(stamp, domainsNow, "conf/" + name + " cannot be read: " + e.getMessage());
        }
    }

    private Known<T> troubled(Stamp stamp, Domains domainsNow, String trouble) {
        LOG.warn("{}{}", trouble, known.value().isPresent() ? "; until then the last good one stays in force" : "");
        return new Known<>(stamp, domainsNow, known.value(), trouble);
    }

    private String at(BadLine e) {
        return "conf/" + name + ":" + e.line() + ": " + e.getMessage();
    }

    private String text(Stamp stamp) throws IOException {
        if (stamp.equals(ABSENT)) {
            return "";
        }
        if (stamp.size() > MOST_OCTETS) {
            throw new IOException("it is larger than 64 MB");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Files.readAllBytes(path()))).toString();
        } catch (CharacterCodingException e) {
            throw new IOException("it is not UTF-8", e);
        }
    }

    /** Waits until nobody has touched the file for a moment, a bounded time. */
    private Stamp still() throws IOException {
        Stamp now = stamp();
        for (int tries = 0; tries < MOST_TRIES && !now.equals(known.stamp()) && !now.equals(ABSENT); tries++) {
            long age = System.currentTimeMillis() - now.modified().toMillis();
            if (age < 0 || age >= STILL_MILLIS) {
                break;
            }
            try {
                Thread.sleep(STILL_MILLIS - age);
            } catch (InterruptedException e) {
                throw new Unavailable("interrupted while conf/" + name + " was being written", e);
            }
            now = stamp();
        }
        return now;
    }

    private Stamp stamp() throws IOException {
        try {
            var attributes = Files.readAttributes(path(), BasicFileAttributes.class);
            return new Stamp(attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()));
        } catch (NoSuchFileException e) {
            return ABSENT;
        }
    }

    private Path path() {
        return disk.conf(name);
    }

    /** The file itself where a link leads to it, so that the link stays. */
    private Path target() throws IOException {
        return Files.exists(path()) ? path().toRealPath() : path();
    }
}
