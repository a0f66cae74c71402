package org.posthouse.mailbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;
import org.posthouse.auth.AccountId;
import org.posthouse.message.Content;
import org.posthouse.message.Held;
import org.posthouse.queue.DeliveryId;

/**
 * How messages lie on disk. The kind of the {@code store-*} bundles. It records the UIDs it is given and never chooses one.
 * Other programs may read and write the same mail at any time. Every call is complete in itself; INBOX always exists, other
 * folders must be created: NoSuchFileException where there is none, {@link BadFolderName} where there can be none.
 */
@ConsumerType
public interface Store extends Held {
    /** A folder of an account by its name with {@code /} between levels. */
    record Folder(AccountId account, String name) {}

    /** What the format's own files say; a folder without such a file yet gets its UIDVALIDITY here, durably. */
    record Identity(long uidValidity, long uidNext) {}

    /**
     * A message in a folder.
     *
     * @param key      names the message for as long as it lies in the folder, whatever happens to its flags; not a path
     * @param received in whole seconds
     * @param size     octets with CRLF line ends; {@link #UNKNOWN} where only reading the message would tell
     */
    record Entry(String key, OptionalLong uid, Set<String> flags, Instant received, long size) {
        public static final long UNKNOWN = -1;

        public Entry {
            flags = Set.copyOf(flags);
        }
    }

    List<String> folders(AccountId account) throws IOException;

    /** Durable; no error when it is there. */
    void create(Folder folder) throws IOException;

    /** Removes the folder with its messages, durably; folders below it stay. Never called for INBOX. */
    void delete(Folder folder) throws IOException;

    /**
     * Gives this one folder another name, durably, with its UIDVALIDITY, UIDs, flags and what it remembers; folders below it keep
     * theirs. FileAlreadyExistsException when the new name is there. Never called for INBOX.
     */
    void rename(Folder folder, String to) throws IOException;

    /** Names the account is subscribed to, in the format's own file where it has one. */
    Set<String> subscriptions(AccountId account) throws IOException;

    /** Durable; no error when it is so already. The folder need not exist. */
    void subscribe(Folder folder) throws IOException;

    /** Durable; no error when it is so already. */
    void unsubscribe(Folder folder) throws IOException;

    Identity identity(Folder folder) throws IOException;

    /**
     * All messages: those with a UID by ascending UID, then the others in the order in which they should get theirs. The
     * same list object as last time says that nothing has changed.
     */
    List<Entry> scan(Folder folder) throws IOException;

    /** Stores durably. With a delivery id that was stored before it returns that entry and stores nothing. */
    Entry add(Folder folder, DeliveryId id, Content content, Set<String> flags, Instant received) throws IOException;

    /**
     * Gives UIDs to messages that have none, in the order given and in one batch under the format's own lock; where another
     * program recorded something meanwhile, its entries win. Durable. What is in force afterwards, for those keys.
     */
    Map<String, Long> record(Folder folder, List<String> keys) throws IOException;

    /** Changes flags durably; keys that are gone are no error. A flag that the format cannot keep is left out. */
    void flag(Folder folder, Collection<String> keys, FlagChange change) throws IOException;

    /**
     * Copies messages to another folder of the account or to the same one, with flags and times, by a link where the format allows
     * it; durable. All or none of those that are there: new keys by old ones, in the order given; keys that are gone are left out.
     */
    Map<String, String> copy(Folder from, List<String> keys, Folder to) throws IOException;

    /**
     * Moves messages to another folder of the account, durably; at any moment, also after a power cut, each is in one of them
     * (where the format makes that impossible, in both rather than in none). A delivery that put one here is remembered here. New
     * keys by old ones, in the order given; keys that are gone are left out. What was moved before an error is moved.
     */
    Map<String, String> move(Folder from, List<String> keys, Folder to) throws IOException;

    /** Removes durably; keys that are gone are no error. */
    void remove(Folder folder, Collection<String> keys) throws IOException;

    /** Octets with CRLF line ends of a message whose entry does not say it; reads it. NoSuchFileException when gone. */
    long size(Folder folder, String key) throws IOException;

    /** As much as fits from {@code offset} of the octets with CRLF line ends; 0 at the end. NoSuchFileException when gone. */
    int read(Folder folder, String key, long offset, byte[] into) throws IOException;

    /** The same, into what remains of a buffer, whose position moves; not when it throws. */
    default int read(Folder folder, String key, long offset, ByteBuffer into) throws IOException {
        var octets = new byte[into.remaining()];
        int n = read(folder, key, offset, octets);
        into.put(octets, 0, n);
        return n;
    }

    /** Tells of what other programs do in the folder, until closed or the store closes. What is not noticed shows at the next scan. */
    Watch.Watching watch(Folder folder, Watch watch) throws IOException;
}
