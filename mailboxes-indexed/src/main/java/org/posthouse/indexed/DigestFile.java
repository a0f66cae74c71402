package org.posthouse.indexed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.posthouse.disk.Disk;
import org.posthouse.mailbox.Digest;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;

/**
 * The digests of a folder's messages, one after the other in a file that only grows and is mapped into memory to be read.
 * <pre>
 * file   = *record
 * record = length crc32c body                            four octets each; length and checksum are the body's
 * body   = header lengths key envelope body bodystructure fields   header in eight octets, five lengths in four each
 * </pre>
 * A digest is written when its message is delivered, before it has a UID: the store's key says whose it is, also against a place
 * that is not right any more. Nothing is synced; what is lost is made again. Safe for several threads.
 */
final class DigestFile {
    private static final int HEAD = 8;
    private static final int FIXED = 8 + 5 * 4;
    private static final int LARGEST = 4 << 20; // of one record; what is larger is not kept
    private static final long TIDY_FROM = 1 << 20;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Path file;
    private final Disk disk;
    private final Lock access = new ReentrantLock();
    private final Places places = new Places();
    private final Map<String, Long> pending = new HashMap<>();
    private MemorySegment mapped = MemorySegment.NULL;

    DigestFile(Path file, Disk disk) {
        this.file = file;
        this.disk = disk;
    }

    /** Takes up what the log knows; what was delivered after is found at the file's end. */
    void place(Map<Long, Long> known) throws IOException {
        access.lock();
        try {
            places.clear();
            long last = -1;
            for (var place : known.entrySet()) {
                places.put(place.getKey(), place.getValue());
                last = Math.max(last, place.getValue());
            }
            map();
            for (long at = Math.max(0, last); at < mapped.byteSize();) {
                var record = record(at);
                if (record.isEmpty()) {
                    return; // torn by a crash; the next record begins behind it, and is found by its place
                }
                if (at > last) {
                    pending.put(record.get().key(), at);
                }
                at += HEAD + record.get().length();
            }
        } finally {
            access.unlock();
        }
    }

    /** Keeps the digest of a message that has this key, whatever its UID is or will be. */
    void append(String key, Digest digest) throws IOException {
        var record = octets(key, digest);
        if (record.length > LARGEST) {
            return;
        }
        access.lock();
        try (var out = disk.append(file)) {
            pending.put(key, out.size());
            out.write(ByteBuffer.wrap(record));
        } finally {
            access.unlock();
        }
    }

    private static byte[] octets(String key, Digest digest) {
        var name = key.getBytes(StandardCharsets.UTF_8);
        var parts = List.of(ByteBuffer.wrap(name), digest.envelope(), digest.body(), digest.bodyStructure(), digest.fields());
        int length = FIXED + parts.stream().mapToInt(ByteBuffer::remaining).sum();
        var record = ByteBuffer.allocate(HEAD + length);
        record.putInt(length).putInt(0).putLong(digest.header());
        parts.forEach(part -> record.putInt(part.remaining()));
        parts.forEach(part -> record.put(part.duplicate()));
        var checksum = new CRC32C();
        checksum.update(record.array(), HEAD, length);
        return record.putInt(4, (int) checksum.getValue()).array();
    }

    /** Messages that were delivered now have UIDs: where their digests are. */
    List<Note.Placed.Place> arrived(List<Mail> mails) {
        access.lock();
        try {
            var placed = new ArrayList<Note.Placed.Place>();
            for (var mail : mails) {
                var offset = pending.remove(mail.key());
                if (offset != null) {
                    places.put(mail.uid(), offset);
                    placed.add(new Note.Placed.Place(mail.uid(), offset));
                }
            }
            return placed;
        } finally {
            access.unlock();
        }
    }

    void gone(UidSet uids) {
        access.lock();
        try {
            for (var range : uids.ranges()) {
                for (long uid = range.from(); uid <= range.to(); uid++) {
                    places.remove(uid);
                }
            }
        } finally {
            access.unlock();
        }
    }

    Optional<Digest> get(Mail mail) throws IOException {
        access.lock();
        try {
            var late = places.get(mail.uid()) == Places.NONE ? pending.remove(mail.key()) : null;
            if (late != null) {
                places.put(mail.uid(), late); // the message was seen before its digest was kept
            }
            return record(places.get(mail.uid())).filter(record -> record.key().equals(mail.key())).map(Record::digest);
        } finally {
            access.unlock();
        }
    }

