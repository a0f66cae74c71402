package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.posthouse.maildir.UidList.Row;

class UidListTest {
    private static UidList parse(String text) {
        return UidList.parse(text.getBytes(StandardCharsets.ISO_8859_1)).orElseThrow();
    }

    @Test
    void readsWhatDovecotWrites() {
        var list = parse("""
                3 V1275660208 N25022 G3085f01b7f11094c501100008c4a11c1
                25006 :1276528487.M364837P9451.kurkku,S=1355,W=1394:2,
                25017 W2481 P0000abcd O3 :1276533073.M242911P3632.kurkku:2,F
                """);
        assertEquals(1275660208L, list.validity());
        assertEquals(25022, list.next());
        assertEquals(Map.of("1276528487.M364837P9451.kurkku,S=1355,W=1394", new Row(25006, ""),
                "1276533073.M242911P3632.kurkku", new Row(25017, " W2481 P0000abcd O3")), list.rows());
        assertEquals(OptionalLong.of(2481), list.rows().get("1276533073.M242911P3632.kurkku").withCrlf());
        assertFalse(list.torn());
    }

    @Test
    void writesWhatItReadsAndKeepsWhatItDoesNotKnow() {
        var text = """
                3 V1275660208 Gabc Xy N25022
                25006 :a.b.c
                25017 W2481 P0000abcd Zq :\u00e4.b.c
                """;
        assertEquals(text, new String(parse(text).octets(), StandardCharsets.ISO_8859_1));
    }

    @Test
    void linesAddedBehindTheHeaderCount() {
        assertEquals(8, parse("3 V1 N3 G0\n2 :a\n7 :b\n").next());
    }

    @Test
    void aTornLastLineDoesNotCount() {
        var list = parse("3 V1 N3 G0\n2 :a\n3 :b.c");
        assertEquals(List.of("a"), List.copyOf(list.rows().keySet()));
        assertTrue(list.torn());
    }

    @Test
    void brokenLinesArePassedOver() {
        var list = parse("3 V1 N3 G0\n\nx :a\n5 :b\n4 :late\n6\n :c\n7 :\n8 :d\n99999999999 :e\n-1 :f\n9 : g\n");
        assertEquals(Map.of("b", 5L, "", 7L, "d", 8L, " g", 9L),
                list.rows().entrySet().stream().collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, e -> e.getValue().uid())));
        assertEquals(10, list.next());
    }

    @Test
    void whatIsNoListOfVersion3IsNotRead() {
        for (var text : List.of("", "\n", "3", "3 V1 N1", "1 1275660208 25022\n", "3 N1 G0\n", "3 V0 N1\n", "3 Vx N1\n", "\0\0\0\n")) {
            assertEquals(Optional.empty(), UidList.parse(text.getBytes(StandardCharsets.ISO_8859_1)), text);
        }
    }

    @Test
    void anyOctetsAreReadWithoutFault() {
        var random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            var octets = new byte[random.nextInt(80)];
            random.nextBytes(octets);
            for (int n = 0; n < octets.length; n++) {
                octets[n] = random.nextInt(3) == 0 ? octets[n] : (byte) "3 VN:12\n ".charAt(random.nextInt(9));
            }
            var head = "3 V1 N1\n".getBytes(StandardCharsets.US_ASCII);
            var whole = java.util.Arrays.copyOf(head, head.length + octets.length);
            System.arraycopy(octets, 0, whole, head.length, octets.length);
            UidList.parse(octets);
            var list = UidList.parse(whole).orElseThrow();
            assertEquals(list.rows(), UidList.parse(list.octets()).orElseThrow().rows());
            assertTrue(list.rows().values().stream().allMatch(r -> r.uid() < list.next()));
        }
    }
}
