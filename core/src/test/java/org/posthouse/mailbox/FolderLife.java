package org.posthouse.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.Disk;
import org.posthouse.disk.FaultyDisk;
import org.posthouse.disk.HomeDisk;
import org.posthouse.disk.PowerCutDisk;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.mailbox.Store.Identity;
import org.posthouse.queue.DeliveryId;

/** What the folders of an account live through in the tests of {@link FolderSafetyContract}. */
final class FolderLife {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");
    private static final Folder OTHER = new Folder(INBOX.account(), "other");
    private static final Folder RENAMED = new Folder(INBOX.account(), "re/named");
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    /** What must be so from that step on until the next one begins: texts by folder, what is subscribed. */
    private record Promise(int from, int to, Map<String, List<String>> texts, Set<String> subscribed, Map<String, Identity> identities) {}

    private final Function<Disk, Store> stores;
    private final Path dir;
    private final List<Promise> promises = new ArrayList<>();
    private final Set<String> everywhere = new HashSet<>();
    private PowerCutDisk disk;
    private Store store;

    FolderLife(Function<Disk, Store> stores, Path dir) {
        this.stores = stores;
        this.dir = dir;
    }

    @FunctionalInterface
    private interface Deed {
        void run() throws IOException;
    }

    void cutEverywhere(PowerCutDisk.Unsynced unsynced) throws IOException {
        var home = dir.resolve("home");
        disk = new PowerCutDisk(new HomeDisk(home), home);
        store = stores.apply(disk);
        live();
        for (int steps = 0; steps <= disk.steps(); steps++) {
            var after = dir.resolve("after" + steps);
            disk.cutAfter(steps, unsynced, after);
            check(after, steps);
        }
    }

    private void live() throws IOException {
        for (var id : List.of("a.1", "a.2", "a.3")) {
            store.add(INBOX, new DeliveryId(id), Letter.of(id + "\n"), Set.of("work"), NOON);
            everywhere.add(id);
        }
        store.record(INBOX, keys(INBOX));
        store.create(OTHER);
        store.identity(OTHER);
        promise(() -> store.subscribe(OTHER));
        promise(() -> store.copy(INBOX, keys(INBOX).subList(0, 2), OTHER));
        promise(() -> store.move(INBOX, keys(INBOX).subList(1, 3), OTHER));
        promise(() -> store.record(OTHER, keys(OTHER)));
        promise(() -> store.rename(OTHER, RENAMED.name()));
        promise(() -> store.subscribe(RENAMED));
        promise(() -> store.move(RENAMED, keys(RENAMED), INBOX));
        promise(() -> store.unsubscribe(OTHER));
        promise(() -> store.delete(RENAMED));
        promise(() -> store.create(RENAMED));
        promise(() -> store.identity(RENAMED));
    }

    private List<String> keys(Folder folder) throws IOException {
        return store.scan(folder).stream().map(Entry::key).toList();
    }

    private void promise(Deed deed) throws IOException {
        int before = disk.steps();
        if (!promises.isEmpty()) {
            var last = promises.removeLast();
            promises.add(new Promise(last.from(), before, last.texts(), last.subscribed(), last.identities()));
        }
        deed.run();
        var texts = new HashMap<String, List<String>>();
        var identities = new HashMap<String, Identity>();
        for (var name : store.folders(INBOX.account())) {
            texts.put(name, texts(store, new Folder(INBOX.account(), name)));
            if (!name.equals(RENAMED.name()) || !texts.get(name).isEmpty()) {
                identities.put(name, store.identity(new Folder(INBOX.account(), name)));
            }
        }
        promises.add(new Promise(disk.steps(), Integer.MAX_VALUE, texts, store.subscriptions(INBOX.account()), identities));
    }

    private static List<String> texts(Store store, Folder folder) throws IOException {
        var texts = new ArrayList<String>();
        for (var entry : store.scan(folder)) {
            var into = new byte[100];
            texts.add(new String(into, 0, store.read(folder, entry.key(), 0, into), StandardCharsets.US_ASCII).strip());
            assertEquals(Set.of("work"), entry.flags());
            assertEquals(NOON, entry.received());
        }
        return texts.stream().sorted().toList();
    }

    private void check(Path after, int steps) throws IOException {
        var when = "after " + steps + " steps";
        var again = stores.apply(new HomeDisk(after));
        var all = new HashSet<String>();
        var found = new HashMap<String, List<String>>();
        for (var name : again.folders(INBOX.account())) {
            found.put(name, texts(again, new Folder(INBOX.account(), name)));
            all.addAll(found.get(name));
        }
        if (steps >= promises.getFirst().from()) {
            assertEquals(everywhere, all, when);
        }
        for (var promise : promises) {
            if (promise.from() <= steps && steps <= promise.to()) {
                assertEquals(promise.texts(), found, when);
                assertEquals(promise.subscribed(), again.subscriptions(INBOX.account()), when);
                for (var known : promise.identities().entrySet()) {
                    assertEquals(known.getValue(), again.identity(new Folder(INBOX.account(), known.getKey())), when);
                }
            }
        }
    }

    void failAt(FaultyDisk.Op op) throws IOException {
        for (int nth = 1; nth <= 4; nth++) {
            var home = dir.resolve(op + "" + nth);
            var faulty = new FaultyDisk(new HomeDisk(home));
            store = stores.apply(faulty);
            for (var id : List.of("a.1", "a.2", "a.3")) {
                store.add(INBOX, new DeliveryId(id), Letter.of(id + "\n"), Set.of("work"), NOON);
            }
            store.create(OTHER);
            var had = store.scan(INBOX);
            boolean copied = works(() -> store.copy(INBOX, keys(INBOX), OTHER), faulty.fail(op, nth, FaultyDisk.full()));
            store = stores.apply(new HomeDisk(home));
            assertEquals(had, store.scan(INBOX), op + " " + nth);
            assertEquals(copied ? List.of("a.1", "a.2", "a.3") : List.of(), texts(store, OTHER), op + " " + nth);
            store.remove(OTHER, keys(OTHER));
            var clean = stores.apply(new FaultyDisk(new HomeDisk(home)).fail(op, nth, FaultyDisk.broken()));
            boolean moved = works(() -> clean.move(INBOX, keys(INBOX), OTHER), faulty);
            store = stores.apply(new HomeDisk(home));
            var texts = new ArrayList<>(texts(store, INBOX));
            texts.addAll(texts(store, OTHER));
            assertEquals(List.of("a.1", "a.2", "a.3"), texts.stream().sorted().toList(), op + " " + nth);
            assertTrue(!moved || store.scan(INBOX).isEmpty(), op + " " + nth);
        }
    }

    private static boolean works(Deed deed, FaultyDisk faulty) {
        assertTrue(faulty.steps().size() > 0);
        try {
            deed.run();
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
