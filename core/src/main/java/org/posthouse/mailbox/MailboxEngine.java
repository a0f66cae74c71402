package org.posthouse.mailbox;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;
import org.posthouse.auth.Account;
import org.posthouse.message.Held;

/**
 * Gives mail its IMAP and POP3 meaning: UIDs, order, flags, changes, delivery once. The kind of the {@code mailboxes-*} bundles.
 * Every call of an account's mail is complete in itself, so the engine can be handed over between any two of them.
 */
@ConsumerType
public interface MailboxEngine extends Held {
    /** For one call or a few; the caller does not keep it. Costs next to nothing. */
    AccountSession account(Account account) throws IOException;
}
