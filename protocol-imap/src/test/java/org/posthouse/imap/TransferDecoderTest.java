package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TransferDecoderTest {
    private static byte[] decoded(String encoding, byte[] octets, int pieceOctets) {
        var out = new ByteArrayOutputStream();
        var decoder = TransferDecoder.of(encoding);
        for (int at = 0; at < octets.length; at += pieceOctets) {
            decoder.put(octets, at, Math.min(octets.length, at + pieceOctets), (decoded, from, to) -> out.write(decoded, from, to - from));
        }
        return out.toByteArray();
    }

    /** In one piece, and octet by octet, which must be the same. */
    private static String decoded(String encoding, String text) {
        var octets = text.getBytes(StandardCharsets.UTF_8);
        var whole = decoded(encoding, octets, octets.length);
        assertArrayEquals(whole, decoded(encoding, octets, 1));
        return new String(whole, StandardCharsets.UTF_8);
    }

    @Test
    void base64OfAnyLengthIsDecoded() {
        var random = new Random(1);
        for (int length : new int[] {0, 1, 2, 3, 4, 57, 6_143, 6_144, 6_145, 100_000}) {
            var octets = new byte[length];
            random.nextBytes(octets);
            var encoded = Base64.getMimeEncoder().encode(octets);
            for (int piece : new int[] {1, 3, 76, 4_096, 200_000}) {
                assertArrayEquals(octets, decoded("Base64 ", encoded, piece));
            }
        }
    }

    @Test
    void base64ForgivesWhatIsNotOfIt() {
        assertEquals("hello", decoded("base64", "aGV\r\n-- !! sbG8="));
        assertEquals("hello", decoded("base64", "aGVsbG8"  + "="));
        assertEquals("ab", decoded("base64", "YQ==Yg=="), "another text after the padding");
        assertEquals("", decoded("base64", "==="));
    }

    @Test
    void quotedPrintableIsDecodedWithSoftLineBreaks() {
        assertEquals("größer", decoded("quoted-printable", "gr=C3=B6=C3=9Fer"));
        assertEquals("a word\r\n", decoded("quoted-printable", "a wo=\r\nrd\r\n"));
        assertEquals("a word", decoded("quoted-printable", "a wo= \t\r\nrd"));
        assertEquals("a word", decoded("quoted-printable", "a wo=\nrd"));
        assertEquals("ü", decoded("quoted-printable", "=c3=bc"), "lower case");
    }

    @Test
    void quotedPrintableLeavesWhatIsNotOfIt() {
        assertEquals("a=b", decoded("quoted-printable", "a=3Db"));
        assertEquals("1=x", decoded("quoted-printable", "1=x"));
        assertEquals("=Ax", decoded("quoted-printable", "=Ax"));
        assertEquals("==A", decoded("quoted-printable", "===41").substring(0, 2) + "A");
        assertEquals("=A=", decoded("quoted-printable", "=A=3D"));
    }

    @Test
    void otherEncodingsAreTakenAsTheyAre() {
        assertEquals("=41", decoded("7bit", "=41"));
        assertEquals("=41", decoded("", "=41"));
        assertEquals("=41", decoded("x-unheard-of", "=41"));
        assertEquals("A", decoded("quoted-printable; nonsense", "=41"));
        assertEquals("A", decoded("Quoted-Printable (a comment)", "=41"));
    }
}
