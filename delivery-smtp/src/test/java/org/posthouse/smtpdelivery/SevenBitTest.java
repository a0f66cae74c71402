package org.posthouse.smtpdelivery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.posthouse.message.Contents;
import org.posthouse.message.Part;
import org.posthouse.message.Recoded;
import org.posthouse.pipeline.Sender;

class SevenBitTest extends Ground {
    private static byte[] octets(String text) {
        return text.replaceAll("(?<!\r)\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    private static Optional<byte[]> converted(byte[] message) throws IOException {
        var made = Recoded.of(Contents.of(message), Recoded.Into.ASCII);
        if (made.isEmpty()) {
            return Optional.empty();
        }
        var out = new ByteArrayOutputStream();
        made.get().write(out);
        return Optional.of(out.toByteArray());
    }

    private static String text(String message) throws IOException {
        return new String(converted(octets(message)).orElseThrow(), StandardCharsets.ISO_8859_1);
    }

    private static byte[] quotedDecoded(String text) {
        var out = new ByteArrayOutputStream();
        var joined = text.replace("=\r\n", "");
        for (int i = 0; i < joined.length(); i++) {
            if (joined.charAt(i) == '=') {
                out.write(Integer.parseInt(joined.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                out.write(joined.charAt(i));
            }
        }
        return out.toByteArray();
    }

    private static byte[] body(byte[] message, Part part) {
        return Arrays.copyOfRange(message, (int) part.body(), (int) part.end());
    }

    @Test
    void aTextBecomesQuotedPrintable() throws Exception {
        assertEquals("""
                Subject: x
                Content-Type: text/plain; charset=utf-8
                MIME-Version: 1.0
                Content-Transfer-Encoding: quoted-printable

                gr=C3=BC=C3=9Fe =3D=20
                """.replace("\n", "\r\n"), text("Subject: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding:\n 8bit\n\ngr\u00fc\u00dfe = \n"));
        assertTrue(text("Subject: x\n\n\u00e4\n").contains("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=unknown-8bit\r\n"));
    }

    @Test
    void everyPartKeepsItsOctets() throws Exception {
        var random = new Random(11);
        var noise = new byte[3_000];
        random.nextBytes(noise);
        var binary = new String(noise, StandardCharsets.ISO_8859_1).replaceAll("[\r\n]", "\u00ff");
        var message = ("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\npreamble\r\n--b\r\n\r\n"
                + "plain \u00e4 \t\r\n" + "x".repeat(500) + "\u00e9\r\n\r\n. .\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n" + binary
                + "\r\n--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: in\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n\u00fc\r\n"
                + "--b\r\nContent-Type: text/plain\r\n\r\nascii\r\n--b--\r\nend\r\n").getBytes(StandardCharsets.ISO_8859_1);
        var made = converted(message).orElseThrow();
        for (byte octet : made) {
            assertTrue(octet >= 0);
        }
        var before = Contents.of(message).tree();
        var after = Contents.of(made).tree();
        assertEquals(before.parts().size(), after.parts().size());
        assertArrayEquals(body(message, before.parts().get(0)), quotedDecoded(new String(body(made, after.parts().get(0)), StandardCharsets.US_ASCII)));
        assertArrayEquals(body(message, before.parts().get(1)), Base64.getMimeDecoder().decode(body(made, after.parts().get(1))));
        var inner = after.parts().get(2).parts().getFirst();
        assertEquals("quoted-printable", inner.headers().first("Content-Transfer-Encoding").orElseThrow());
        assertArrayEquals(body(message, before.parts().get(2).parts().getFirst()), quotedDecoded(new String(body(made, inner), StandardCharsets.US_ASCII)));
        assertArrayEquals(body(message, before.parts().get(3)), body(made, after.parts().get(3)));
        assertEquals("7bit", after.headers().first("Content-Transfer-Encoding").orElseThrow());
        assertTrue(new String(made, StandardCharsets.US_ASCII).lines().allMatch(l -> l.length() <= 76 || l.startsWith("Content")));
    }

    @Test
    void whatIsSignedOrEncodedAlreadyIsNotTouched() throws Exception {
        assertFalse(converted(octets("Content-Type: multipart/signed; boundary=b\n\n--b\n\n\u00e4\n--b--\n")).isPresent());
        assertFalse(converted(octets("Content-Transfer-Encoding: base64\n\n\u00e4\n")).isPresent());
        assertFalse(converted(octets("Content-Type: multipart/mixed; boundary=b\n\n\u00e4\n--b\n\nx\n--b--\n")).isPresent());
        assertFalse(converted(octets("Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n\n\u00e4\n".repeat(Recoded.MOST_PARTS) + "--b--\n")).isPresent());
    }

    @Test
    void aServerWithoutEightBitsGetsSeven() throws Exception {
        remote.extensions("PIPELINING", "SIZE", "CHUNKING");
        var outcome = delivery.deliver(consignment("smtp", "there.test", Contents.of("Subject: x\r\n\r\n.\u00e4\r\n"), new Sender(ANN), ZOE));
        assertEquals("delivered", brief(outcome.get(ZOE)));
        assertEquals("MAIL FROM:<ann@example.test>", remote.taken().getFirst().mail());
        assertTrue(remote.taken().getFirst().text().endsWith("\r\n\r\n.=C3=A4\r\n"), remote.taken().getFirst().text());
    }

    @Test
    void ofABinaryMessageOnlyWhatIsNotOfLinesChanges() throws Exception {
        var form = """
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=b
                Content-Transfer-Encoding: %s

                --b
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 8bit

                \u00e4
                --b
                Content-Type: image/x
                Content-Transfer-Encoding: %s

                %s
                --b--
                """;
        var message = new String(octets(form), StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream();
        Recoded.of(Contents.of(message.formatted("binary", "binary", "\0\n\r").getBytes(StandardCharsets.UTF_8)), Recoded.Into.LINES).orElseThrow().write(out);
        assertEquals(message.formatted("8bit", "base64", "AAoN"), out.toString(StandardCharsets.UTF_8));
    }
}
