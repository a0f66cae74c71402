package org.posthouse.maildir;

import java.io.Closeable;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.posthouse.disk.DotLocks;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder's {@code dovecot-uidlist}. Changed only under its lock and always after reading what others wrote. New lines are
 * added at its end and synced; a new file, or one that lost its end, is replaced as a whole.
 */
final class UidFile {
    /** Which version of the file this is; other programs replace it or add to it. */
    record Stamp(FileTime changed, long size, Object file) {
        static final Stamp NONE = new Stamp(FileTime.fromMillis(0), -1, "none");

        static Stamp of(Path file) throws IOException {
            try {
                var is = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(is.lastModifiedTime(), is.size(), String.valueOf(is.fileKey()));
            } catch (NoSuchFileException _) {
                return NONE;
            }
        }
    }

    private record Read(Stamp stamp, UidList list) {}

    /** The right to write this file and the folder's keywords. */
    record Locked(DotLocks.Held file, Lock process) implements Closeable {
        @Override
        public void close() throws IOException {
            try {
                file.close();
            } finally {
                process.unlock();
            }
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger("store-maildir");
    private static final String VALIDITY = "posthouse-uidvalidity";
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final long LARGEST = 256L << 20; // about four million messages

    private final Path account;
    private final Path file;
    private final Ground ground;
    private final Lock writing = new ReentrantLock();
    private SoftReference<Read> last = new SoftReference<>(null);

    /** @param account the Maildir that this folder belongs to */
    UidFile(Path account, Path folder, Ground ground) {
        this.account = account;
        this.file = folder.resolve("dovecot-uidlist");
        this.ground = ground;
    }

    Stamp stamp() throws IOException {
        return Stamp.of(file);
    }

    /** Threads of this process queue for it; only the first asks for the file that other processes see. */
    Locked lock() throws IOException {
        writing.lock();
        try {
            return new Locked(ground.locks().on(file, LONGEST_WAIT), writing);
        } catch (IOException e) {
            writing.unlock();
            throw e;
        }
    }

    /** Empty when there is none yet, or none that can be read. */
    synchronized Optional<UidList> list() throws IOException {
        var stamp = stamp();
        if (stamp.equals(Stamp.NONE)) {
            return Optional.empty();
        }
        var known = last.get();
        if (known != null && known.stamp().equals(stamp)) {
            return Optional.of(known.list());
        }
        if (stamp.size() > LARGEST) {
            throw new IOException(file + " is larger than " + LARGEST + " octets");
        }
        var list = UidList.parse(Files.readAllBytes(file));
        if (list.isEmpty()) {
            LOG.warn("{} is no uidlist of version 3; UIDs begin anew", file);
        }
        list.ifPresent(l -> last = new SoftReference<>(new Read(stamp, l)));
        return list;
    }

    /** The list, made durably with a new UIDVALIDITY where there is none. */
    UidList listOrNew() throws IOException {
        var found = list();
        if (found.isPresent()) {
            return found.get();
        }
        try (var _ = lock()) {
            var meanwhile = list();
            if (meanwhile.isPresent()) {
                return meanwhile.get();
            }
            var fresh = fresh();
            ground.disk().replace(file, fresh.octets());
            return fresh;
        }
    }

    private UidList fresh() throws IOException {
        return UidList.fresh(ground.validities().next(account.resolve(VALIDITY)), UUID.randomUUID().toString().replace("-", ""));
    }

    /**
     * Gives the next UIDs, in this order, to those of these that have none; what is in force afterwards.
     *
     * @param fields what the lines shall say of each, see {@link UidList.Row#fields}
     */
    Map<String, Long> record(List<String> bases, Map<String, String> fields) throws IOException {
        try (var _ = lock()) {
            var read = list();
            var before = read.isPresent() ? read.get() : fresh();
            var uids = new HashMap<String, Long>();
            var added = new LinkedHashMap<String, UidList.Row>();
            long next = before.next();
            for (var base : bases) {
                var row = before.rows().getOrDefault(base, added.get(base));
                if (row == null) {
                    row = new UidList.Row(next++, fields.getOrDefault(base, ""));
                    added.put(base, row);
                }
                uids.put(base, row.uid());
            }
            if (next - 1 > UidList.LARGEST_UID) {
                throw new IOException(file + " has no UIDs left");
            }
            if (!added.isEmpty()) {
                write(before, added, next, read.isPresent() && !before.torn());
            }
            return uids;
        }
    }

    private void write(UidList before, Map<String, UidList.Row> added, long next, boolean append) throws IOException {
        if (!append) {
            var rows = new LinkedHashMap<>(before.rows());
            rows.putAll(added);
            ground.disk().replace(file, new UidList(before.header(), before.validity(), next, rows, false).octets());
            return;
        }
        var lines = new StringBuilder();
        added.forEach((base, row) -> lines.append(UidList.line(base, row)));
        try (var out = ground.disk().append(file)) {
            out.write(ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.ISO_8859_1)));
            out.sync();
        }
    }

    /** Drops the lines of messages that are gone when they are many; {@code live} tells, under the lock, what is there. */
    void compact(Live live) throws IOException {
        try (var _ = lock()) {
            var before = list();
            if (before.isEmpty()) {
                return;
            }
            var there = live.bases();
            var list = before.get();
            var rows = new LinkedHashMap<>(list.rows());
            rows.keySet().removeIf(base -> !there.contains(base) && MailName.parse(base).isPresent());
            ground.disk().replace(file, new UidList(list.header(), list.validity(), list.next(), rows, false).octets());
        }
    }

    @FunctionalInterface
    interface Live {
        Set<String> bases() throws IOException;
    }
}
