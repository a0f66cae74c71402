package org.posthouse.mbox;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The line between two messages (RFC 4155 appendix A), {@code From sender date}, as programs of forty years write it:
 * <pre>
 * From ann@example.test Thu Jan  1 00:00:00 1970          date in UTC
 * From ann Thu Jan  1 00:00 1970                          no seconds
 * From ann Thu Jan  1 00:00:00 MET DST 1970 remote from x zones before or behind the year, or as +0100
 * From - Thu, 01 Jan 1970 00:00:00 +0000                  as in a Date field
 * </pre>
 * A line with another date is text.
 */
record FromLine(String sender, Instant date) {
    private static final DateTimeFormatter ASCTIME = DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US)
            .withZone(ZoneOffset.UTC);
    private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");
    private static final List<String> MONTHS = List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");
    private static final Pattern TIME = Pattern.compile("(\\d{1,2}):(\\d\\d)(?::(\\d\\d))?");
    private static final Pattern OFFSET = Pattern.compile("[+-]\\d{4}");
    private static final Pattern ZONE = Pattern.compile("[A-Z]{1,5}");
    private static final int LONGEST_SENDER = 256;
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    /** @param line without its line end */
    static Optional<FromLine> parse(String line) {
        if (!line.startsWith("From ")) {
            return Optional.empty();
        }
        var words = Arrays.stream(line.substring(5).strip().split("[ \t]+")).toList();
        for (int i = 0; i < words.size(); i++) {
            if (DAYS.contains(words.get(i).replace(",", ""))) {
                var date = new Date(words.subList(i + 1, words.size())).read();
                if (date.isPresent()) {
                    return Optional.of(new FromLine(String.join(" ", words.subList(0, i)), date.get()));
                }
            }
        }
        return Optional.empty();
    }

    /** The words behind the day of the week, taken one by one. */
    private static final class Date {
        private final List<String> words;
        private int at;

        Date(List<String> words) {
            this.words = words;
        }

        Optional<Instant> read() {
            int first = number(1, 2);
            int month = MONTHS.indexOf(word()) + 1;
            at++;
            int day = first >= 0 ? first : number(1, 2);
            int year = number(4, 4);
            var time = TIME.matcher(word());
            at++;
            if (month == 0 || day < 0 || !time.matches()) {
                return Optional.empty();
            }
            var zone = ZoneOffset.UTC;
            for (; at < words.size() && !word().equals("remote"); at++) {
                if (year < 0 && word().matches("\\d{4}")) {
                    year = Integer.parseInt(word());
                } else if (OFFSET.matcher(word()).matches()) {
                    zone = zone(word());
                } else if (!ZONE.matcher(word()).matches()) {
                    return Optional.empty();
                }
            }
            try {
                int second = time.group(3) == null ? 0 : Math.min(59, Integer.parseInt(time.group(3)));
                return year < 0 ? Optional.empty() : Optional.of(LocalDateTime.of(year, month, day, Integer.parseInt(time.group(1)),
                        Integer.parseInt(time.group(2)), second).toInstant(zone));
            } catch (DateTimeException _) {
                return Optional.empty();
            }
        }

        private String word() {
            return at < words.size() ? words.get(at) : "";
        }

        /** -1, and nothing taken, when there is none of that many digits. */
        private int number(int fewest, int most) {
            if (!word().matches("\\d{" + fewest + "," + most + "}")) {
                return -1;
            }
            return Integer.parseInt(words.get(at++));
        }

        private static ZoneOffset zone(String offset) {
            try {
                return ZoneOffset.of(offset);
            } catch (DateTimeException _) {
                return ZoneOffset.UTC;
            }
        }
    }

    /** With its line end. */
    String text() {
        var safe = sender.chars().allMatch(c -> c > ' ' && c <= '~') && !sender.isEmpty() && sender.length() <= LONGEST_SENDER
                ? sender : "MAILER-DAEMON";
        var moment = date.isBefore(Instant.EPOCH) ? Instant.EPOCH : date.isAfter(LAST) ? LAST : date;
        return "From " + safe + " " + ASCTIME.format(moment) + "\n";
    }
}
