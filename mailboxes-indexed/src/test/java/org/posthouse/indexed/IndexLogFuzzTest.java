package org.posthouse.indexed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.posthouse.disk.HomeDisk;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Scratch;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;

/**
 * A folder's log tells a folder up to where it is sound, and what is read of it is written and read as the same. The input is such a
 * file; or, behind a {@code *}, bodies of notes with their lengths in one octet, to which the sums are put, for nothing else would pass.
 */
final class IndexLogFuzzTest implements FuzzTarget {
    private static final String MAGIC = "PHINDEX1";

    private final Path file;
    private final HomeDisk disk;

    IndexLogFuzzTest() throws IOException {
        var home = Scratch.folder();
        file = home.resolve("log");
        disk = new HomeDisk(home);
    }

    @Override
    public void take(byte[] input) throws IOException {
        var octets = input.length > 0 && input[0] == '*' ? summed(ByteBuffer.wrap(input, 1, input.length - 1)) : input;
        var notes = notes(octets);
        assertEquals(notes, notes(whole(NoteForm.octets(notes))));
        Files.write(file, octets);
        var log = new IndexLog(file, disk);
        var replay = log.load(1);
        check(replay);
        IndexLog.highest(file);
        assertTrue(Files.size(file) <= octets.length);
        log.rewrite(List.of(new Note.Begin(1, 0)));
        assertEquals(1, new IndexLog(file, disk).load(1).uidValidity());
    }

    private static void check(Replay replay) {
        long last = 0;
        var listing = replay.listing();
        for (var mail : listing.mails()) {
            assertTrue(mail.uid() > last || last == 0, "UIDs ascend");
            last = mail.uid();
        }
        replay.places().keySet().forEach(uid -> assertTrue(listing.mails().stream().anyMatch(m -> m.uid() == uid)));
        replay.removals().since(0);
        replay.removals().notes();
    }

    private static List<Note> notes(byte[] octets) {
        var in = ByteBuffer.wrap(octets);
        var notes = new ArrayList<Note>();
        if (octets.length >= MAGIC.length()) {
            in.position(MAGIC.length());
            var form = new NoteForm();
            for (var note = form.next(in); note.isPresent(); note = form.next(in)) {
                notes.add(note.get());
            }
        }
        return notes;
    }

    private static byte[] whole(byte[] notes) {
        return ByteBuffer.allocate(MAGIC.length() + notes.length).put(MAGIC.getBytes(StandardCharsets.US_ASCII)).put(notes).array();
    }

    private static byte[] summed(ByteBuffer in) {
        var out = ByteBuffer.allocate(MAGIC.length() + in.remaining() * (NoteForm.HEAD + 1)).put(MAGIC.getBytes(StandardCharsets.US_ASCII));
        while (in.hasRemaining()) {
            var body = new byte[Math.min(in.get() & 0xff, in.remaining())];
            in.get(body);
            var sum = new CRC32C();
            sum.update(body);
            out.putInt(body.length).putInt((int) sum.getValue()).put(body);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    @Override
    public List<String> seeds() {
        var mail = new Mail(5, 100, Set.of("\\Seen", "k"), Instant.EPOCH, 7, "key");
        var notes = List.of(new Note.Begin(1, 3), new Note.Came(mail), new Note.Flagged(8, Set.of("\\Answered"), UidSet.range(1, 9)), new Note.Gap(9, 12),
                new Note.Gone(13, UidSet.of(5, 6, 8)), new Note.Recent(6), new Note.Placed(List.of(new Note.Placed.Place(5, 0))));
        var bodies = new StringBuilder("*");
        notes.forEach(note -> {
            var octets = new String(NoteForm.octets(List.of(note)), StandardCharsets.ISO_8859_1).substring(NoteForm.HEAD);
            bodies.append((char) octets.length()).append(octets);
        });
        return List.of(bodies.toString(), new String(whole(NoteForm.octets(notes)), StandardCharsets.ISO_8859_1), MAGIC);
    }
}
