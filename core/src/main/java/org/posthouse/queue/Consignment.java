package org.posthouse.queue;

import java.util.List;
import org.posthouse.message.Content;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;

/** A message for one destination, with those of its recipients who are there. */
public record Consignment(DeliveryId id, Sender from, Destination to, List<Recipient> recipients, Content content) {
    public Consignment {
        recipients = List.copyOf(recipients);
    }
}
