package org.posthouse.queue;

import java.util.List;
import org.posthouse.message.Address;
import org.posthouse.message.Status;

/** Where an address leads. */
public sealed interface Route {
    /** Here: at least one mailbox, each once. */
    record Local(List<Destination> destinations) implements Route {
        public Local {
            destinations = List.copyOf(destinations);
        }
    }

    /** Its domain is not one of ours; whether it may pass is the relay rule's matter. */
    record Outside(Address address) implements Route {}

    /** Ours, but not deliverable: nobody there, or the aliases are wrong. */
    record Unknown(Status why) implements Route {}
}
