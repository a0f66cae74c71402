package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.LocalDate;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SentDayTest {
    private static void is(int year, int month, int day, String field) {
        assertEquals(Optional.of(LocalDate.of(year, month, day)), SentDay.of(field), field);
    }

    @Test
    void theDayIsReadAsItIsWritten() {
        is(1997, 11, 21, "Fri, 21 Nov 1997 09:55:06 -0600");
        is(2003, 7, 1, "Tue, 1 Jul 2003 10:52:37 +0200");
        is(1969, 2, 13, "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)");
        is(1997, 11, 21, "21 Nov 97 09:55:06 GMT");
        is(2024, 2, 29, "29 feb 24 09:55 EST");
        is(2001, 1, 2, "2 January 101 00:00 +0000");
        is(2020, 3, 4, "4-Mar-2020 10:00");
    }

    @Test
    void whatIsNoDateHasNoDay() {
        for (var field : new String[] {"", "yesterday", "30 Feb 2020", "1 Xyz 2020", "Nov 21 1997", "21 Nov", "9".repeat(1000)}) {
            assertEquals(Optional.empty(), SentDay.of(field), field);
        }
    }
}
