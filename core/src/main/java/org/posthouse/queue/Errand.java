package org.posthouse.queue;

import java.util.Locale;
import java.util.Map;

/**
 * One consignment of an item in hand.
 *
 * @param sender   whose turn it takes
 * @param priority of the message (RFC 6710 §4.1): -9 to 9
 */
record Errand(Job job, Consignment consignment, String sender, int priority) {
    private static final String PRIORITY = "MT-PRIORITY";
    private static final String TURN = "turn"; // in an item's notes

    static Errand of(Job job, Consignment consignment) {
        return new Errand(job, consignment, job.sender(), priority(consignment));
    }

    /** Who sends it, as far as turns go: whoever brought it in may say that; else it is the address. */
    static String sender(Queue.Item item) {
        return item.notes().getOrDefault(TURN, item.from().address().toString().toLowerCase(Locale.ROOT));
    }

    /** @param turn empty: its address alone counts */
    static Map<String, String> notes(String turn) {
        return turn.isEmpty() ? Map.of() : Map.of(TURN, turn);
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
