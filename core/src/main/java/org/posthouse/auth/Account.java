package org.posthouse.auth;

import java.util.Map;

/** An account with what its directory says of it beside the password: {@code store}, {@code quota}, {@code name}. */
public record Account(AccountId id, Map<String, String> attributes) {
    public Account {
        attributes = Map.copyOf(attributes);
    }
}
