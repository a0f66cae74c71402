package org.posthouse.dnsbl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.posthouse.dnsbl.DnsList.Use;

final class AnswersTest {
    private static List<String> counted(String pattern, String... answers) {
        var parsed = pattern.isEmpty() ? Answers.ANY : Answers.parse(pattern);
        return Arrays.stream(answers).filter(a -> parsed.count(InetAddress.ofLiteral(a))).toList();
    }

    @Test
    void numbersAndRangesCountInThePlaceOfANumber() {
        assertEquals(List.of("127.0.0.2"), counted("127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.1.2"));
        assertEquals(List.of("127.0.0.2", "127.0.0.11", "127.0.0.20"),
                counted("127.0.0.[2..11;20]", "127.0.0.2", "127.0.0.11", "127.0.0.12", "127.0.0.20", "127.0.0.21"));
        assertEquals(List.of("127.1.9.3", "127.2.0.255"), counted("127.[1..2].[0..9].[3;255]", "127.1.9.3", "127.2.0.255", "127.3.0.3", "127.1.10.3"));
    }

    @Test
    void whatIsNoListingNeverCounts() {
        var wrong = new String[] {"127.255.255.252", "127.255.255.254", "127.255.255.255", "127.0.0.1", "192.0.2.1", "8.8.8.8", "::1", "2001:db8::1"};
        assertEquals(List.of(), counted("", wrong));
        assertEquals(List.of(), counted("127.[0..255].[0..255].[0..255]", wrong));
        assertEquals(wrong.length, Arrays.stream(wrong).filter(a -> Answers.wrong(InetAddress.ofLiteral(a))).count());
        assertEquals(List.of("127.0.0.2", "127.255.254.1"), counted("", "127.0.0.2", "127.255.254.1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "127", "127.0.0", "127.0.0.256", "127.0.0.[2..1]", "127.0.0.[]", "127.0.0.[2..]", "128.0.0.2", "127.0.0.2.3", "127.0.0.[2..300]", "127.0.0.[2", "127.0.0.[2;;3]", "127.0.0.999999999999"})
    void whatIsNoAnswerIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Answers.parse(text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "zen.example                       | CLIENT | zen.example | ''                 | 1",
        "Zen.Example.                      | CLIENT | zen.example | ''                 | 1",
        "zen.example=127.0.0.[2..11]*3     | CLIENT | zen.example | 127.0.0.[2..11]    | 3",
        "sender:dbl.example*0.5            | SENDER | dbl.example | ''                 | 0.5",
        "hello:dbl.example=127.0.1.2       | HELLO  | dbl.example | 127.0.1.2          | 1",
        "name:dbl.example                  | NAME   | dbl.example | ''                 | 1",
        "client:white.example=127.0.[0..255].[1..3]*-4 | CLIENT | white.example | 127.0.[0..255].[1..3] | -4"})
    void aListIsWrittenWithSubjectAnswersAndWeight(String text, Subject subject, String zone, String answers, double weight) {
        var list = DnsList.parse(Use.REFUSE, text);
        assertEquals(subject, list.subject());
        assertEquals(zone, list.zone());
        assertEquals(answers, list.answers().text());
        assertEquals(weight, list.weight());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "zen", "zen..example", ".example", "who:zen.example", "zen.example=", "zen.example*", "zen.example*x", "zen.example=127.0.0.2*3*4",
        "zen example", "zen.example=10.0.0.1", "zen.example*1e9"})
    void whatIsNoListIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> DnsList.parse(Use.REFUSE, text));
    }

    @Test
    void addressesAreReversed() {
        assertEquals("1.2.0.192", Subject.reversed(InetAddress.ofLiteral("192.0.2.1")));
        assertEquals("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2", Subject.reversed(InetAddress.ofLiteral("2001:db8::1")));
    }
}
