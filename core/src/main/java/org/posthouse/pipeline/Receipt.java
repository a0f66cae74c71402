package org.posthouse.pipeline;

import java.util.Map;
import org.posthouse.message.MessageId;
import org.posthouse.message.Status;

/**
 * What became of a message's recipients: 2.x.x ours now and durable; 4.x.x or 5.x.x refused. LMTP says each, SMTP folds
 * them into one reply.
 */
public record Receipt(MessageId id, Map<Recipient, Status> each) {
    public Receipt {
        each = Map.copyOf(each);
    }
}
