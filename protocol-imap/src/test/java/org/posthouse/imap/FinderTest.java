package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class FinderTest {
    private static BitSet all(int n) {
        var all = new BitSet();
        all.set(0, n);
        return all;
    }

    private static boolean finds(String needle, String text, Charset charset, int pieceOctets) {
        var finder = new Finder(new Finder.Needles(List.of(needle)));
        finder.begin(all(1));
        var octets = text.getBytes(charset);
        var decoder = new TextDecoder(charset, finder);
        for (int at = 0; at < octets.length; at += pieceOctets) {
            decoder.octets(octets, at, Math.min(octets.length, at + pieceOctets));
        }
        decoder.end();
        return finder.found().get(0);
    }

    private static boolean finds(String needle, String text) {
        boolean found = finds(needle, text, StandardCharsets.UTF_8, Integer.MAX_VALUE / 2);
        assertEquals(found, finds(needle, text, StandardCharsets.UTF_8, 1), "octet by octet");
        assertEquals(found, finds(needle, text, StandardCharsets.UTF_16, 3), "in another character set");
        return found;
    }

    @Test
    void aNeedleAndATextMadeForEachOtherAreComparedInTime() {
        var needle = "a".repeat(500) + "b" + "a".repeat(499);
        var text = "a".repeat(2 << 20);
        for (var charset : List.of(StandardCharsets.US_ASCII, StandardCharsets.UTF_16)) {
            assertTimeout(Duration.ofSeconds(10), () -> {
                for (int i = 0; i < 10; i++) {
                    assertEquals(false, finds(needle, text, charset, 256 << 10));
                    assertEquals(true, finds(needle, text + "b" + text, charset, 256 << 10));
                }
            });
        }
    }

    @Test
    void whatMustBeComparedPatientlyIsFoundAllTheSame() {
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            var needle = text(random, 2 + random.nextInt(12));
            var text = text(random, 200);
            assertEquals(text.contains(needle), finds(needle, text, StandardCharsets.US_ASCII, 1 + random.nextInt(300)), needle + " " + text);
            assertEquals(text.contains(needle), finds(needle, text, StandardCharsets.UTF_16, 2 + 2 * random.nextInt(100)), needle + " " + text);
        }
    }

    /** Nearly all the same letter. */
    private static String text(Random random, int length) {
        return random.ints(length, 0, 12).mapToObj(n -> n == 0 ? "b" : "a").collect(Collectors.joining());
    }

    @Test
    void lettersAreTheSameInAnyCase() {
        assertEquals(true, finds("hello", "say HeLLo there"));
        assertEquals(true, finds("ÄRGER", "kein ärger"));
        assertEquals(true, finds("σοφος", "ΣΟΦΟΣ"));
        assertEquals(true, finds("привет", "ПРИВЕТ"));
        assertEquals(false, finds("hello", "say hell o"));
    }

    @Test
    void composedOrNotIsTheSame() {
        assertEquals(true, finds("caf\u00e9", "CAFE\u0301"));
        assertEquals(true, finds("cafe\u0301", "caf\u00e9"));
        assertEquals(true, finds("office", "o\ufb03ce"));
        assertEquals(true, finds("日本", "昨日日本で"));
    }

    @Test
    void theEmptyTextIsEverywhere() {
        assertEquals(true, finds("", "a"));
        assertEquals(true, finds("", ""));
    }

    @Test
    void nothingIsFoundAcrossTwoTexts() {
        var finder = new Finder(new Finder.Needles(List.of("ab")));
        finder.begin(all(1));
        finder.text("a");
        finder.breakText();
        finder.text("b");
        finder.breakText();
        assertEquals(false, finder.found().get(0));
    }

    @Test
    void findsWhatIndexOfFinds() {
        var random = new Random(7);
        for (int round = 0; round < 3_000; round++) {
            var text = random(random, 40 + random.nextInt(60), round % 3 == 0 ? "abä" : "abAB");
            var needle = random(random, 1 + random.nextInt(6), "abä");
            boolean expected = CaseFold.of(text).contains(CaseFold.of(needle));
            int piece = 1 + random.nextInt(20);
            assertEquals(expected, finds(needle, text, StandardCharsets.UTF_8, piece), needle + " in " + text + " by " + piece);
        }
    }

    @Test
    void findsInLongTextsWhereverItIs() {
        for (int at : new int[] {0, 1, 4_090, 4_096, 8_190, 8_192, 65_530, 99_990}) {
            var text = new StringBuilder("x ".repeat(50_000)).replace(at, at + 6, "Needle").toString();
            assertEquals(true, finds("needle", text, StandardCharsets.UTF_8, 4_096), "at " + at);
            var accents = text.replace(' ', 'é');
            assertEquals(true, finds("needle", accents, StandardCharsets.UTF_8, 5_000), "at " + at);
            assertEquals(true, finds("needle", accents, StandardCharsets.ISO_8859_1, 5_000), "at " + at);
        }
    }

    @Test
    void aNeedleMayBeLongerThanAnyBuffer() {
        var needle = random(new Random(3), 100_000, "abcdefgh");
        assertEquals(true, finds(needle, "zz" + needle.toUpperCase() + "zz"));
        assertEquals(false, finds(needle, "zz" + needle.substring(1) + "zz"));
    }

    @Test
    void eachOfManyNeedlesIsFoundForItself() {
        var finder = new Finder(new Finder.Needles(List.of("one", "two", "", "three", "vier")));
        var wanted = all(5);
        wanted.clear(1);
        finder.begin(wanted);
        finder.text("Three two");
        finder.breakText();
        assertEquals("{2, 3}", finder.found().toString());
        finder.want(all(5));
        finder.text("two");
        finder.breakText();
        assertEquals("{1, 2, 3}", finder.found().toString());
        finder.begin(all(1));
        assertEquals("{}", finder.found().toString());
    }

    @Test
    void octetsThatAreNotOfTheCharacterSetAreReadAsLatin1() {
        var octets = "grün, 100 % größer".getBytes(StandardCharsets.ISO_8859_1);
        for (int piece : new int[] {1, 2, 100}) {
            var finder = new Finder(new Finder.Needles(List.of("grün", "größer")));
            finder.begin(all(2));
            var decoder = new TextDecoder(StandardCharsets.UTF_8, finder);
            for (int at = 0; at < octets.length; at += piece) {
                decoder.octets(octets, at, Math.min(octets.length, at + piece));
            }
            decoder.end();
            assertEquals("{0, 1}", finder.found().toString());
        }
    }

    @Test
    void everyCharacterSetJavaHasCanBeSearched() {
        for (var charset : Charset.availableCharsets().values()) {
            if (charset.canEncode() && charset.newEncoder().canEncode("Hello World")) {
                assertEquals(true, finds("hello w", "x Hello World x", charset, 100), charset.name());
                assertEquals(true, finds("hello w", "x Hello World x", charset, 1), charset.name());
            }
        }
        assertEquals(true, finds("日本", "テスト日本語", Charset.forName("ISO-2022-JP"), 3));
        assertEquals(true, finds("日本", "テスト日本語", Charset.forName("Shift_JIS"), 1));
        assertEquals(true, finds("中文", "简体中文", Charset.forName("GB18030"), 1));
    }

    private static String random(Random random, int length, String letters) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }
}
