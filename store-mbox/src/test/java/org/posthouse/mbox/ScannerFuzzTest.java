package org.posthouse.mbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.posthouse.disk.HomeDisk;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Scratch;

/** The messages of any file lie one behind the other and are as long as they are when they are read, at once or piece by piece. */
final class ScannerFuzzTest implements FuzzTarget {
    private final MboxFuzzTest whole;
    private final HomeDisk disk;
    private final Path file;

    ScannerFuzzTest() throws IOException {
        var home = Scratch.folder();
        disk = new HomeDisk(home);
        file = home.resolve("mbox");
        whole = new MboxFuzzTest();
    }

    @Override
    public void take(byte[] input) throws IOException {
        Files.write(file, input);
        try (var access = new Access(disk, file, FileChannel.open(file), Optional.empty(), Stamp.of(file), () -> { })) {
            var found = Scanner.scan(access, 0, input.length);
            long end = Torn.end(access, found.messages(), input.length);
            assertTrue(end >= 0 && end <= input.length);
            for (int i = 0; i < found.messages().size(); i++) {
                var message = found.messages().get(i);
                check(message, i + 1 < found.messages().size() ? found.messages().get(i + 1).start() : input.length);
                read(access, message);
                Torn.intact(access, message);
            }
        }
    }

    private static void check(Message m, long next) {
        assertTrue(m.start() < m.header() && m.header() <= m.body() && m.body() <= m.textEnd() && m.textEnd() <= m.end() && m.end() == next, m::toString);
    }

    private static void read(Access access, Message message) throws IOException {
        var into = new byte[Math.toIntExact(message.size()) + 10];
        int n = new Decoder().read(access, Stamp.NONE, message, 0, into);
        assertEquals(message.size(), n, message::toString);
        var piece = new byte[7 + n / 8];
        var decoder = new Decoder();
        for (int at = 0, got; (got = decoder.read(access, Stamp.NONE, message, at, piece)) > 0; at += got) {
            assertTrue(Arrays.equals(into, at, at + got, piece, 0, got), message::toString);
        }
    }

    @Override
    public List<String> seeds() {
        return whole.seeds();
    }

    @Override
    public List<String> words() {
        return whole.words();
    }

    @Override
    public int longest() {
        return whole.longest();
    }

    @Override
    public long mayAllocate(int octets) {
        return (8 << 20) + 10_000L * octets; // a buffer of 16 KB for each message and each piece of it
    }
}
