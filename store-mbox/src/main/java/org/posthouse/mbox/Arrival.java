package org.posthouse.mbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.posthouse.disk.Disk;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.message.Content;
import org.posthouse.message.Unavailable;
import org.posthouse.queue.DeliveryId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings messages into an mbox: added at its end and synced, nothing before is touched. What fails is cut off again; what a
 * crash cut short is found by {@link Torn}.
 */
final class Arrival {
    private static final Logger LOG = LoggerFactory.getLogger("store-mbox");
    private static final int LONGEST_TAG = 100;
    private static final int ONE_WRITE = 1 << 20;
    private static final int MOST_REMEMBERED = 10_000;

    /** A message to be stored. */
    record Letter(String tag, Content content, Set<String> flags, Instant received) {
        static Letter of(DeliveryId id, Content content, Set<String> flags, Instant received) {
            long seconds = Math.max(0, received.getEpochSecond());
            return new Letter(Arrival.tag(id), content, Marks.kept(flags), Instant.ofEpochSecond(seconds));
        }

        /** What it was, if it was removed meanwhile. */
        Entry gone() {
            return new Entry("p" + tag, OptionalLong.empty(), flags, received, content.size());
        }
    }

    /** A message that comes from another mbox, or from this one. */
    record Transferred(String tag, FromLine from, boolean old, Set<String> flags, Encoder.Source source) {}

    private static final String NOT_DELIVERED = "_."; // begins no delivery's tag

    private final Ground ground;
    private final Places.Place place;
    private final LinkedHashSet<String> stored = new LinkedHashSet<>();
    private Set<String> removed;

    Arrival(Ground ground, Places.Place place) {
        this.ground = ground;
        this.place = place;
    }

    /** A delivery id as it stands in headers and files; one that is long or unusual is hashed. */
    static String tag(DeliveryId id) {
        if (id.text().length() <= LONGEST_TAG && id.text().matches("[!-~]+") && !id.text().startsWith("_")) {
            return id.text();
        }
        return "_" + sha256(id.text());
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /** The tag of a copy: of its own, whatever it is a copy of. */
    static String copyTag() {
        return NOT_DELIVERED + "c" + UUID.randomUUID();
    }

    /** The tag that a message gets where it is moved to: the same when that is tried again after a crash. */
    static String moveTag(String folder, long uidValidity, long uid) {
        return uid == 0 ? copyTag() : NOT_DELIVERED + "m" + sha256(folder + " " + uidValidity + " " + uid).substring(0, 40);
    }

    /** Whether it was here and was removed, by another program also if that was since we stored it. */
    synchronized boolean knows(String tag) throws IOException {
        return stored.contains(tag) || removed().contains(tag);
    }

    /** It lies there durably; a delivery that is tried again, for nobody waited for this, need not find it there still. */
    synchronized void stored(String tag) {
        stored.add(tag);
        if (stored.size() > MOST_REMEMBERED) {
            stored.removeFirst();
        }
    }

    synchronized void forget() {
        removed = null;
    }

    private Set<String> removed() throws IOException {
        if (removed == null || removed.size() > MOST_REMEMBERED) {
            removed = new HashSet<>(ground.removed().words(place.removed()));
        }
        return removed;
    }

    /** Before they are removed. */
    synchronized void remember(List<Message> messages) throws IOException {
        var tags = messages.stream().flatMap(m -> m.marks().id().stream()).map(Marks.Id::tag)
                .filter(tag -> !tag.startsWith(NOT_DELIVERED)).toList();
        removed().addAll(tags);
        try {
            ground.disk().folder(place.removed().getParent());
            ground.removed().remember(place.removed(), tags);
        } catch (IOException e) { // on a full disk removing must still be possible
            LOG.warn("cannot remember what is removed from {}: {}", place.file(), e.toString());
        }
    }

    /** What the mbox is afterwards. Unavailable when nothing was added. */
    Index append(Access file, Index before, Letter letter, UidState.Given given) throws IOException {
        long size = file.size();
        var source = Encoder.Source.of(letter.content());
        var text = Encoder.measure(source);
        var lead = Scanner.lead(file, size);
        var from = new FromLine(sender(letter.content()), letter.received()).text();
        var marks = new Marks(Optional.of(new Marks.Id(letter.tag(), text.octets(), text.crc(), text.bare())), 0, false, letter.flags());
        var out = file.append();
        try {
            write(out, (lead + from).getBytes(StandardCharsets.US_ASCII), marks.lines("", 0), source, text);
            out.sync();
        } catch (IOException e) {
            out.truncate(size);
            throw new Unavailable("cannot store in " + place.file(), e);
        }
        return after(file, before, size, lead, given);
    }

    private static String sender(Content content) {
        return content.headers().first("Return-Path").map(path -> path.replaceAll("[<>\\s]", "")).orElse("");
    }

    private static void write(Disk.Writing out, byte[] from, byte[] marks, Encoder.Source source, Encoder.Text text)
            throws IOException {
        boolean small = text.octets() <= ONE_WRITE;
        var octets = ByteBuffer.allocate(from.length + marks.length + (small ? (int) text.octets() + 1 : 0));
        octets.put(from).put(marks);
        if (small) {
            octets.put(Encoder.octets(source)).put((byte) '\n');
            out.write(octets.flip());
            return;
        }
        out.write(octets.flip());
        Encoder.write(source, (piece, length) -> out.write(ByteBuffer.wrap(piece, 0, length)));
        out.write(ByteBuffer.wrap(new byte[] {'\n'}));
    }

    /** All or none of them, also after a crash: through the journal. What the mbox is afterwards. */
    Index append(Access file, Index before, List<Transferred> messages, UidState.Given given, Journal journal) throws IOException {
        long size = file.size();
        var lead = Scanner.lead(file, size);
        var pieces = new ArrayList<Rewrite.Piece>();
        pieces.add(new Rewrite.Piece.New(lead.getBytes(StandardCharsets.US_ASCII)));
        for (var message : messages) {
            var text = Encoder.measure(message.source());
            var marks = new Marks(Optional.of(new Marks.Id(message.tag(), text.octets(), text.crc(), text.bare())), 0, message.old(), message.flags());
            pieces.add(new Rewrite.Piece.New(message.from().text().getBytes(StandardCharsets.US_ASCII)));
            pieces.add(new Rewrite.Piece.New(marks.lines("", 0)));
            pieces.add(new Rewrite.Piece.Text(message.source(), text.octets()));
            pieces.add(new Rewrite.Piece.New(new byte[] {'\n'}));
        }
        journal.append(file, pieces);
        return after(file, before, size, lead, given);
    }

    private static Index after(Access file, Index before, long size, String lead, UidState.Given given) throws IOException {
        var stamp = file.stamp();
        var sum = before.sum();
        if (sum.isPresent()) {
            file.sum(sum.get(), size, stamp.size());
        }
        var now = before;
        long end = size + lead.length();
        for (var added : Scanner.scan(file, size, stamp.size()).messages()) {
            now = now.with(added, end, new Index.Extent(stamp, true, sum, stamp.size()));
            end = added.end();
        }
        return now;
    }
}
