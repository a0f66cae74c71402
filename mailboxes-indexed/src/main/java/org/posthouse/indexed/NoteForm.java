package org.posthouse.indexed;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;
import org.posthouse.mailbox.UidSet.Range;

/**
 * How notes lie in a log.
 * <pre>
 * note    = length crc32c body              both of four octets; length and checksum are the body's
 * body    = type *field                     type is one octet; numbers of eight octets, big end first; texts with two octets of length
 * Begin   = 1 uidvalidity floor
 * Gap     = 2 from to
 * Came    = 3 modseq uid size received flags key        received in seconds; flags = count (two octets) *text
 * Flagged = 4 modseq flags ranges                       ranges = count (four octets) *(from to)
 * Gone    = 5 modseq ranges
 * Recent  = 6 uid
 * Placed  = 7 count (four octets) *(uid offset)
 * </pre>
 */
final class NoteForm {
    static final int HEAD = 8;

    private static final int LONGEST = 16 << 20; // a note of a million ranges
    private static final int MOST_SETS = 10_000;

    private final Map<Set<String>, Set<String>> flagSets = new HashMap<>();

    static byte[] octets(Collection<? extends Note> notes) {
        var all = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(all)) {
            for (var note : notes) {
                var body = body(note);
                var checksum = new CRC32C();
                checksum.update(body);
                out.writeInt(body.length);
                out.writeInt((int) checksum.getValue());
                out.write(body);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not in memory
        }
        return all.toByteArray();
    }

    private static byte[] body(Note note) throws IOException {
        var body = new ByteArrayOutputStream();
        var out = new DataOutputStream(body);
        switch (note) {
            case Note.Begin begin -> {
                out.writeByte(1);
                out.writeLong(begin.uidValidity());
                out.writeLong(begin.floor());
            }
            case Note.Gap gap -> {
                out.writeByte(2);
                out.writeLong(gap.from());
                out.writeLong(gap.to());
            }
            case Note.Came(var mail) -> {
                out.writeByte(3);
                out.writeLong(mail.modseq());
                out.writeLong(mail.uid());
                out.writeLong(mail.size());
                out.writeLong(mail.received().getEpochSecond());
                flags(out, mail.flags());
                text(out, mail.key());
            }
            case Note.Flagged flagged -> {
                out.writeByte(4);
                out.writeLong(flagged.modseq());
                flags(out, flagged.flags());
                ranges(out, flagged.uids());
            }
            case Note.Gone gone -> {
                out.writeByte(5);
                out.writeLong(gone.modseq());
                ranges(out, gone.uids());
            }
            case Note.Recent recent -> {
                out.writeByte(6);
                out.writeLong(recent.uid());
            }
            case Note.Placed placed -> {
                out.writeByte(7);
                out.writeInt(placed.places().size());
                for (var place : placed.places()) {
                    out.writeLong(place.uid());
                    out.writeLong(place.offset());
                }
            }
        }
        return body.toByteArray();
    }

    private static void flags(DataOutputStream out, Set<String> flags) throws IOException {
        out.writeShort(flags.size());
        for (var flag : flags) {
            text(out, flag);
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        var octets = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(octets.length);
        out.write(octets);
    }

    private static void ranges(DataOutputStream out, UidSet uids) throws IOException {
        out.writeInt(uids.ranges().size());
        for (var range : uids.ranges()) {
            out.writeLong(range.from());
            out.writeLong(range.to());
        }
    }

    /** The next whole and sound note, and the buffer's position after it; empty, and the position as it was, at a torn end. */
    Optional<Note> next(ByteBuffer in) {
        int start = in.position();
        if (in.remaining() < HEAD) {
            return Optional.empty();
        }
        int length = in.getInt();
        int checksum = in.getInt();
        if (length > 0 && length <= Math.min(LONGEST, in.remaining())) {
            var body = in.slice(in.position(), length);
            var sum = new CRC32C();
            sum.update(body.duplicate());
            if ((int) sum.getValue() == checksum) {
                var note = note(body);
                if (note.isPresent()) {
                    in.position(start + HEAD + length);
                    return note;
                }
            }
        }
        in.position(start);
        return Optional.empty();
    }

    /** Empty for a body that is no note, although its checksum is right: written by another version. */
    private Optional<Note> note(ByteBuffer body) {
        try {
            return switch (body.get()) {
                case 1 -> Optional.of(new Note.Begin(body.getLong(), body.getLong()));
                case 2 -> Optional.of(new Note.Gap(body.getLong(), body.getLong()));
                case 3 -> Optional.of(came(body));
                case 4 -> Optional.of(new Note.Flagged(body.getLong(), flags(body), ranges(body)));
                case 5 -> Optional.of(new Note.Gone(body.getLong(), ranges(body)));
                case 6 -> Optional.of(new Note.Recent(body.getLong()));
                case 7 -> Optional.of(new Note.Placed(places(body)));
                default -> Optional.empty();
            };
        } catch (BufferUnderflowException | IllegalArgumentException | java.time.DateTimeException _) {
            return Optional.empty();
        }
    }

    private Note came(ByteBuffer body) {
        long modseq = body.getLong();
        long uid = body.getLong();
        long size = body.getLong();
        var received = Instant.ofEpochSecond(body.getLong());
        var flags = flags(body);
        return new Note.Came(new Mail(uid, size, flags, received, modseq, text(body)));
    }

    /** The same few sets of flags occur again and again: one object for each. */
    private Set<String> flags(ByteBuffer body) {
        int count = Short.toUnsignedInt(body.getShort());
        var flags = new HashSet<String>();
        for (int i = 0; i < count; i++) {
            flags.add(text(body));
        }
        if (flagSets.size() > MOST_SETS) {
            flagSets.clear();
        }
        return flagSets.computeIfAbsent(Set.copyOf(flags), same -> same);
    }

    private static String text(ByteBuffer body) {
        var octets = new byte[Math.min(Short.toUnsignedInt(body.getShort()), body.remaining())];
        body.get(octets);
        return new String(octets, StandardCharsets.UTF_8);
    }

    private static UidSet ranges(ByteBuffer body) {
        int count = bounded(body.getInt(), body.remaining() / 16);
        var ranges = new ArrayList<Range>(count);
        for (int i = 0; i < count; i++) {
            ranges.add(new Range(body.getLong(), body.getLong()));
        }
        return UidSet.ofRanges(ranges);
    }

    private static List<Note.Placed.Place> places(ByteBuffer body) {
        int count = bounded(body.getInt(), body.remaining() / 16);
        var places = new ArrayList<Note.Placed.Place>(count);
        for (int i = 0; i < count; i++) {
            places.add(new Note.Placed.Place(body.getLong(), body.getLong()));
        }
        return List.copyOf(places);
    }

    private static int bounded(int count, int most) {
        if (count < 0 || count > most) {
            throw new IllegalArgumentException("more than there is");
        }
        return count;
    }
}
