package org.posthouse.queue;

import java.io.IOException;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;
import org.posthouse.pipeline.Recipient;

/** Brings messages to where they belong. The kind of the {@code delivery-*} bundles. */
@ConsumerType
public interface Delivery {
    boolean accepts(Destination destination);

    /**
     * Tries once; idempotent by {@link Consignment#id}. An outcome for every recipient; an IOException stands for a
     * temporary failure of all of them.
     */
    Map<Recipient, Outcome> deliver(Consignment consignment) throws IOException;
}
