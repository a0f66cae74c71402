package org.posthouse.queue;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.posthouse.pipeline.Recipient;

/** Keeps what it is given, and answers as it is told; at first everything is delivered. For tests. */
public final class RecordingDelivery implements Delivery {
    /** What becomes of a consignment. */
    public interface Behaviour {
        Map<Recipient, Outcome> deliver(Consignment consignment) throws IOException;
    }

    private final Predicate<Destination> accepted;
    private final List<Consignment> taken = new CopyOnWriteArrayList<>();
    private volatile Behaviour behaviour = c -> all(c, new Outcome.Delivered(c.to().toString(), List.of()));

    public RecordingDelivery(Predicate<Destination> accepted) {
        this.accepted = accepted;
    }

    /** Takes what is for a mailbox here. */
    public RecordingDelivery() {
        this(destination -> destination.transport().equals("local"));
    }

    public RecordingDelivery behaving(Behaviour other) {
        behaviour = other;
        return this;
    }

    /** The same outcome for everybody. */
    public static Map<Recipient, Outcome> all(Consignment consignment, Outcome outcome) {
        var outcomes = new HashMap<Recipient, Outcome>();
        consignment.recipients().forEach(to -> outcomes.put(to, outcome));
        return outcomes;
    }

    /** All consignments it was asked to deliver, repetitions too. */
    public List<Consignment> taken() {
        return List.copyOf(taken);
    }

    @Override
    public boolean accepts(Destination destination) {
        return accepted.test(destination);
    }

    @Override
    public Map<Recipient, Outcome> deliver(Consignment consignment) throws IOException {
        taken.add(consignment);
        return behaviour.deliver(consignment);
    }
}
