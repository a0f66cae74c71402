package org.posthouse.diskqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.diskqueue.QueueFile.Look;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.Contents;
import org.posthouse.queue.QueueContract;

/** Whatever stands in a file is an item or torn. */
final class QueueFileFuzzTest {
    private static final int ROUNDS = 20_000;

    @TempDir
    private Path dir;

    @Test
    void aFileThatWasChangedIsTornOrAsItWasBefore() throws IOException {
        var item = QueueContract.item("s.1");
        var later = QueueContract.without(item, 0);
        var disk = new HomeDisk(dir);
        var file = dir.resolve("f");
        try (var out = disk.append(file)) {
            QueueFile.write(out, item, Contents.of(QueueContract.LETTER));
        }
        var first = QueueFile.read(file, Look.WHOLE);
        first.writeAgain(disk, file, later);
        var whole = Files.readAllBytes(file);
        var random = new Random(7);
        for (int i = 0; i < ROUNDS; i++) {
            var octets = random.nextInt(4) == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            for (int n = random.nextInt(3); n >= 0 && octets.length > 0; n--) {
                octets[random.nextInt(octets.length)] = (byte) random.nextInt(256);
            }
            Files.write(file, octets);
            try {
                var read = QueueFile.read(file, random.nextBoolean() ? Look.WHOLE : Look.ENVELOPE).item();
                assertEquals(read.attempts() == item.attempts() ? item : later, read);
            } catch (Torn expected) {
                // and nothing else
            }
        }
    }

    @Test
    void whateverAnEnvelopeSaysIsAnItemOrTorn() throws IOException {
        var words = new String[] {"id", "to", "from", "leg", "last", "note", "held", "arrived", "attempts", "%", "%4", "%zz", "%20", " ", " ",
            " ", "\n", "\n", "x", "=", "5.1.1", "2026-01-01T00:00:00Z", "-1", "99999999999", "\u0000", "\ud800"};
        var random = new Random(8);
        for (int i = 0; i < 10 * ROUNDS; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                text.append(words[random.nextInt(words.length)]);
            }
            try {
                EnvelopeText.parse(text.toString().getBytes(StandardCharsets.UTF_8));
            } catch (Torn expected) {
                // and nothing else
            }
        }
        assertThrows(Torn.class, () -> EnvelopeText.parse("to a b\n".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void wordsComeBackAsTheyWere() throws IOException {
        var random = new Random(9);
        for (int i = 0; i < 1_000; i++) {
            var why = random.ints(random.nextInt(20), 0, 0x250).collect(StringBuilder::new, StringBuilder::appendCodePoint,
                    StringBuilder::append).toString();
            var item = QueueContract.item("s." + i).held(Optional.of(why));
            assertEquals(item, EnvelopeText.parse(EnvelopeText.of(item)));
        }
    }
}
