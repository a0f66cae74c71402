package org.posthouse.mailbox;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ProviderType;
import org.posthouse.auth.AccountId;
import org.posthouse.message.Refusal;
import org.posthouse.message.Spooled;

/**
 * Opens accounts' mail. A core service. Sessions survive a swap of the engine and the store below: every call finds the
 * one that is there, waiting for it at most {@code grace}, then throws {@link org.posthouse.message.Unavailable}.
 */
@ProviderType
public interface Mailboxes {
    /** NoSuchFileException when there is no such account. */
    AccountSession open(AccountId account) throws IOException;

    /**
     * Takes a message to be appended, with CRLF line ends, into memory or a spool file; the caller closes it. Refusal 5.3.4 when
     * there are more octets.
     */
    Spooled spool(InputStream in, long maxOctets) throws Refusal, IOException;
}
