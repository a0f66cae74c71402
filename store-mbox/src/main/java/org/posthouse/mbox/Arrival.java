package org.posthouse.mbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
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

    private final Ground ground;
    private final Places.Place place;
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
        try {
            return "_" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(id.text().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /** Whether it was here and was removed. */
    synchronized boolean knows(String tag) throws IOException {
        return removed().contains(tag);
    }

    private Set<String> removed() throws IOException {
        if (removed == null || removed.size() > MOST_REMEMBERED) {
            removed = new HashSet<>(ground.removed().words(place.removed()));
        }
        return removed;
    }

    /** Before they are removed. */
    synchronized void remember(List<Message> messages) throws IOException {
        var tags = messages.stream().flatMap(m -> m.marks().id().stream()).map(Marks.Id::tag).toList();
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
        var text = Encoder.measure(letter.content());
        var head = new String(file.octets(Math.max(0, size - 2), size), StandardCharsets.ISO_8859_1);
        var lead = size == 0 || head.equals("\n\n") ? "" : head.endsWith("\n") ? "\n" : "\n\n";
        var from = new FromLine(sender(letter.content()), letter.received()).text();
        var marks = new Marks(Optional.of(new Marks.Id(letter.tag(), text.octets(), text.crc(), text.bare())), 0, false, letter.flags());
        var out = file.append();
        try {
            write(out, (lead + from).getBytes(StandardCharsets.US_ASCII), marks.lines("", 0), letter.content(), text);
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

    private static void write(Disk.Writing out, byte[] from, byte[] marks, Content content, Encoder.Text text)
            throws IOException {
        boolean small = text.octets() <= ONE_WRITE;
        var octets = ByteBuffer.allocate(from.length + marks.length + (small ? (int) text.octets() + 1 : 0));
        octets.put(from).put(marks);
        if (small) {
            octets.put(Encoder.octets(content)).put((byte) '\n');
            out.write(octets.flip());
            return;
        }
        out.write(octets.flip());
        Encoder.write(content, out);
        out.write(ByteBuffer.wrap(new byte[] {'\n'}));
    }

    private static Index after(Access file, Index before, long size, String lead, UidState.Given given) throws IOException {
        var stamp = file.stamp();
        if (lead.length() > 1 || before.messages().isEmpty() && size > 0) { // what was before is not as it was
            var found = Scanner.scan(file, 0, stamp.size());
            return Index.of(new Index.Extent(stamp, true, Optional.empty(), stamp.size()), found.messages(), found.base(), given, Optional.of(before));
        }
        var sum = before.sum();
        if (sum.isPresent()) {
            file.sum(sum.get(), size, stamp.size());
        }
        var added = Scanner.scan(file, size, stamp.size()).messages().getFirst();
        return before.with(added, size + lead.length(), new Index.Extent(stamp, true, sum, stamp.size()));
    }
}
