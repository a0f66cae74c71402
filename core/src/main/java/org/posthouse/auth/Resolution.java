package org.posthouse.auth;

import java.util.List;
import org.posthouse.message.Address;

/** What a directory knows of exactly one address, in one step: it follows no alias and folds no tag. */
public sealed interface Resolution {
    record Local(AccountId account) implements Resolution {}

    record Aliases(List<Address> targets) implements Resolution {
        public Aliases {
            targets = List.copyOf(targets);
        }
    }

    /** Its whole domain is another name of that one: whoever is there is here, and nobody else. */
    record Renamed(Address as) implements Resolution {}

    record Unknown() implements Resolution {}
}
