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
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.queue.DeliveryId;

/** After a cut at any step: what was acknowledged is there, what was removed is not, and nothing is half there. */
class PowerCutTest {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    /** What the store had promised once that many steps were done. */
    private record Promise(int steps, Map<String, String> texts, Set<String> removed, Map<String, Long> uids, long validity) {}

    @TempDir Path dir;

    private final List<Promise> promises = new ArrayList<>();
    private final Map<String, String> texts = new HashMap<>();
    private final Set<String> removed = new HashSet<>();
    private final Map<String, Long> uids = new HashMap<>();
    private long validity;

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
    }

    private void live(PowerCutDisk disk) throws IOException {
        var store = Stores.over(disk);
        promise(disk);
        add(store, disk, "a.1", Set.of());
        add(store, disk, "a.2", Set.of("\\Seen", "$label"));
        record(store, disk);
        add(store, disk, "a.3", Set.of());
        record(store, disk);
        var gone = store.scan(INBOX).getFirst().key();
        store.remove(INBOX, List.of(gone));
        texts.remove(gone);
        removed.add(gone);
        promise(disk);
        add(store, disk, "a.4", Set.of("$other"));
        record(store, disk);
    }

    private void add(MaildirStore store, PowerCutDisk disk, String id, Set<String> flags) throws IOException {
        var letter = Letter.of("Subject: " + id + "\n\n" + id + "\n");
        texts.put(store.add(INBOX, new DeliveryId(id), letter, flags, NOON).key(), letter.toString());
        promise(disk);
    }

    private void record(MaildirStore store, PowerCutDisk disk) throws IOException {
        validity = store.identity(INBOX).uidValidity();
        uids.putAll(store.record(INBOX, store.scan(INBOX).stream().map(Entry::key).toList()));
        promise(disk);
    }

    private void promise(PowerCutDisk disk) {
        promises.add(new Promise(disk.steps(), Map.copyOf(texts), Set.copyOf(removed), Map.copyOf(uids), validity));
    }

    private void check(Path after, int steps) throws IOException {
        var promise = promises.stream().filter(p -> p.steps() <= steps).toList().getLast();
        var store = Stores.over(new HomeDisk(after));
        var validityNow = store.identity(INBOX).uidValidity();
        var found = store.scan(INBOX);
        var there = found.stream().map(Entry::key).toList();
        var soonRemoved = promises.getLast().removed();
        for (var key : promise.texts().keySet()) {
            assertTrue(there.contains(key) || soonRemoved.contains(key), "lost after " + steps + " steps: " + key);
        }
        for (var entry : found) {
            assertTrue(!promise.removed().contains(entry.key()), "back after " + steps + " steps");
            assertEquals(text(entry.key()), read(store, entry), "after " + steps + " steps");
        }
        var nowUids = store.record(INBOX, there);
        promise.uids().forEach((key, uid) -> {
            if (nowUids.containsKey(key)) {
                assertEquals(uid, nowUids.get(key), "after " + steps + " steps");
                assertEquals(promise.validity(), validityNow);
            }
        });
    }

    private String text(String key) {
        return promises.stream().map(p -> p.texts().get(key)).filter(t -> t != null).findFirst().orElse("unknown");
    }

    private static String read(MaildirStore store, Entry entry) throws IOException {
        var into = new byte[1000];
        int n = store.read(INBOX, entry.key(), 0, into);
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
            var store = Stores.over(new HomeDisk(after));
            store.add(INBOX, new DeliveryId("a.3"), Letter.of("Subject: a.3\n\na.3\n"), Set.of(), NOON);
            assertEquals(1, store.scan(INBOX).stream().filter(e -> e.key().contains(".Ha_3.")).count());
        }
    }
}
