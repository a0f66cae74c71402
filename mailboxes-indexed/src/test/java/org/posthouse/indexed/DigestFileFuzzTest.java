package org.posthouse.indexed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.posthouse.disk.HomeDisk;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Scratch;
import org.posthouse.mailbox.Digest;
import org.posthouse.mailbox.Mail;

/**
 * Whatever stands in the file of digests, a digest is one that was kept, and new ones are. The input is a place and such a file; or, with
 * {@code *} for the place, bodies of records with their lengths in one octet, to which the sums are put.
 */
final class DigestFileFuzzTest implements FuzzTarget {
    private static final Mail OLD = new Mail(1, 10, Set.of(), Instant.EPOCH, 1, "k");
    private static final Mail NEW = new Mail(2, 10, Set.of(), Instant.EPOCH, 1, "new");

    private final Path file;
    private final HomeDisk disk;

    DigestFileFuzzTest() throws IOException {
        var home = Scratch.folder();
        file = home.resolve("digests");
        disk = new HomeDisk(home);
    }

    @Override
    public void take(byte[] input) throws IOException {
        boolean bodies = input.length > 0 && input[0] == '*';
        long place = input.length == 0 || bodies ? 0 : input[0];
        var octets = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
        Files.write(file, bodies ? summed(ByteBuffer.wrap(octets)) : octets);
        var digests = new DigestFile(file, disk);
        digests.place(Map.of(1L, place, 7L, -place));
        digests.get(OLD).ifPresent(digest -> assertTrue(digest.envelope().isReadOnly()));
        digests.arrived(List.of(OLD, NEW));
        digests.get(OLD);
        var one = ByteBuffer.wrap("one".getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();
        digests.append("new", new Digest(one, one, one, one, 3));
        digests.arrived(List.of(NEW));
        assertEquals(new Digest(one, one, one, one, 3), digests.get(NEW).orElseThrow());
        digests.end();
    }

    private static byte[] summed(ByteBuffer in) {
        var out = ByteBuffer.allocate(9 * in.remaining() + 1);
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
        var body = "\0\0\0\0\0\0\0\3\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1kebsf";
        return List.of("*" + (char) body.length() + body, "*" + (char) body.length() + body + (char) body.length() + body.replace('k', 'l'), "\0" + "\0\0\0\41\0\0\0\0" + body, "\5xxxxx");
    }
}
