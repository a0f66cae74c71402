package org.posthouse.pipeline;

import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.message.Unavailable;

/** The one door through which messages come in, whatever the protocol. A core service. */
@ProviderType
public interface Intake {
    /** Begins a message; the filters' view of connect and hello is asked at the first recipient. */
    Transaction begin(Client client) throws IOException;

    /**
     * Begins a message that the server writes by itself, such as a report: it may go anywhere, and passes the filters as any other.
     *
     * @param writer the bundle whose message it is
     */
    default Transaction beginOwn(String writer) throws IOException {
        throw new Unavailable("nothing is taken from here");
    }

    /**
     * For who may ask (RFC 5321 §3.5): whom mail to this address reaches, itself where it is a mailbox here; empty where it is not ours.
     *
     * @throws Refusal when nobody is there
     */
    default List<Address> members(Address address) throws Refusal, IOException {
        return List.of();
    }
}
