package org.posthouse.mailbox;

import java.time.Instant;
import java.util.Set;

/**
 * One message in a folder.
 *
 * @param size   octets with CRLF line ends
 * @param flags  as IMAP writes them, {@code \Seen}, and keywords; {@code \Recent} is never among them
 * @param modseq of its last change (RFC 7162 §3.1)
 * @param key    the engine's own name for the message in its folder; nobody else reads anything into it
 */
public record Mail(long uid, long size, Set<String> flags, Instant received, long modseq, String key) {
    public Mail {
        flags = Set.copyOf(flags);
    }
}
