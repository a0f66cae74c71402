package org.posthouse.mailbox;

import java.io.IOException;
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
     */
    record Entry(String key, OptionalLong uid, Set<String> flags, Instant received, long size) {
        public Entry {
            flags = Set.copyOf(flags);
        }
    }

    List<String> folders(AccountId account) throws IOException;

    void create(Folder folder) throws IOException;

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

    /** Removes durably; keys that are gone are no error. */
    void remove(Folder folder, Collection<String> keys) throws IOException;

    /** As much as fits from {@code offset} of the octets with CRLF line ends; 0 at the end. NoSuchFileException when gone. */
    int read(Folder folder, String key, long offset, byte[] into) throws IOException;
}
