package org.posthouse.imap;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates as IMAP writes them (RFC 3501 §9, date and date-time). */
final class Dates {
    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final Pattern DAY = Pattern.compile("([ \\d]?\\d)-([A-Za-z]{3})-(\\d{4})");
    private static final Pattern MOMENT = Pattern.compile(DAY.pattern() + " (\\d\\d):(\\d\\d):(\\d\\d) ([+-])(\\d\\d)(\\d\\d)");
    private static final DateTimeFormatter WRITTEN = DateTimeFormatter.ofPattern("dd-MMM-yyyy HH:mm:ss xx", Locale.ENGLISH);

    private Dates() {}

    static LocalDate day(String text) throws Rejection {
        var parts = DAY.matcher(text);
        if (!parts.matches()) {
            throw new Rejection("a date is written 1-Feb-2003");
        }
        return day(parts);
    }

    static Instant moment(String text) throws Rejection {
        var parts = MOMENT.matcher(text);
        if (!parts.matches()) {
            throw new Rejection("a time is written \" 1-Feb-2003 04:05:06 +0000\"");
        }
        try {
            var time = LocalTime.of(number(parts, 4), number(parts, 5), Math.min(59, number(parts, 6))); // 60 in a leap second
            int sign = parts.group(7).equals("-") ? -1 : 1;
            var zone = ZoneOffset.ofHoursMinutes(sign * number(parts, 8), sign * number(parts, 9));
            return ZonedDateTime.of(day(parts), time, zone).toInstant();
        } catch (DateTimeException _) {
            throw new Rejection("there is no such time");
        }
    }

    private static LocalDate day(Matcher parts) throws Rejection {
        try {
            int month = MONTHS.indexOf(parts.group(2).toUpperCase(Locale.ROOT)) + 1;
            return LocalDate.of(number(parts, 3), month, Integer.parseInt(parts.group(1).strip()));
        } catch (DateTimeException _) {
            throw new Rejection("there is no such day");
        }
    }

    private static int number(Matcher parts, int group) {
        return Integer.parseInt(parts.group(group));
    }

    /** As INTERNALDATE tells it, in UTC. */
    static String written(Instant moment) {
        return WRITTEN.format(moment.atOffset(ZoneOffset.UTC));
    }
}
