package org.posthouse.mbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
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
import org.posthouse.queue.DeliveryId;

class FolderSafetyTest implements FolderSafetyContract {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");
    private static final Folder OTHER = new Folder(INBOX.account(), "other");

    @Override
    public Store over(Disk disk) {
        return Stores.over(disk);
    }

    /** Whatever step of it fails: tried again, the move leaves each message in the other folder, once. */
    @Test
    void aMoveThatIsTriedAgainDoublesNothing(@TempDir Path dir) throws Exception {
        for (var op : Op.values()) {
            for (int nth = 1; nth <= 8; nth++) {
                var home = dir.resolve(op + "" + nth);
                var store = Stores.over(new HomeDisk(home));
                store.create(OTHER);
                for (var id : List.of("a.1", "a.2", "a.3")) {
                    store.add(INBOX, new DeliveryId(id), Letter.of(id + "\n"), Set.of(), Instant.now());
                }
                store.record(INBOX, keys(store, INBOX));
                var moved = keys(store, INBOX).subList(0, 2);
                var failing = Stores.over(new FaultyDisk(new HomeDisk(home)).fail(op, nth, FaultyDisk.broken()));
                try {
                    failing.move(INBOX, moved, OTHER);
                } catch (IOException _) {
                    store.open(); // as after a crash
                }
                store.open();
                for (var lock : List.of("mbox.lock", "folders/other.lock")) {
                    home.resolve("var/mail/example.test/ann").resolve(lock).toFile().delete();
                }
                store.move(INBOX, moved, OTHER);
                assertEquals(1, store.scan(INBOX).size(), op + " " + nth);
                assertEquals(2, store.scan(OTHER).size(), op + " " + nth);
            }
        }
    }

    private static List<String> keys(Store store, Folder folder) throws IOException {
        return store.scan(folder).stream().map(Entry::key).toList();
    }

    @Test
    void aCopyThatHasNoRoomLeavesTheFileAsItWas(@TempDir Path home) throws Exception {
        var disk = new FaultyDisk(new HomeDisk(home));
        var store = Stores.over(disk);
        store.create(OTHER);
        store.add(INBOX, new DeliveryId("a.1"), Letter.of("x\n".repeat(100_000)), Set.of(), Instant.now());
        store.copy(INBOX, keys(store, INBOX), OTHER);
        var other = home.resolve("var/mail/example.test/ann/folders/other").toFile();
        long size = other.length();
        for (int nth = 2; nth <= 6; nth++) { // the first is that of the dot lock
            disk.fail(Op.WRITE, nth, FaultyDisk.full());
            assertThrows(IOException.class, () -> store.copy(INBOX, keys(store, INBOX), OTHER));
            assertEquals(size, other.length(), "write " + nth);
        }
    }
}
