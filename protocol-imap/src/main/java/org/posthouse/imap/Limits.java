package org.posthouse.imap;

import java.time.Duration;

/**
 * What one client may cost.
 *
 * @param autologout    how long it may be silent after its log-in (RFC 3501 §5.4: at least 30 minutes)
 * @param loginTime     how long it may take to log in
 * @param errors        how many wrong commands may come one after the other
 * @param authFailures  how many log-ins may fail
 * @param tarpit        by how much each of these is answered later than the one before, from half of them on
 * @param commandOctets the longest command with its literals, once somebody has logged in
 * @param appendOctets  the largest message that APPEND takes
 * @param literals      which literals may come unasked (RFC 7888)
 */
record Limits(Duration autologout, Duration loginTime, int errors, int authFailures, Duration tarpit, int commandOctets, long appendOctets,
        Literals literals) {
    enum Literals {
        PLUS, MINUS;

        private static final long LONGEST_FOR_MINUS = 4096; // RFC 7888 §5

        long longestUnasked() {
            return this == PLUS ? Long.MAX_VALUE : LONGEST_FOR_MINUS;
        }
    }
}
