package org.posthouse.pipeline;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ProviderType;
import org.posthouse.message.MessageId;
import org.posthouse.message.Refusal;

/** One message on its way in. Belongs to one thread; closing it without {@link #data} forgets it. */
@ProviderType
public interface Transaction extends AutoCloseable {
    MessageId id();

    /** The reverse-path, once. */
    void from(Sender sender) throws Refusal, IOException;

    /** One more recipient; the same one twice counts once. */
    void to(Recipient recipient) throws Refusal, IOException;

    /**
     * The content, read to its end; then filters, routing and delivery. Once this returns, every recipient with a status of
     * class 2 is ours and durable.
     *
     * @param in octets with CRLF line ends, without dot-stuffing; an IOException from it ends the transaction
     */
    Receipt data(InputStream in) throws Refusal, IOException;

    @Override
    void close();
}
