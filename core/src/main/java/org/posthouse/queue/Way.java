package org.posthouse.queue;

import java.util.HashMap;
import org.posthouse.message.Address;
import org.posthouse.pipeline.Recipient;

/** One destination of a recipient, and who is named there: the recipient, or whom an alias leads to. */
public record Way(Destination to, Recipient recipient) {
    /** To the hosts of the address's domain. */
    public static Way outside(Recipient recipient) {
        return new Way(new Destination("smtp", recipient.address().domain(), "INBOX"), recipient);
    }

    /** RFC 3461 §5.2.7: whom the sender had named goes along, for notices. */
    static Way outside(Address target, Recipient named) {
        var parameters = new HashMap<>(named.parameters());
        parameters.putIfAbsent("ORCPT", "rfc822;" + Xtext.of(named.address().toString()));
        return outside(new Recipient(target, parameters));
    }

    /** The same, filed into a folder where it ends in a mailbox here. */
    public Way inFolder(String folder) {
        return to.transport().equals("local") ? new Way(Destination.local(to.target(), folder), recipient) : this;
    }
}
