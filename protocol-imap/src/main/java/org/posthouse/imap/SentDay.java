package org.posthouse.imap;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The day that a Date field names, whatever its time and zone are (RFC 5322 §3.3, and §4.3 for what old mailers wrote). */
final class SentDay {
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final int LONGEST = 200; // characters that are looked at
    private static final Pattern DAY = Pattern.compile("(?:^|[\\s,])(\\d{1,2})[\\s-]+([A-Za-z]{3})[A-Za-z]*[\\s-]+(\\d{2,4})\\b");

    private SentDay() {}

    static Optional<LocalDate> of(String field) {
        var day = DAY.matcher(field.substring(0, Math.min(field.length(), LONGEST)));
        if (!day.find()) {
            return Optional.empty();
        }
        int month = MONTHS.indexOf(day.group(2).toLowerCase(Locale.ROOT)) + 1;
        try {
            return Optional.of(LocalDate.of(year(day.group(3)), month, Integer.parseInt(day.group(1))));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    /** RFC 5322 §4.3: two digits below 50 are of this century, two from 50 on and three are counted from 1900. */
    private static int year(String digits) {
        int year = Integer.parseInt(digits);
        if (digits.length() == 4) {
            return year;
        }
        return digits.length() == 2 && year < 50 ? 2000 + year : 1900 + year;
    }
}
