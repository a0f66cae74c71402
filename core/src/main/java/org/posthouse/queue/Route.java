package org.posthouse.queue;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.posthouse.message.Address;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Recipient;

/** Where an address leads. */
public sealed interface Route {
    /**
     * Ours: each mailbox here once, and whom aliases name outside or transports take; at least one of them.
     *
     * @param held why all of it waits until somebody releases it
     */
    record Local(List<Destination> destinations, List<Address> outside, Optional<String> held) implements Route {
        public Local {
            destinations = List.copyOf(destinations);
            outside = List.copyOf(outside);
        }

        public Local(List<Destination> destinations, List<Address> outside) {
            this(destinations, outside, Optional.empty());
        }

        public Local(List<Destination> destinations) {
            this(destinations, List.of());
        }

        /** For a recipient with this address, when all that is outside goes to the hosts of its domain. */
        List<Way> ways(Recipient named) {
            return Stream.concat(destinations.stream().map(d -> new Way(d, named)),
                    outside.stream().map(target -> Way.outside(target, named))).toList();
        }
    }

    /** Of a domain whose mail we take for other hosts, from everybody. */
    record Backup(Address address) implements Route {}

    /** Its domain is not one of ours; whether it may pass is the relay rule's matter. */
    record Outside(Address address) implements Route {}

    /** Ours, but not deliverable: nobody there, or the aliases are wrong. */
    record Unknown(Status why) implements Route {}
}
