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

    record Unknown() implements Resolution {}
}
