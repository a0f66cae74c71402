package org.posthouse.indexed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.posthouse.mailbox.Digest;
import org.posthouse.message.Content;
import org.posthouse.message.StoredContent;

/** For each {@code <name>.eml} what is said of it in {@code <name>.expected}; lines end with LF in the files. */
final class DigestGoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/digest");

    static List<Path> mails() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.filter(f -> f.toString().endsWith(".eml")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("mails")
    void saysOfAMailWhatIsExpected(Path mail) throws IOException {
        var octets = crlf(Files.readAllBytes(mail));
        var digest = Digester.digest(content(octets));
        var expected = mail.resolveSibling(mail.getFileName().toString().replace(".eml", ".expected"));
        assertEquals(latin1(Files.readAllBytes(expected)).replace("\r\n", "\n"), text(digest));
        check(digest, octets.length);
    }

    private static String text(Digest digest) {
        return ("ENVELOPE " + latin1(digest.envelope()) + "\nBODY " + latin1(digest.body()) + "\nBODYSTRUCTURE "
                + latin1(digest.bodyStructure()) + "\nHEADER " + digest.header() + "\nFIELDS\n" + latin1(digest.fields()))
                .replace("\r\n", "\n");
    }

    /** What must be true of every digest. */
    static void check(Digest digest, int size) {
        FetchGrammar.checkEnvelope(digest.envelope());
        FetchGrammar.checkBody(digest.body());
        FetchGrammar.checkBodyStructure(digest.bodyStructure());
        assertTrue(digest.header() >= 0 && digest.header() <= size);
        assertTrue(digest.fields().remaining() <= digest.header() + 2);
        assertTrue(!digest.fields().hasRemaining() || digest.fields().get(digest.fields().remaining() - 1) == '\n');
    }

    static Content content(byte[] octets) {
        return new StoredContent(StoredContent.inMemory(octets, octets.length));
    }

    /** Stores give messages with CRLF. */
    static byte[] crlf(byte[] octets) {
        return latin1(octets).replaceAll("(?<!\r)\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String latin1(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    private static String latin1(ByteBuffer octets) {
        return StandardCharsets.ISO_8859_1.decode(octets.duplicate()).toString();
    }
}
