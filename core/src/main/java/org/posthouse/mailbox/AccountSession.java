package org.posthouse.mailbox;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;
import org.posthouse.message.Content;
import org.posthouse.message.Refusal;
import org.posthouse.queue.DeliveryId;

/** One account's mail, by folder name and UID; holds nothing open between calls. Safe for several threads. */
@ProviderType
public interface AccountSession {
    /** Folder names, INBOX first, separated by {@code /}. */
    List<String> folders() throws IOException;

    /** What is in the folder now; every message in it has its UID recorded for good. */
    Listing list(String folder) throws Refusal, IOException;

    /** The octets of a message with CRLF line ends; read in pieces, so that a swap may come between. The caller closes it. */
    InputStream read(String folder, Mail mail) throws IOException;

    /**
     * Stores a message durably and makes the folder if there is none; a delivery id that was stored before stores nothing.
     * Refusal 5.2.2 or 4.2.2 for quota, 5.2.0 for a folder name that cannot be.
     */
    void append(String folder, DeliveryId id, Content content, Set<String> flags, Instant received) throws Refusal, IOException;

    /** Removes these messages durably; UIDs that are gone already are no error. */
    void expunge(String folder, Collection<Long> uids) throws Refusal, IOException;
}
