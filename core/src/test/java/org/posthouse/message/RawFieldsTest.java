package org.posthouse.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RawFieldsTest {
    @Test
    void tellsTheOctetsOfEachField() {
        assertEquals(List.of("subject| one\r\n\ttwo\r\n|Subject: one\r\n\ttwo\r\n", "to|b\r\n|TO \t:b\r\n", "x|\n|x:\n"),
                fields("Subject: one\r\n\ttwo\r\nTO \t:b\r\nx:\n\r\nno: field\r\n"));
    }

    @Test
    void endsWhereTheHeaderEnds() {
        assertEquals(List.of(), fields(""));
        assertEquals(List.of(), fields("\r\na: b"));
        assertEquals(List.of(), fields(" a: b\r\n"));
        assertEquals(List.of("a| b|a: b"), fields("a: b"));
        assertEquals(List.of("a| b\r\n|a: b\r\n"), fields("a: b\r\nno field\r\nc: d\r\n"));
    }

    @Test
    void passesOverTheSeparatorOfMboxFiles() {
        assertEquals(List.of("a| b\r\n|a: b\r\n"), fields("From x\r\n>From y\r\na: b\r\nFrom z\r\nc: d\r\n"));
    }

    @Test
    void cutsAsTheParserDoes() {
        var random = new Random(5322);
        String[] words = {"\r\n", "\n", "\r", ":", " ", "\t", "a", "b c", "From ", ">From ", "é", "\u0000", "a: b", "\r\nx:"};
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(words[random.nextInt(words.length)]);
            }
            var octets = text.toString().getBytes(StandardCharsets.UTF_8);
            var parsed = Contents.of(octets).headers().fields().stream().map(f -> f.name().toLowerCase(java.util.Locale.ROOT)).toList();
            assertEquals(parsed, fields(text.toString()).stream().map(f -> f.substring(0, f.indexOf('|'))).toList(), text::toString);
        }
    }

    private static List<String> fields(String text) {
        var header = text.getBytes(StandardCharsets.UTF_8);
        var all = new ArrayList<String>();
        for (var field = new RawFields(header); field.next();) {
            all.add(field.name() + "|" + text(header, field.body(), field.end()) + "|" + text(header, field.start(), field.end()));
        }
        return all;
    }

    private static String text(byte[] header, int from, int to) {
        return new String(header, from, to - from, StandardCharsets.UTF_8);
    }
}
