package org.posthouse.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.Disk;
import org.posthouse.disk.FaultyDisk;
import org.posthouse.disk.FaultyDisk.Trouble;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.queue.DeliveryId;

/**
 * Every durable operation of a store, with trouble at every step of the disk: it happens as a whole or not at all, nothing else
 * changes, and when the trouble is over it can be done again.
 */
public interface StoreFaultsContract {
    AccountId ANN = new AccountId("ann@example.test");
    Folder INBOX = new Folder(ANN, "INBOX");
    Folder SENT = new Folder(ANN, "Sent/2026");
    Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    /** Its constructor opens nothing. */
    Store newStore(Disk disk);

    /** Something that changes one message or folder, and that can be asked for again. */
    interface Operation {
        void on(Store store) throws IOException;
    }

    /** @param empty whether it is the first thing that happens to an account */
    record Case(String name, boolean empty, Operation operation) {}

    /** What lies in a folder, without UIDs. */
    record Message(String text, Set<String> flags) {}

    private static void add(Store store, Folder folder, String id, Set<String> flags) throws IOException {
        store.add(folder, new DeliveryId(id), Letter.of("Subject: " + id + "\n\n" + "body\nFrom x\n".repeat(60)), flags, NOON);
    }

    private static List<String> keys(Store store) throws IOException {
        return store.scan(INBOX).stream().map(Store.Entry::key).toList();
    }

    private static List<String> key(Store store, long uid) throws IOException {
        return store.scan(INBOX).stream().filter(e -> e.uid().orElse(0) == uid).map(Store.Entry::key).toList();
    }

    private static List<Case> cases() {
        return List.of(
                new Case("first add", true, s -> add(s, INBOX, "b.1", Set.of())),
                new Case("first add with a keyword", true, s -> add(s, INBOX, "b.1", Set.of("$label"))),
                new Case("first identity", true, s -> s.identity(INBOX)),
                new Case("first create", true, s -> s.create(SENT)),
                new Case("add", false, s -> add(s, INBOX, "b.1", Set.of("\\Seen", "$label"))),
                new Case("record", false, s -> s.record(INBOX, keys(s))),
                new Case("flag", false, s -> s.flag(INBOX, key(s, 1), new FlagChange(Set.of("\\Flagged", "work"), Set.of("\\Seen")))),
                new Case("long flag", false, s -> s.flag(INBOX, key(s, 2), new FlagChange(Set.of("long".repeat(40)), Set.of()))),
                new Case("remove", false, s -> s.remove(INBOX, key(s, 1))),
                new Case("create", false, s -> s.create(SENT)));
    }

    /** Three messages, of which two have UIDs. */
    private void prepare(Store store) throws IOException {
        add(store, INBOX, "a.1", Set.of("\\Seen"));
        add(store, INBOX, "a.2", Set.of("$label"));
        store.identity(INBOX);
        store.record(INBOX, keys(store));
        add(store, INBOX, "a.3", Set.of());
    }

    /** All folders with their messages; the UIDs go into the map, and must be what stands there. */
    private static Map<String, List<Message>> look(Store store, Map<String, Long> uids, String when) throws IOException {
        var all = new TreeMap<String, List<Message>>();
        for (var name : store.folders(ANN)) {
            var folder = new Folder(ANN, name);
            var messages = new ArrayList<Message>();
            for (var entry : store.scan(folder)) {
                var into = new byte[10_000];
                int n = store.read(folder, entry.key(), 0, into);
                messages.add(new Message(new String(into, 0, n), entry.flags()));
                entry.uid().ifPresent(uid -> {
                    var before = uids.putIfAbsent(name + " " + entry.key(), uid);
                    assertTrue(before == null || before == uid, when + ": " + entry + " had the UID " + before);
                });
            }
            all.put(name, messages);
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    default void everyOperationHappensAsAWholeOrNotAtAll(Trouble trouble, @TempDir Path dir) throws Exception {
        int trials = 0;
        for (var each : cases()) {
            boolean hit = true;
            for (int nth = 1; hit; nth++) {
                hit = trial(each, trouble, nth, dir.resolve("home" + trials++));
            }
        }
        System.out.println("faults: " + cases().size() + " operations, " + trials + " steps, " + trouble);
    }

    /** False when no step was left that could fail. */
    private boolean trial(Case tried, Trouble trouble, int nth, Path home) throws IOException {
        var when = tried.name + ", " + trouble + " at step " + nth;
        if (!tried.empty) {
            prepare(newStore(new HomeDisk(home)));
        }
        var disk = new FaultyDisk(new HomeDisk(home));
        var store = newStore(disk);
        store.open();
        var uids = new HashMap<String, Long>();
        var before = tried.empty ? Map.<String, List<Message>>of() : look(store, uids, when);
        disk.trouble(trouble, nth);
        boolean done = false;
        try {
            tried.operation.on(store);
            done = true;
        } catch (IOException _) {
            // the other side is told
        }
        boolean hit = disk.mend();
        var now = look(store, uids, when);
        var elsewhere = newStore(new HomeDisk(home));
        elsewhere.open();
        assertEquals(now, look(elsewhere, uids, when), when);
        tried.operation.on(store);
        var after = look(store, uids, when);
        assertTrue(done ? now.equals(after) : now.equals(after) || now.equals(before) || tried.empty && now.equals(Map.of("INBOX", List.of())),
                () -> when + ": " + now);
        elsewhere.open();
        assertEquals(after, look(elsewhere, uids, when), when);
        return hit;
    }
}
