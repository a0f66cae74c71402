package org.posthouse.mbox;

/** The marks {@code >} before {@code From } at the beginning of lines: a writer adds one, a reader takes one away (mboxrd). */
final class Quote {
    /** Lines with more are neither marked nor unmarked. */
    private static final int MOST_MARKS = 1000;
    private static final byte[] FROM = {'F', 'r', 'o', 'm', ' '};

    private Quote() {}

    /** How many marks this line has before its {@code From }; -1 when it is no such line. */
    static int marks(byte[] octets, int from, int to) {
        int i = from;
        int end = Math.min(to, from + MOST_MARKS + 1);
        while (i < end && octets[i] == '>') {
            i++;
        }
        return begins(octets, i, to) ? i - from : -1;
    }

    private static boolean begins(byte[] octets, int at, int to) {
        for (int k = 0; k < FROM.length; k++) {
            if (at + k >= to || octets[at + k] != FROM[k]) {
                return false;
            }
        }
        return true;
    }
}
