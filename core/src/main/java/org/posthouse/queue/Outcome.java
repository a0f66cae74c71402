package org.posthouse.queue;

import java.util.List;
import org.posthouse.message.Status;

/** What became of one recipient in one attempt. */
public sealed interface Outcome {
    /** Who sends the notices that the sender asked for from here on (RFC 3461 §5.2.2). */
    enum Notices {
        /** The next host: it announced DSN and was told what the sender wants. */
        THEIRS,
        /** We: the next host knows nothing of DSN. */
        OURS
    }

    /** Durable where it belongs; {@code where} is for the trace, {@code resulting} the mail it causes (redirects, vacation). */
    record Delivered(String where, List<Consignment> resulting) implements Outcome {
        public Delivered {
            resulting = List.copyOf(resulting);
        }
    }

    /** Another host has taken it over; {@code where} is for the trace. */
    record Relayed(String where, Notices notices) implements Outcome {}

    /** Not now; try again later with the same delivery id. */
    record Deferred(Status why) implements Outcome {}

    /** Never. */
    record Failed(Status why) implements Outcome {}

    /**
     * One of the others, with what another host said: for the trace, and for the notice (RFC 3464 §2.3.5, §2.3.6).
     *
     * @param host  its name, or its address in brackets
     * @param reply as it came, {@code 550 5.1.1 no such user}; lines are joined by a space
     */
    record Answered(Outcome outcome, String host, String reply) implements Outcome {}

    /** Without what was said. */
    default Outcome itself() {
        return this instanceof Answered(var outcome, _, _) ? outcome.itself() : this;
    }
}
