package org.posthouse.smtpdelivery;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a domain demands of those who bring mail to it (RFC 8461 §3.2).
 *
 * @param id      of the record in the DNS that told of it
 * @param hosts   names of its exchangers, perhaps with {@code *} for the first label
 * @param expires when it is to be forgotten
 */
record StsPolicy(String id, Mode mode, List<String> hosts, Instant expires) {
    enum Mode { ENFORCE, TESTING, NONE }

    private static final long LONGEST_SECONDS = 31_557_600;
    private static final int MOST_HOSTS = 100;
    private static final Pattern HOST = Pattern.compile("(?:\\*\\.)?[a-z0-9._-]{1,253}");

    StsPolicy {
        hosts = List.copyOf(hosts);
    }

    /** Of the file's text; empty when it is not one. */
    static Optional<StsPolicy> parse(String id, List<String> lines, Instant now) {
        var version = "";
        var mode = Optional.<Mode>empty();
        long age = -1;
        var hosts = new ArrayList<String>();
        for (var line : lines) {
            int colon = line.indexOf(':');
            var key = colon < 0 ? "" : line.substring(0, colon).strip();
            var value = line.substring(colon + 1).strip();
            switch (key) {
                case "version" -> version = value;
                case "mode" -> mode = mode(value);
                case "max_age" -> age = value.matches("\\d{1,10}") ? Math.min(Long.parseLong(value), LONGEST_SECONDS) : -1;
                case "mx" -> hosts.add(value.toLowerCase(Locale.ROOT));
                default -> { } // RFC 8461 §3.2: others are for later versions
            }
        }
        boolean sound = version.equals("STSv1") && age >= 0 && hosts.size() <= MOST_HOSTS && hosts.stream().allMatch(HOST.asMatchPredicate())
                && mode.filter(m -> m == Mode.NONE || !hosts.isEmpty()).isPresent();
        return sound ? Optional.of(new StsPolicy(id, mode.get(), hosts, now.plus(Duration.ofSeconds(age)))) : Optional.empty();
    }

    private static Optional<Mode> mode(String text) {
        return switch (text) {
            case "enforce" -> Optional.of(Mode.ENFORCE);
            case "testing" -> Optional.of(Mode.TESTING);
            case "none" -> Optional.of(Mode.NONE);
            default -> Optional.empty();
        };
    }

    /** RFC 8461 §4.1: an asterisk stands for one label. */
    boolean covers(String host) {
        var name = host.toLowerCase(Locale.ROOT);
        int dot = name.indexOf('.');
        return hosts.stream().anyMatch(h -> h.equals(name) || h.startsWith("*.") && dot > 0 && h.substring(1).equals(name.substring(dot)));
    }

    /** As reports tell of it (RFC 8460 §4.4). */
    List<String> published() {
        return Stream.concat(Stream.of("version: STSv1", "mode: " + mode.name().toLowerCase(Locale.ROOT)), hosts.stream().map(h -> "mx: " + h)).toList();
    }

    /** One line, to be kept. */
    String written() {
        return String.join(" ", id, mode.name(), expires.toString(), String.join(",", hosts));
    }

    /** What {@link #written} has written; empty for anything else. */
    static Optional<StsPolicy> read(String line) {
        var words = line.split(" ", -1);
        try {
            return words.length != 4 ? Optional.empty() : Optional.of(new StsPolicy(words[0], Mode.valueOf(words[1]),
                    words[3].isEmpty() ? List.of() : List.of(words[3].split(",")), Instant.parse(words[2])));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
