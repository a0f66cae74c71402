package org.posthouse.auth;

import java.util.regex.Pattern;

/**
 * The failed log-ins of an account, an address, or an account from an address; times in milliseconds since 1970. Kept as
 * {@code failures since locked-until known}.
 *
 * @param since  the first of the failures
 * @param known  whether the account has logged in from there
 */
record FailureCount(int failures, long since, long lockedUntil, boolean known) {
    static final FailureCount NONE = new FailureCount(0, 0, 0, false);

    private static final Pattern KEPT = Pattern.compile("(\\d{1,9}) (\\d{1,18}) (\\d{1,18}) ([01])");

    /** What cannot be read counts nothing. */
    static FailureCount read(String kept) {
        var form = KEPT.matcher(kept);
        return form.matches() ? new FailureCount(Integer.parseInt(form.group(1)), Long.parseLong(form.group(2)),
                Long.parseLong(form.group(3)), form.group(4).equals("1")) : NONE;
    }

    String written() {
        return failures + " " + since + " " + lockedUntil + " " + (known ? 1 : 0);
    }

    FailureCount less(int some) {
        return new FailureCount(Math.max(0, failures - some), since, lockedUntil, known);
    }

    FailureCount lockedUntil(long end) {
        return new FailureCount(failures, since, end, known);
    }

    /** After a log-in. */
    FailureCount welcome() {
        return new FailureCount(0, since, lockedUntil, true);
    }
}
