package org.posthouse.queue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.posthouse.message.Content;
import org.posthouse.pipeline.Recipient;

/** An item in hand: its consignments are carried one by one, and what became of them is written down when the last one ends. */
final class Job {
    private final Queue.Item item;
    private final Content content;
    private final List<Consignment> consignments;

    // guarded by this
    private final Map<DeliveryId, Map<Recipient, Outcome>> became = new HashMap<>();

    Job(Queue.Item item, Content content) {
        this.item = item;
        this.content = content;
        this.consignments = Courier.consignments(item, content);
    }

    Queue.Item item() {
        return item;
    }

    Content content() {
        return content;
    }

    List<Consignment> consignments() {
        return consignments;
    }

    /** Whether that was the last. */
    synchronized boolean ended(Consignment consignment, Map<Recipient, Outcome> outcomes) {
        became.put(consignment.id(), outcomes);
        return became.size() == consignments.size();
    }

    synchronized Map<DeliveryId, Map<Recipient, Outcome>> became() {
        return Map.copyOf(became);
    }
}
