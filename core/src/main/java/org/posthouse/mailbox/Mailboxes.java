package org.posthouse.mailbox;

import java.io.IOException;
import org.osgi.annotation.versioning.ProviderType;
import org.posthouse.auth.AccountId;

/**
 * Opens accounts' mail. A core service. Sessions survive a swap of the engine and the store below: every call finds the
 * one that is there, waiting for it at most {@code grace}, then throws {@link org.posthouse.message.Unavailable}.
 */
@ProviderType
public interface Mailboxes {
    /** NoSuchFileException when there is no such account. */
    AccountSession open(AccountId account) throws IOException;
}
