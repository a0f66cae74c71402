package org.posthouse.mailbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;
import org.posthouse.message.Content;
import org.posthouse.message.PieceInput;
import org.posthouse.message.Refusal;
import org.posthouse.message.StoredContent;
import org.posthouse.queue.DeliveryId;

/**
 * One account's mail, by folder name and UID; holds nothing open between calls. Safe for several threads.
 *
 * <p>Folder names have {@code /} between levels; INBOX in any case of letters is the inbox, which always is. Where a folder is
 * missing, calls throw NoSuchFileException; {@link BadFolderName} where there can be none of that name. What changes mail is
 * durable when it returns. A Refusal is also what the account may not do. Every message that a listing shows has its UID recorded for good.
 */
@ProviderType
public interface AccountSession {
    /** Folder names, INBOX first. */
    List<String> folders() throws IOException;

    /** Names subscribed to (RFC 9051 §6.3.7), whether there is such a folder now or not. */
    Set<String> subscriptions() throws IOException;

    /** Special uses (RFC 6154) by folder name, {@code Sent} to {@code \Sent}; of folders there are. */
    Map<String, String> specialUses() throws IOException;

    void subscribe(String folder) throws IOException;

    /** No error where there was no subscription. */
    void unsubscribe(String folder) throws IOException;

    /** Also makes the levels above it. FileAlreadyExistsException when it is there. */
    void create(String folder) throws Refusal, IOException;

    /** With its messages; folders below it stay. Refusal 5.2.0 for INBOX. */
    void delete(String folder) throws Refusal, IOException;

    /**
     * With the folders below it; subscriptions stay as they are. INBOX stays and its messages go to the new folder (RFC 9051
     * §6.3.6). FileAlreadyExistsException when the new name is there.
     */
    void rename(String folder, String to) throws Refusal, IOException;

    /** What is in the folder now; the same object as last time when nothing has changed. */
    Listing list(String folder) throws Refusal, IOException;

    /** What changed after a MODSEQ, which came from a listing or from a client. */
    Changes changesSince(String folder, long modseq) throws Refusal, IOException;

    /**
     * Messages from the returned UID up to (not with) {@code below} are {@code \Recent} to the caller and to nobody else after
     * (RFC 3501 §2.3.2).
     */
    long claimRecent(String folder, long below) throws IOException;

    /** For each of these messages what is kept ready; made now where it is not there. Those that are gone are left out. */
    Map<Long, Digest> digests(String folder, List<Mail> mails) throws IOException;

    /** As much as fits from {@code offset} of the octets with CRLF line ends; 0 at the end. NoSuchFileException when it is gone. */
    int read(String folder, Mail mail, long offset, byte[] into) throws IOException;

    /** The same, into what remains of a buffer, whose position moves. */
    default int read(String folder, Mail mail, long offset, ByteBuffer into) throws IOException {
        var octets = new byte[into.remaining()];
        int n = read(folder, mail, offset, octets);
        into.put(octets, 0, n);
        return n;
    }

    /** All octets of a message; read in pieces, so that a swap may come between. The caller closes it. */
    default InputStream read(String folder, Mail mail) throws IOException {
        return new PieceInput(String.valueOf(mail.uid()), mail.size(), (offset, into) -> read(folder, mail, offset, into));
    }

    /** A message with its header and structure; each of these reads it once. An I/O error comes as UncheckedIOException there. */
    default Content content(String folder, Mail mail) {
        return new StoredContent(new StoredContent.Octets() {
            @Override public long size() {
                return mail.size();
            }

            @Override public InputStream open() throws IOException {
                return read(folder, mail);
            }
        });
    }

    /**
     * Stores a message that was sent to the account and makes the folder if there is none; a delivery id that was stored before
     * stores nothing. Refusal 5.2.2 or 4.2.2 for quota, 5.2.0 for a folder name that cannot be.
     */
    void deliver(String folder, DeliveryId id, Content content, Set<String> flags, Instant received) throws Refusal, IOException;

    /** Stores a message of the account's own. Refusal 4.2.2 for quota. */
    Placed append(String folder, DeliveryId id, Content content, Set<String> flags, Instant received) throws Refusal, IOException;

    /** The UIDs left as they were, for they have changed since; what is gone is left out. */
    UidSet flag(String folder, UidSet uids, FlagUpdate update) throws Refusal, IOException;

    /** Removes these messages; UIDs that are gone already are no error. */
    void expunge(String folder, UidSet uids) throws Refusal, IOException;

    /** Removes those among them that have {@code \Deleted} at this moment. */
    void expungeDeleted(String folder, UidSet uids) throws Refusal, IOException;

    /** All or none of those that are there. Refusal 4.2.2 for quota. */
    Placed copy(String folder, UidSet uids, String to) throws Refusal, IOException;

    /** Each message is in one of the two folders at any moment; those moved before an error are moved. */
    Placed move(String folder, UidSet uids, String to) throws Refusal, IOException;

    Quota quota() throws IOException;

    /** Tells of changes by this and other programs, until closed. */
    Watch.Watching watch(String folder, Watch watch) throws IOException;
}
