package org.posthouse.mbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.FaultyDisk;
import org.posthouse.disk.FaultyDisk.Op;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.FlagChange;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.message.Unavailable;
import org.posthouse.queue.DeliveryId;

class FaultsTest {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");

    @TempDir Path home;

    private FaultyDisk disk;
    private MboxStore store;
    private Path mbox;

    @BeforeEach
    void start() throws IOException {
        disk = new FaultyDisk(new HomeDisk(home));
        store = Stores.over(disk);
        mbox = home.resolve("var/mail/example.test/ann/mbox");
        for (var id : List.of("a.1", "a.2", "a.3")) {
            add(id);
        }
        store.record(INBOX, keys());
    }

    private void add(String id) throws IOException {
        store.add(INBOX, new DeliveryId(id), Letter.of("Subject: " + id + "\n\n" + "x\n".repeat(500)), Set.of(), Instant.now());
    }

    private List<String> keys() throws IOException {
        return store.scan(INBOX).stream().map(Entry::key).toList();
    }

    @Test
    void addingTouchesNothingBefore() throws Exception {
        int before = disk.steps().size();
        add("a.4");
        var beside = "\\.(mbox\\.lock)\\.\\d+-\\d+";
        assertEquals(List.of("DELETE mbox.lock~", "CREATE mbox.lock~", "WRITE mbox.lock~", "LINK mbox.lock~ mbox.lock", "DELETE mbox.lock~",
                "APPEND mbox", "WRITE mbox", "SYNC mbox", "DELETE mbox.lock"),
                disk.story().subList(before, disk.story().size()).stream().map(s -> s.replaceAll(" \\d+$", "").replaceAll(beside, "$1~")).toList());
    }

    @Test
    void aMessageThatCannotBeWrittenLeavesNothingAndIsTriedAgain() throws Exception {
        var before = Files.readAllBytes(mbox);
        for (var op : List.of(Op.CREATE, Op.APPEND, Op.SYNC)) {
            disk.fail(op, 1, FaultyDisk.full());
            assertThrows(IOException.class, () -> add("a.4"), op.toString());
            assertArrayEquals(before, Files.readAllBytes(mbox));
        }
        disk.fail(Op.WRITE, 2, FaultyDisk.full());
        assertThrows(Unavailable.class, () -> add("a.4"));
        assertArrayEquals(before, Files.readAllBytes(mbox));
        disk.fail(Op.WRITE, 2, FaultyDisk.full()).fail(Op.TRUNCATE, 1, FaultyDisk.broken());
        assertThrows(IOException.class, () -> add("a.4"));
        assertEquals(3, store.scan(INBOX).size());
        add("a.4");
        assertEquals(List.of("pa.1", "pa.2", "pa.3", "pa.4"), keys());
    }

    /** Whatever step fails, the change has happened at the next look or has not, and nothing else has. */
    @Test
    void changesThatFailHappenAsAWholeOrNotAtAll() throws Exception {
        for (var op : Op.values()) {
            for (int nth = 1; nth <= 12; nth++) {
                var before = store.scan(INBOX);
                disk.fail(op, nth, FaultyDisk.full());
                var big = "k" + op + nth + "x".repeat(85);
                boolean failed = false;
                try {
                    store.flag(INBOX, keys().subList(0, 1), new FlagChange(Set.of(big), Set.of()));
                } catch (IOException _) {
                    failed = true;
                }
                restart();
                var now = store.scan(INBOX);
                assertEquals(before.subList(1, before.size()), now.subList(1, now.size()));
                assertEquals(before.getFirst().size(), now.getFirst().size());
                assertTrue(failed || now.getFirst().flags().contains(big), op + " " + nth);
                store.flag(INBOX, keys().subList(0, 1), new FlagChange(Set.of(), now.getFirst().flags()));
                assertEquals(before, store.scan(INBOX));
            }
        }
    }

    /** What is to fail and did not is forgotten; the lock of a process that has ended is taken away. */
    private void restart() throws IOException {
        Files.deleteIfExists(mbox.resolveSibling("mbox.lock"));
        disk = new FaultyDisk(new HomeDisk(home));
        store = Stores.over(disk);
    }

    @Test
    void removalsThatFailHappenAsAWholeOrNotAtAll() throws Exception {
        int next = 4;
        for (var op : Op.values()) {
            for (int nth = 1; nth <= 8; nth++) {
                var before = store.scan(INBOX);
                disk.fail(op, nth, FaultyDisk.broken());
                try {
                    store.remove(INBOX, List.of(before.get(1).key()));
                } catch (IOException _) {
                    restart();
                }
                var now = store.scan(INBOX);
                assertTrue(now.equals(before) || now.equals(List.of(before.get(0), before.get(2))), op + " " + nth + " " + now);
                restart();
                assertEquals(now, store.scan(INBOX));
                if (now.size() < 3) {
                    add("b." + next++);
                    store.record(INBOX, keys());
                }
            }
        }
    }
}
