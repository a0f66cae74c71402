package org.posthouse.indexed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;

/** Notes are read up to the first that is torn; what is read is written and read as the same, and makes a folder in order. */
final class IndexLogFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) {
        read(ByteBuffer.wrap(input));
        read(ByteBuffer.wrap(sound(input)));
    }

    /** The same octets as one note whose checksum is right, so that what is inside it is looked at. */
    private static byte[] sound(byte[] body) {
        var checksum = new CRC32C();
        checksum.update(body);
        return ByteBuffer.allocate(NoteForm.HEAD + body.length).putInt(body.length).putInt((int) checksum.getValue()).put(body).array();
    }

    private static void read(ByteBuffer in) {
        var form = new NoteForm();
        var replay = new Replay();
        var notes = new ArrayList<Note>();
        for (var note = form.next(in); note.isPresent(); note = form.next(in)) {
            notes.add(note.get());
            replay.apply(note.get());
        }
        var listing = replay.listing();
        assertTrue(listing.mails().stream().allMatch(mail -> mail.uid() < listing.uidNext()));
        replay.removals().since(listing.modseq());
        replay.places();
        var again = ByteBuffer.wrap(NoteForm.octets(notes));
        for (var note : notes) {
            assertEquals(text(note), text(form.next(again).orElseThrow()));
        }
    }

    /** Octets that are no UTF-8 are not written back as they were. */
    private static String text(Note note) {
        return note.toString();
    }

    @Override
    public List<String> seeds() {
        var mail = new Mail(7, 100, Set.of("\\Seen", "work"), Instant.EPOCH, 12, "1.H2.host,S=3");
        var notes = List.of(new Note.Begin(1, 5), new Note.Gap(5, 9), new Note.Came(mail), new Note.Flagged(13, Set.of("a"), UidSet.range(1, 9)),
                new Note.Gone(14, UidSet.of(7)), new Note.Recent(8), new Note.Placed(List.of(new Note.Placed.Place(7, 0))));
        var seeds = new ArrayList<String>();
        seeds.add(new String(NoteForm.octets(notes), StandardCharsets.ISO_8859_1));
        notes.forEach(note -> {
            var octets = NoteForm.octets(List.of(note));
            seeds.add(new String(octets, NoteForm.HEAD, octets.length - NoteForm.HEAD, StandardCharsets.ISO_8859_1));
        });
        return seeds;
    }
}
