package org.posthouse.pipeline;

import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;

/** The one door through which messages come in, whatever the protocol. A core service. */
@ProviderType
public interface Intake {
    /** Begins a message; the filters' view of connect and hello is asked at the first recipient. */
    Transaction begin(Client client) throws IOException;

    /**
     * For who may ask (RFC 5321 §3.5): whom mail to this address reaches, itself where it is a mailbox here; empty where it is not ours.
     *
     * @throws Refusal when nobody is there
     */
    default List<Address> members(Address address) throws Refusal, IOException {
        return List.of();
    }
}
