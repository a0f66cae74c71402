package org.posthouse.mailbox;

import java.time.Instant;
import java.util.Set;

/**
 * One message in a folder.
 *
 * @param size  octets with CRLF line ends
 * @param flags as IMAP writes them, {@code \Seen}, and keywords
 */
public record Mail(long uid, long size, Set<String> flags, Instant received) {
    public Mail {
        flags = Set.copyOf(flags);
    }
}
