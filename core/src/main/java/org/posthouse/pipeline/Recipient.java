package org.posthouse.pipeline;

import java.util.Map;
import org.posthouse.message.Address;

/** A recipient as the client named it, with the parameters of its RCPT (RFC 5321 §4.1.1.3), names in upper case. */
public record Recipient(Address address, Map<String, String> parameters) {
    public Recipient {
        parameters = Map.copyOf(parameters);
    }

    public Recipient(Address address) {
        this(address, Map.of());
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
