package org.posthouse.queue;

import java.util.List;
import org.posthouse.message.Status;

/** What became of one recipient in one attempt. */
public sealed interface Outcome {
    /** Durable where it belongs; {@code where} is for the trace, {@code resulting} the mail it causes (redirects, vacation). */
    record Delivered(String where, List<Consignment> resulting) implements Outcome {
        public Delivered {
            resulting = List.copyOf(resulting);
        }
    }

    /** Not now; try again later with the same delivery id. */
    record Deferred(Status why) implements Outcome {}

    /** Never. */
    record Failed(Status why) implements Outcome {}
}
