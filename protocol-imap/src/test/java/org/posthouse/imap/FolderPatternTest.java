package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class FolderPatternTest {
    private static boolean matches(String pattern, String name) {
        return new FolderPattern(FolderPattern.normal("", pattern)).matches(name);
    }

    /** The same by a regular expression. */
    private static boolean expected(String pattern, String name) {
        var regex = pattern.chars().mapToObj(c -> c == '*' ? ".*" : c == '%' ? "[^/]*" : Pattern.quote(Character.toString(c)))
                .collect(Collectors.joining());
        return name.matches(regex);
    }

    private static String some(Random random, String alphabet, int longest) {
        return random.ints(random.nextInt(longest), 0, alphabet.length()).mapToObj(i -> alphabet.substring(i, i + 1)).collect(Collectors.joining());
    }

    @Test
    void wildcardsStandForWhatTheyShould() {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            var pattern = some(random, "ab/*%", 8);
            var name = some(random, "aab/", 12);
            assertEquals(expected(pattern, name), matches(pattern, name), pattern + " " + name);
        }
    }

    @Test
    void patternsMayBeLongerThanAWord() {
        var random = new Random(8);
        for (int i = 0; i < 2_000; i++) {
            var middle = some(random, "ab/*%", 6);
            var name = some(random, "aab/", 8);
            for (int length : List.of(60, 62, 63, 64, 65, 127, 128, 200)) {
                var begin = "x".repeat(length);
                assertEquals(expected(middle, name), matches(begin + middle + begin, begin + name + begin), length + " " + middle + " " + name);
            }
        }
    }

    @Test
    void inboxIsTheSameInAnyCaseOfLetters() {
        for (var pattern : List.of("INBOX", "inbox", "inB%", "iNbOx", "*")) {
            assertEquals(true, matches(pattern, "INBOX"), pattern);
        }
        assertEquals(true, matches("inbox/%", "INBOX/a"));
        assertEquals(false, matches("inbox/A", "INBOX/a"));
        assertEquals(false, matches("inbox", "INBOXES"));
    }

    @Test
    void noPatternTakesLong() {
        var name = "a".repeat(1_000);
        for (var unit : List.of("*%", "%a", "*a", "*%*%*%*a", "%/*")) {
            assertTimeout(Duration.ofSeconds(10), () -> {
                for (int i = 0; i < 100; i++) {
                    assertFalse(matches(unit.repeat(1_000 / unit.length()) + "b", name));
                }
            });
        }
    }
}
