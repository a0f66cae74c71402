package org.posthouse.mailbox;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;
import org.posthouse.auth.Account;
import org.posthouse.message.Content;
import org.posthouse.message.Held;
import org.posthouse.message.Refusal;
import org.posthouse.queue.DeliveryId;

/**
 * Gives mail its IMAP and POP3 meaning: UIDs, order, removal, delivery once. The kind of the {@code mailboxes-*} bundles.
 * Every call is complete in itself and names one account, so the engine can be handed over between any two of them.
 */
@ConsumerType
public interface MailboxEngine extends Held {
    List<String> folders(Account account) throws IOException;

    Listing list(Account account, String folder) throws Refusal, IOException;

    /** As much as fits from {@code offset}; the number of octets, 0 at the end. Throws NoSuchFileException when it is gone. */
    int read(Account account, String folder, long uid, long offset, byte[] into) throws IOException;

    void append(Account account, String folder, DeliveryId id, Content content, Set<String> flags, Instant received)
            throws Refusal, IOException;

    void expunge(Account account, String folder, Collection<Long> uids) throws Refusal, IOException;
}
