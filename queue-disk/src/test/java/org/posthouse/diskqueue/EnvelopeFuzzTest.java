package org.posthouse.diskqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.posthouse.diskqueue.QueueFile.Look;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Pieces;
import org.posthouse.fuzz.Scratch;
import org.posthouse.queue.Queue.Item;
import org.posthouse.queue.QueueContract;

/**
 * A file of the queue is an item or torn. The input is such a file; or, behind a {@code *}, a content, an envelope and later envelopes
 * with 0x1e between them, to which the sums are put, for nothing else would pass.
 */
final class EnvelopeFuzzTest implements FuzzTarget {
    private final Path file;

    EnvelopeFuzzTest() throws IOException {
        file = Scratch.folder().resolve("item");
    }

    @Override
    public void take(byte[] input) throws IOException {
        QueueName.parse(new String(input, StandardCharsets.UTF_8)).ifPresent(n -> assertEquals(Optional.of(n), QueueName.parse(n.toString())));
        parsed(input).ifPresent(EnvelopeFuzzTest::check);
        Files.write(file, input.length > 0 && input[0] == '*' ? summed(Pieces.of(input, 1, 2)) : input);
        var whole = read(Look.WHOLE);
        assertTrue(whole.isEmpty() || read(Look.ENVELOPE).equals(whole));
        whole.ifPresent(item -> check(item.item()));
    }

    private Optional<QueueFile> read(Look look) throws IOException {
        try {
            var read = QueueFile.read(file, look);
            assertTrue(read.start() + read.sizeOctets() < read.end() && read.end() <= Files.size(file), read::toString);
            return Optional.of(read);
        } catch (Torn e) {
            return Optional.empty();
        }
    }

    private static Optional<Item> parsed(byte[] octets) {
        try {
            return Optional.of(EnvelopeText.parse(octets));
        } catch (Torn e) {
            return Optional.empty();
        }
    }

    private static void check(Item item) {
        assertEquals(Optional.of(item), parsed(EnvelopeText.of(item)));
    }

    private static byte[] summed(List<byte[]> pieces) {
        var octets = new ByteArrayOutputStream();
        var content = pieces.getFirst();
        for (int i = 1; i < pieces.size(); i++) {
            var envelope = pieces.get(i);
            octets.writeBytes(text(i == 1 ? "posthouse-queue 1 %d %s %d\n" : "envelope %d %s\n", envelope.length, sum(envelope), content.length));
            octets.writeBytes(envelope);
            if (i == 1) {
                octets.writeBytes(content);
                octets.writeBytes(text("content %s\n", sum(content)));
            }
        }
        return octets.toByteArray();
    }

    private static byte[] text(String form, Object... values) {
        return form.formatted(values).getBytes(StandardCharsets.US_ASCII);
    }

    private static String sum(byte[] octets) {
        var sum = new CRC32C();
        sum.update(octets);
        return "%08x".formatted(sum.getValue());
    }

    @Override
    public List<String> seeds() {
        var item = new String(EnvelopeText.of(QueueContract.item("s.1")), StandardCharsets.ISO_8859_1);
        var later = new String(EnvelopeText.of(QueueContract.without(QueueContract.item("s.1"), 0)), StandardCharsets.ISO_8859_1);
        return List.of(item, "*hello\u001e" + item + "\u001e" + later, "*\u001e" + item + "\u001e" + item + "\u001ex",
                new String(summed(List.of("x".getBytes(StandardCharsets.US_ASCII), item.getBytes(StandardCharsets.ISO_8859_1))), StandardCharsets.ISO_8859_1),
                "id %\nleg a b c d\nto % %\nlast 5.1.1 x\n", "w1767225600000-S1.1", "h0000000000000-x", "posthouse-queue 1 99999999 00000000 999999999999999999\n",
                "id a\nheld %00%ff\nnote % %\nleg a b c %\nto a b X=%3d Y=\nlast 4.0.0 %\n");
    }

    @Override
    public List<String> words() {
        return List.of("\nid ", "\narrived ", "\nfrom ", "\nattempts ", "\nheld ", "\nnote ", "\nleg ", "\nto ", "\nlast ", "%", "%20", "%0a", "%80", "=", "\u001e", "content ", "envelope ");
    }

    @Override
    public int longest() {
        return 10_000;
    }
}
