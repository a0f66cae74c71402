package org.posthouse.queue;

import java.util.HashMap;
import java.util.Optional;
import org.posthouse.message.Address;
import org.posthouse.pipeline.DsnRequest;
import org.posthouse.pipeline.Recipient;

/**
 * One destination of a recipient, and who is named there: the recipient, or whom an alias leads to.
 *
 * @param from the sender to name there, where it is not the message's
 * @param held why it waits in the queue until somebody releases it
 */
public record Way(Destination to, Recipient recipient, Optional<Address> from, Optional<String> held) {
    public Way(Destination to, Recipient recipient) {
        this(to, recipient, Optional.empty(), Optional.empty());
    }

    /** To the hosts of the address's domain. */
    public static Way outside(Recipient recipient) {
        return new Way(new Destination("smtp", recipient.address().domain(), "INBOX"), recipient);
    }

    /** To the hosts of the domain that an alias leads to. */
    static Way outside(Address target, Recipient named) {
        return outside(instead(target, named));
    }

    /** RFC 3461 §5.2.7: whom the sender had named goes along, for notices. */
    static Recipient instead(Address target, Recipient named) {
        if (target.equals(named.address())) {
            return named;
        }
        var parameters = new HashMap<>(named.parameters());
        parameters.putIfAbsent(DsnRequest.ORCPT, Xtext.original(named.address()));
        return new Recipient(target, parameters);
    }

    /** The same, filed into a folder where it ends in a mailbox here. */
    public Way inFolder(String folder) {
        return to.transport().equals("local") ? new Way(Destination.local(to.target(), folder), recipient, from, held) : this;
    }
}
