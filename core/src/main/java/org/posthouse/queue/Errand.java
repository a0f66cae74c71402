package org.posthouse.queue;

import java.util.Locale;

/**
 * One consignment of an item in hand.
 *
 * @param sender   whose turn it takes
 * @param priority of the message (RFC 6710 §4.1): -9 to 9
 */
record Errand(Job job, Consignment consignment, String sender, int priority) {
    private static final String PRIORITY = "MT-PRIORITY";

    static Errand of(Job job, Consignment consignment) {
        return new Errand(job, consignment, sender(consignment), priority(consignment));
    }

    static String sender(Consignment consignment) {
        return consignment.from().address().toString().toLowerCase(Locale.ROOT);
    }

    private static int priority(Consignment consignment) {
        try {
            return Math.clamp(Integer.parseInt(consignment.from().parameters().getOrDefault(PRIORITY, "0")), -9, 9);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Whatever folder of a mailbox it is for. */
    String line() {
        return consignment.to().transport() + ":" + consignment.to().target();
    }
}
