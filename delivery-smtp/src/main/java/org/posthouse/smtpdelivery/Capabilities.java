package org.posthouse.smtpdelivery;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What a server says it can (RFC 5321 §4.1.1.1): keywords in upper case with what follows them. */
record Capabilities(Map<String, String> keywords) {
    private static final Pattern WORD_END = Pattern.compile("[ =]"); // some old ones write AUTH=LOGIN

    static final Capabilities NONE = new Capabilities(Map.of());

    Capabilities {
        keywords = Map.copyOf(keywords);
    }

    /** Of a reply to EHLO, whose first line is a greeting. */
    static Capabilities of(Reply reply) {
        var keywords = new HashMap<String, String>();
        for (var line : reply.lines().subList(1, reply.lines().size())) {
            var words = WORD_END.split(line.strip(), 2);
            keywords.merge(words[0].toUpperCase(Locale.ROOT), words.length == 1 ? "" : words[1].strip(), (a, b) -> a + " " + b);
        }
        return new Capabilities(keywords);
    }

    boolean has(String keyword) {
        return keywords.containsKey(keyword);
    }

    /** RFC 1870 §3: the largest message; zero for no word about it. */
    long largest() {
        return number("SIZE");
    }

    /** What follows a keyword; zero where that is no number. */
    long number(String keyword) {
        var text = keywords.getOrDefault(keyword, "");
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    boolean authenticatesBy(String mechanism) {
        return List.of(keywords.getOrDefault("AUTH", "").toUpperCase(Locale.ROOT).split(" ")).contains(mechanism);
    }
}
