package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.disk.PowerCutDisk;
import org.posthouse.mailbox.FlagChange;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.queue.DeliveryId;

/** After a cut at any step: what was acknowledged is there, what was removed is not, and nothing is half there. */
class PowerCutTest {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");
    private static final Folder SENT = new Folder(INBOX.account(), "Sent");
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    /** What the store had promised once that many steps were done. */
    private record Promise(int steps, boolean sent, Map<String, String> texts, Set<String> removed, Map<String, Long> uids,
            Map<String, Set<String>> flags, Map<Folder, Long> validities) {}

    @TempDir Path dir;

    private final List<Promise> promises = new ArrayList<>();
    private final Map<String, String> texts = new HashMap<>();
    private final Set<String> removed = new HashSet<>();
    private final Map<String, Long> uids = new HashMap<>();
    private final Map<String, Set<String>> flags = new HashMap<>();
    private final Map<Folder, Long> validities = new HashMap<>();
    private boolean sent;

    @ParameterizedTest
    @EnumSource(PowerCutDisk.Unsynced.class)
    void nothingPromisedIsLost(PowerCutDisk.Unsynced unsynced) throws Exception {
        var home = dir.resolve("home");
        var disk = new PowerCutDisk(new HomeDisk(home), home);
        live(disk);
        for (int steps = 0; steps <= disk.steps(); steps++) {
            var after = dir.resolve("after" + steps);
            disk.cutAfter(steps, unsynced, after);
            check(after, steps);
        }
        assertTrue(disk.steps() > 90);
        System.out.println("power cuts replayed: " + promises.size() + " acknowledged states x " + (disk.steps() + 1) + " steps, " + unsynced);
    }

    private void live(PowerCutDisk disk) throws IOException {
        var store = Stores.over(disk);
        promise(disk);
        add(store, disk, INBOX, "a.1", Set.of());
        add(store, disk, INBOX, "a.2", Set.of("\\Seen", "$label"));
        record(store, disk, INBOX);
        add(store, disk, INBOX, "a.3", Set.of());
        record(store, disk, INBOX);
        flag(store, disk, 1, new FlagChange(Set.of("\\Flagged", "work"), Set.of("\\Seen")));
        flag(store, disk, 2, new FlagChange(Set.of("\\Seen"), Set.of()));
        store.create(SENT);
        sent = true;
        promise(disk);
        add(store, disk, SENT, "b.1", Set.of("\\Seen"));
        record(store, disk, SENT);
        remove(store, disk, 0);
        add(store, disk, INBOX, "a.4", Set.of("$other"));
        record(store, disk, INBOX);
        flag(store, disk, 0, new FlagChange(Set.of(), Set.of("$label", "\\Flagged", "work")));
        remove(store, disk, 1);
    }

    private void add(MaildirStore store, PowerCutDisk disk, Folder folder, String id, Set<String> with) throws IOException {
        var letter = Letter.of("Subject: " + id + "\n\n" + id + "\n");
        var key = store.add(folder, new DeliveryId(id), letter, with, NOON).key();
        texts.put(key, letter.toString());
        flags.put(key, with);
        promise(disk);
    }

    private void record(MaildirStore store, PowerCutDisk disk, Folder folder) throws IOException {
        validities.put(folder, store.identity(folder).uidValidity());
        uids.putAll(store.record(folder, store.scan(folder).stream().map(Entry::key).toList()));
        promise(disk);
    }

    private void flag(MaildirStore store, PowerCutDisk disk, int n, FlagChange change) throws IOException {
        var entry = store.scan(INBOX).get(n);
        flags.remove(entry.key());
        promise(disk);
        store.flag(INBOX, List.of(entry.key()), change);
        flags.put(entry.key(), change.on(entry.flags()));
        promise(disk);
    }

    private void remove(MaildirStore store, PowerCutDisk disk, int n) throws IOException {
        var gone = store.scan(INBOX).get(n).key();
        store.remove(INBOX, List.of(gone));
        texts.remove(gone);
        removed.add(gone);
        promise(disk);
    }

    private void promise(PowerCutDisk disk) {
        promises.add(new Promise(disk.steps(), sent, Map.copyOf(texts), Set.copyOf(removed), Map.copyOf(uids), Map.copyOf(flags),
                Map.copyOf(validities)));
    }

    private void check(Path after, int steps) throws IOException {
        var promise = promises.stream().filter(p -> p.steps() <= steps).toList().getLast();
        var store = Stores.over(new PowerCutDisk(new HomeDisk(after), after));
        var there = new HashSet<>(check(store, INBOX, promise));
        if (promise.sent()) {
            there.addAll(check(store, SENT, promise));
        }
        for (var key : promise.texts().keySet()) {
            assertTrue(there.contains(key) || promises.getLast().removed().contains(key), "lost after " + steps + " steps: " + key);
        }
    }

    private List<String> check(MaildirStore store, Folder folder, Promise promise) throws IOException {
        var when = "after " + promise.steps() + " steps and some";
        var validityNow = store.identity(folder).uidValidity();
        var found = store.scan(folder);
        for (var entry : found) {
            assertTrue(!promise.removed().contains(entry.key()), "back " + when);
            assertEquals(text(entry.key()), read(store, folder, entry), when);
            var had = promise.flags().getOrDefault(entry.key(), entry.flags());
            assertEquals(had, entry.flags(), when);
        }
        var there = found.stream().map(Entry::key).toList();
        var nowUids = store.record(folder, there);
        promise.uids().forEach((key, uid) -> assertEquals(uid, nowUids.getOrDefault(key, uid), when));
        assertEquals(promise.validities().getOrDefault(folder, validityNow), validityNow, when);
        return there;
    }

    private String text(String key) {
        return promises.stream().map(p -> p.texts().get(key)).filter(t -> t != null).findFirst().orElse("unknown");
    }

    private static String read(MaildirStore store, Folder folder, Entry entry) throws IOException {
        var into = new byte[1000];
        int n = store.read(folder, entry.key(), 0, into);
        assertEquals(entry.size(), n);
        return new String(into, 0, n, StandardCharsets.US_ASCII);
    }

    @Test
    void aRetryAfterACutStoresOnce() throws Exception {
        var home = dir.resolve("home");
        var disk = new PowerCutDisk(new HomeDisk(home), home);
        live(disk);
        for (int steps = 0; steps <= disk.steps(); steps++) {
            var after = dir.resolve("retry" + steps);
            disk.cutAfter(steps, PowerCutDisk.Unsynced.KEPT, after);
            var store = Stores.over(new PowerCutDisk(new HomeDisk(after), after));
            store.add(INBOX, new DeliveryId("a.3"), Letter.of("Subject: a.3\n\na.3\n"), Set.of(), NOON);
            assertEquals(1, store.scan(INBOX).stream().filter(e -> e.key().contains(".Ha_3.")).count());
        }
    }
}
