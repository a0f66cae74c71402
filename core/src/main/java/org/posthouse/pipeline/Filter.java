package org.posthouse.pipeline;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;
import org.posthouse.message.Address;
import org.posthouse.message.Content;

/**
 * Looks at a message on its way in and gives a verdict. The kind of the {@code filter-*} bundles: override only the stages
 * that matter. Called by many threads at once; state lives in {@code States} or in {@link Client#findings}. The service
 * property {@code phase} says when it runs: {@code facts}, {@code judge} (the default) or {@code seal}.
 *
 * <p>What {@link #onConnect}, {@link #onHello} and {@link #onSender} refuse is spoken at RCPT. Each call has the section's
 * {@code budget}; an exception or a call over budget counts as a failure and {@code on-failure} decides.
 */
@ConsumerType
public interface Filter {
    default Verdict onConnect(Client client) throws IOException {
        return Verdict.PASS;
    }

    default Verdict onHello(Client client) throws IOException {
        return Verdict.PASS;
    }

    default Verdict onSender(Client client, Address from) throws IOException {
        return Verdict.PASS;
    }

    default Verdict onRecipient(Client client, Address from, Recipient to) throws IOException {
        return Verdict.PASS;
    }

    default Verdict onMessage(Client client, Envelope envelope, Content message) throws IOException {
        return Verdict.PASS;
    }
}
