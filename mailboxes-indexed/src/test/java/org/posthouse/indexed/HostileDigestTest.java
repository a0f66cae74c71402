package org.posthouse.indexed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.posthouse.mailbox.Digest;
import org.posthouse.message.StoredContent;

/** Of whatever comes, a digest is made that is right in IMAP's grammar, in time and memory that grow no faster than its size. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class HostileDigestTest {
    private static final int MOST_OCTETS = 64 << 20; // of all a digest holds, whatever the message
    private static final String[] WORDS = {"\r\n", "\r\n\r\n", "\r\n ", "\n", "\r", "--", "x", "--x", "--x--", ":", ";", "=", "\"", "(", ")", "\\", "<", ">", "@",
        ",", ".", "[", "]", "{5}", "*", "*0", "*0*", "*1=", "''", "%", " ", "\t", "\u0000", "é", "From ", "From: ", "To: a: ", "Cc: <@a:b@c>, ",
        "Subject: ", "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n", "Content-Type: message/rfc822\r\n\r\n",
        "Content-Type: multipart/digest; boundary=x\r\n", "Content-Disposition: ", "Content-Language: ", "Content-ID: ", "Content-Type: text/",
        "Content-Transfer-Encoding: base64\r\n", "NIL", "undisclosed-recipients:;"};

    @Test
    void mailsWithMistakes() throws IOException {
        var random = new Random(3501);
        var mails = new ArrayList<byte[]>();
        for (var file : DigestGoldenTest.mails()) {
            mails.add(DigestGoldenTest.crlf(Files.readAllBytes(file)));
        }
        for (int i = 0; i < 15_000; i++) {
            var mail = mails.get(random.nextInt(mails.size()));
            for (int n = random.nextInt(1, 5); n > 0; n--) {
                mail = mistaken(mail, mails.get(random.nextInt(mails.size())), random);
            }
            check(random.nextBoolean() ? mail : DigestGoldenTest.crlf(mail));
        }
    }

    private static byte[] mistaken(byte[] mail, byte[] other, Random random) {
        int at = random.nextInt(mail.length + 1);
        int to = Math.min(mail.length, at + random.nextInt(1 << random.nextInt(8)));
        return switch (random.nextInt(5)) {
            case 0 -> spliced(mail, at, new byte[0], 0, 0, to);
            case 1 -> spliced(mail, at, mail, at, to, at);
            case 2 -> {
                var word = WORDS[random.nextInt(WORDS.length)].getBytes(StandardCharsets.UTF_8);
                yield spliced(mail, at, word, 0, word.length, at);
            }
            case 3 -> {
                int from = random.nextInt(other.length + 1);
                yield spliced(mail, at, other, from, Math.min(other.length, from + random.nextInt(400)), to);
            }
            default -> spliced(mail, at, new byte[] {(byte) random.nextInt()}, 0, 1, to);
        };
    }

    private static byte[] spliced(byte[] mail, int until, byte[] between, int from, int to, int rest) {
        return ByteBuffer.allocate(until + to - from + mail.length - rest).put(mail, 0, until).put(between, from, to - from)
                .put(mail, rest, mail.length - rest).array();
    }

    @Test
    void junkOfAllSorts() {
        var random = new Random(2045);
        for (int i = 0; i < 15_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                text.append(WORDS[random.nextInt(WORDS.length)]);
            }
            check(text.toString().getBytes(random.nextBoolean() ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1));
        }
    }

    private static Digest check(byte[] octets) {
        try {
            var digest = Digester.digest(DigestGoldenTest.content(octets));
            DigestGoldenTest.check(digest, octets.length);
            return digest;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(new String(octets, 0, Math.min(octets.length, 10_000), StandardCharsets.ISO_8859_1), e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", ")", "<", "<@", "<a@", "@", "\"", "\\", ",", "a,", "a;", "a:", ":;", "a@b ", "a <b@c> ", "[", "a@[", "=?utf-8?q?a?= ",
        "\r\n ", "\u0000", "é", ".", "a . ", "\"a\" ", "(a) ", ";a=b", ";a*0=b", ";a*0*=%41;a*1=", "a ", "a", "<@a,", "<@a:b@c>,", "((a))"})
    void fieldsOfAMegabyte(String piece) {
        for (var field : List.of("From", "To", "Subject", "Date", "Content-Type: a/b", "Content-Disposition: a", "Content-Language", "Content-ID",
                "Content-Transfer-Encoding")) {
            var header = new StringBuilder(field).append(field.contains(":") ? "" : ": ");
            header.repeat(piece, 1_000_000 / piece.length()).append("\r\n\r\ntext\r\n");
            var digest = check(header.toString().getBytes(StandardCharsets.ISO_8859_1));
            assertTrue(size(digest) <= MOST_OCTETS, field + " " + size(digest));
        }
    }

    private static long size(Digest digest) {
        return 0L + digest.envelope().remaining() + digest.body().remaining() + digest.bodyStructure().remaining() + digest.fields().remaining();
    }

    @Test
    void tenThousandAddressesAreAllThere() {
        var header = new StringBuilder("To: ");
        for (int i = 0; i < 10_000; i++) {
            header.append(i == 0 ? "" : ",\r\n ").append("User ").append(i).append(" <user").append(i).append("@example.test>");
        }
        var digest = check(header.append("\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        var envelope = StandardCharsets.US_ASCII.decode(digest.envelope()).toString();
        assertEquals(10_000, envelope.split("example.test", -1).length - 1);
        assertTrue(envelope.contains("(\"User 9999\" NIL \"user9999\" \"example.test\")) NIL NIL NIL NIL)"), envelope::toString);
    }

    @Test
    void manyMessagesWithManyAddresses() {
        var mail = new StringBuilder("Content-Type: multipart/digest; boundary=x\r\n\r\n");
        for (int i = 0; i < 5_000; i++) {
            mail.append("--x\r\n\r\nFrom: ").repeat("a,", 1_000).append("\r\n\r\n");
        }
        assertTrue(size(check(mail.toString().getBytes(StandardCharsets.US_ASCII))) <= MOST_OCTETS);
    }

    @Test
    void tenThousandPartsAndAHundredLevels() {
        var flat = new StringBuilder("Content-Type: multipart/mixed; boundary=x\r\n\r\n").repeat("--x\r\nContent-ID: <a>\r\n\r\ntext\r\n", 20_000);
        check(flat.toString().getBytes(StandardCharsets.US_ASCII));
        var messages = new StringBuilder().repeat("Subject: a\r\nContent-Type: message/rfc822\r\n\r\n", 10_000);
        check(messages.toString().getBytes(StandardCharsets.US_ASCII));
        var multiparts = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            multiparts.append("Content-Type: multipart/mixed; boundary=b").append(i).append("\r\n\r\n--b").append(i).append("\r\n");
        }
        check(multiparts.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /** As a stream: nothing of it is kept, and of what has no lines to count nothing is read. */
    @Test
    void aGigabyte() {
        assertEquals("(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 1073741824 16777216)",
                StandardCharsets.US_ASCII.decode(large("Content-Type: text/plain\r\n\r\n", 1 << 30).body()).toString());
        assertEquals("(\"image\" \"png\" NIL NIL NIL \"7bit\" 1125899906842624)",
                StandardCharsets.US_ASCII.decode(large("Content-Type: image/png\r\n\r\n", 1L << 50).body()).toString());
    }

    private static Digest large(String header, long body) {
        var first = header.getBytes(StandardCharsets.US_ASCII);
        return Digester.digest(new StoredContent(new StoredContent.Octets() {
            @Override public long size() {
                return first.length + body;
            }

            @Override public InputStream open() {
                return new SequenceInputStream(new ByteArrayInputStream(first), new Repeated("line ".repeat(12) + "12\r\n", body));
            }
        }));
    }

    private static final class Repeated extends InputStream {
        private final byte[] line;
        private long left;

        Repeated(String line, long octets) {
            this.line = line.getBytes(StandardCharsets.US_ASCII);
            left = octets;
        }

        @Override
        public int read() {
            throw new AssertionError("octet by octet");
        }

        @Override
        public int read(byte[] into, int from, int length) {
            int n = 0;
            while (left > 0 && length - n >= line.length) {
                System.arraycopy(line, 0, into, from + n, line.length);
                n += line.length;
                left -= line.length;
            }
            return n > 0 ? n : -1;
        }
    }
}
