package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.Disk;
import org.posthouse.disk.FaultyDisk;
import org.posthouse.disk.FaultyDisk.Op;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.FolderSafetyContract;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.message.Unavailable;
import org.posthouse.queue.DeliveryId;

class FolderSafetyTest implements FolderSafetyContract {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");
    private static final Folder OTHER = new Folder(INBOX.account(), "other");

    @TempDir Path home;

    private FaultyDisk disk;
    private MaildirStore store;

    @Override
    public Store over(Disk disk) {
        return Stores.over(disk);
    }

    private List<String> three() throws IOException {
        disk = new FaultyDisk(new HomeDisk(home));
        store = Stores.over(disk);
        store.create(OTHER);
        for (var id : List.of("a.1", "a.2", "a.3")) {
            store.add(INBOX, new DeliveryId(id), Letter.of(id + "\n"), Set.of(), Instant.now());
        }
        return store.scan(INBOX).stream().map(Entry::key).toList();
    }

    private Path maildir() {
        return home.resolve("var/mail/example.test/ann/Maildir");
    }

    @Test
    void threeCopiesAreThreeLinksAndOneSync() throws Exception {
        var keys = three();
        int before = disk.steps().size();
        var copies = store.copy(INBOX, keys, OTHER);
        assertEquals(List.of(Op.LINK, Op.LINK, Op.LINK, Op.SYNC_FOLDER), disk.steps().stream().skip(before).map(FaultyDisk.Step::op).toList());
        var copy = maildir().resolve(".other/cur").resolve(copies.get(keys.getFirst()) + ":2,");
        assertTrue(Files.isSameFile(maildir().resolve("new").resolve(keys.getFirst()), copy));
    }

    @Test
    void whereLinksCannotBeOctetsAreCopied() throws Exception {
        var keys = three();
        disk.fail(Op.LINK, 2, new IOException("Too many links"));
        var copies = store.copy(INBOX, keys, OTHER);
        assertEquals(3, store.scan(OTHER).size());
        assertEquals(5, store.size(OTHER, copies.get(keys.get(1))));
        assertEquals(Files.getLastModifiedTime(maildir().resolve("new").resolve(keys.get(1))),
                Files.getLastModifiedTime(maildir().resolve(".other/cur").resolve(copies.get(keys.get(1)) + ":2,")));
        disk.fail(Op.LINK, 3, new IOException("Too many links")).fail(Op.WRITE, 1, FaultyDisk.full());
        assertThrows(Unavailable.class, () -> store.copy(INBOX, keys, OTHER));
        assertEquals(3, store.scan(OTHER).size());
        assertEquals(List.of(), List.of(maildir().resolve(".other/tmp").toFile().list()));
    }

    @Test
    void aFolderThatCouldNotBeRemovedAsAWholeIsGoneAndRemovedLater() throws Exception {
        var keys = three();
        store.copy(INBOX, keys, OTHER);
        disk.fail(Op.DELETE, 2, FaultyDisk.broken());
        store.delete(OTHER);
        assertEquals(List.of("INBOX"), store.folders(INBOX.account()));
        assertEquals(1, maildir().resolve("tmp").toFile().list().length);
        Stores.over(new HomeDisk(home)).scan(INBOX);
        assertEquals(0, maildir().resolve("tmp").toFile().list().length);
        assertEquals(3, store.scan(INBOX).size());
    }
}
