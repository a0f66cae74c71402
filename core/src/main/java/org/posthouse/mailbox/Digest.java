package org.posthouse.mailbox;

import java.nio.ByteBuffer;
import java.util.Set;

/**
 * What is kept ready of a message, as IMAP sends it. The buffers are read-only, and a reader does not move their positions but
 * those of duplicates.
 *
 * @param envelope      RFC 9051 §7.5.2, ENVELOPE
 * @param body          BODY, without extension data
 * @param bodyStructure BODYSTRUCTURE, with it
 * @param fields        the message's header fields of the names in {@link #FIELDS}, as they are in the message, each line ended by
 *                      CRLF, without the empty line
 * @param header        octets of the whole header with the empty line that ends it
 */
public record Digest(ByteBuffer envelope, ByteBuffer body, ByteBuffer bodyStructure, ByteBuffer fields, long header) {
    /** In lower case: what the clients in use ask for in their lists of messages. */
    public static final Set<String> FIELDS = Set.of("date", "from", "sender", "reply-to", "to", "cc", "bcc", "subject", "message-id",
            "in-reply-to", "references", "content-type", "content-transfer-encoding", "content-disposition", "mime-version",
            "importance", "priority", "x-priority", "x-msmail-priority", "list-id", "list-post", "list-unsubscribe", "newsgroups",
            "delivered-to", "return-path", "disposition-notification-to", "x-spam-flag", "x-spam-status", "auto-submitted", "precedence",
            "user-agent", "x-mailer", "organization", "followup-to", "resent-date", "resent-from", "resent-to", "resent-message-id",
            "x-label", "x-keywords", "lines", "autocrypt", "x-uidl", "x-forwarded-message-id");
}
