package org.posthouse.pipeline;

import java.util.Map;
import org.posthouse.message.Address;

/** A message's reverse-path with the parameters of its MAIL (RFC 5321 §4.1.1.2), names in upper case. */
public record Sender(Address address, Map<String, String> parameters) {
    public Sender {
        parameters = Map.copyOf(parameters);
    }

    public Sender(Address address) {
        this(address, Map.of());
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