    private record Record(int length, String key, Digest digest) {}

    /** Empty where no whole and sound record begins. */
    private Optional<Record> record(long at) throws IOException {
        if (at < 0) {
            return Optional.empty();
        }
        if (at + HEAD > mapped.byteSize()) {
            map();
        }
        if (at > mapped.byteSize() - HEAD) {
            return Optional.empty();
        }
        int length = mapped.get(INT, at);
        if (length < FIXED || length > LARGEST) {
            return Optional.empty();
        }
        if (at + HEAD + length > mapped.byteSize()) {
            map();
        }
        if (at + HEAD + length > mapped.byteSize()) {
            return Optional.empty();
        }
        var body = mapped.asSlice(at + HEAD, length).asByteBuffer().asReadOnlyBuffer();
        var checksum = new CRC32C();
        checksum.update(body.duplicate());
        return (int) checksum.getValue() == mapped.get(INT, at + 4) ? read(body) : Optional.empty();
    }

    /** Empty when its lengths are not those of a record, whatever wrote it. */
    private static Optional<Record> read(ByteBuffer body) {
        int length = body.remaining();
        long header = body.getLong();
        int[] lengths = {body.getInt(), body.getInt(), body.getInt(), body.getInt(), body.getInt()};
        if (Arrays.stream(lengths).anyMatch(n -> n < 0) || Arrays.stream(lengths).asLongStream().sum() != body.remaining()) {
            return Optional.empty();
        }
        var key = new byte[lengths[0]];
        body.get(key);
        return Optional.of(new Record(length, new String(key, StandardCharsets.UTF_8),
                new Digest(part(body, lengths[1]), part(body, lengths[2]), part(body, lengths[3]), part(body, lengths[4]), header)));
    }

    private static ByteBuffer part(ByteBuffer body, int length) {
        var part = body.slice(body.position(), length);
        body.position(body.position() + length);
        return part;
    }

    /** The buffers made from an earlier mapping stay valid as long as they are used. */
    private void map() throws IOException {
        try (var channel = FileChannel.open(file)) {
            mapped = channel.size() == 0 ? MemorySegment.NULL : channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        } catch (NoSuchFileException _) {
            mapped = MemorySegment.NULL;
        }
    }

    /** Writes the file anew when most of it is of messages that are gone. All places, as they are now. */
    List<Note.Placed.Place> tidy(Listing listing) throws IOException {
        access.lock();
        try {
            map();
            arrived(listing.mails());
            if (mapped.byteSize() > TIDY_FROM && 2 * octetsOf(listing) < mapped.byteSize()) {
                writeAnew(listing);
            }
            return places.all();
        } finally {
            access.unlock();
        }
    }

    private long octetsOf(Listing listing) {
        long sum = 0;
        for (var mail : listing.mails()) {
            long at = places.get(mail.uid());
            sum += at == Places.NONE || at + HEAD > mapped.byteSize() ? 0 : HEAD + mapped.get(INT, at);
        }
        return sum;
    }

    /** In the order of UIDs, so that a listing reads it from one end to the other. */
    private void writeAnew(Listing listing) throws IOException {
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        disk.delete(fresh);
        var moved = new Places();
        try (var out = disk.create(fresh)) {
            for (var mail : listing.mails()) {
                long at = places.get(mail.uid());
                var record = at == Places.NONE ? Optional.<Record>empty() : record(at);
                if (record.isPresent() && record.get().key().equals(mail.key())) {
                    moved.put(mail.uid(), out.size());
                    out.write(mapped.asSlice(at, HEAD + record.get().length()).asByteBuffer());
                }
            }
        }
        disk.rename(fresh, file);
        places.clear();
        pending.clear(); // of deliveries that go on at this moment, or that nobody will ask for
        moved.all().stream().sorted(Comparator.comparingLong(Note.Placed.Place::uid)).forEach(p -> places.put(p.uid(), p.offset()));
        map();
    }

    void end() {
        access.lock();
        try {
            mapped = MemorySegment.NULL;
            pending.clear();
        } finally {
            access.unlock();
        }
    }
}
