package org.posthouse.pipeline;

import java.util.List;
import org.posthouse.message.MessageId;

/** Who a message is from and for whom it was accepted at RCPT. */
public record Envelope(MessageId id, Sender from, List<Recipient> to) {
    public Envelope {
        to = List.copyOf(to);
    }
}
