package org.posthouse.mbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.disk.PowerCutDisk;
import org.posthouse.disk.PowerCutDisk.Unsynced;
import org.posthouse.mailbox.FlagChange;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.queue.DeliveryId;

/** After a cut at any step: what was acknowledged is there, once and whole; what was not is there whole or not at all. */
class PowerCutTest {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final String MBOX = "var/mail/example.test/ann/mbox";

    /** What the store had promised once that many steps were done. */
    private record Promise(int steps, Set<String> there, Set<String> removed, Map<String, Long> uids, Map<String, Set<String>> flags, long validity) {}

    @TempDir Path dir;

    private final List<Promise> promises = new ArrayList<>();
    private final Map<String, String> texts = new HashMap<>();
    private final Set<String> there = new HashSet<>();
    private final Set<String> removed = new HashSet<>();
    private final Map<String, Long> uids = new HashMap<>();
    private final Map<String, Set<String>> flags = new HashMap<>();
    private Path home;
    private PowerCutDisk disk;
    private MboxStore store;
    private boolean holes; // in the place of a message's beginning: what has got through of it then stands behind the one before

    @BeforeEach
    void start() {
        home = dir.resolve("home");
        disk = new PowerCutDisk(new HomeDisk(home), home);
        store = Stores.over(disk);
    }

    @ParameterizedTest
    @EnumSource(Unsynced.class)
    void nothingPromisedIsLost(Unsynced unsynced) throws Exception {
        live();
        for (int steps = 0; steps <= disk.steps(); steps++) {
            var after = dir.resolve("after" + steps);
            disk.cutAfter(steps, unsynced, after);
            check(after, steps, 0);
        }
        assertTrue(disk.steps() > 150);
        System.out.println("power cuts replayed: " + promises.size() + " acknowledged states x " + (disk.steps() + 1) + " steps, " + unsynced);
    }

    @ParameterizedTest
    @EnumSource(Unsynced.class)
    void aFolderThatWasMadeIsThereWithWhatWasAdded(Unsynced unsynced) throws Exception {
        var sent = new Folder(INBOX.account(), "Sent/2026");
        store.create(sent);
        int made = disk.steps();
        store.add(sent, new DeliveryId("a.1"), Letter.of("Subject: x\n\nbody\n"), Set.of("\\Seen"), NOON);
        int added = disk.steps();
        store.record(sent, List.of("pa.1"));
        for (int steps = made; steps <= disk.steps(); steps++) {
            var after = dir.resolve("after" + steps);
            disk.cutAfter(steps, unsynced, after);
            var found = Stores.over(new PowerCutDisk(new HomeDisk(after), after)).scan(sent);
            assertTrue(found.size() == 1 || steps < added && found.isEmpty(), "after " + steps + " of " + made + ", " + added + ": " + found);
        }
    }

    @ParameterizedTest
    @EnumSource(Unsynced.class)
    void whatAnotherProgramAddsBeforeWeLookAgainIsKept(Unsynced unsynced) throws Exception {
        live();
        for (int steps = 0; steps <= disk.steps(); steps++) {
            var after = dir.resolve("after" + steps);
            disk.cutAfter(steps, unsynced, after);
            var mbox = after.resolve(MBOX);
            if (Files.exists(mbox) && endsWithALine(mbox)) {
                holes = unsynced == Unsynced.HOLES;
                Files.writeString(mbox, "\nFrom x@example.test Sun Mar  1 12:00:00 2026\nSubject: foreign\n\nbody\n\n", StandardOpenOption.APPEND);
                check(after, steps, 1);
            }
        }
    }

    /** What a program adds behind half a line is lost to all programs. */
    private static boolean endsWithALine(Path mbox) throws IOException {
        var octets = Files.readAllBytes(mbox);
        return octets.length == 0 || octets[octets.length - 1] == '\n';
    }

    private void live() throws IOException {
        promise();
        add("a.1", Set.of(), 10);
        add("a.2", Set.of("\\Seen", "$label"), 700);
        record();
        add("a.3", Set.of(), 3000);
        record();
        flag(1, new FlagChange(Set.of("\\Flagged", "work"), Set.of("\\Seen")));
        remove(0);
        add("a.4", Set.of("$other"), 1);
        flag(0, new FlagChange(Set.of("a-keyword-that-needs-more-room-than-there-is".repeat(2), "b".repeat(90)), Set.of()));
        record();
        remove(1);
        remove(0);
        remove(0);
        add("a.5", Set.of(), 100);
        record();
    }

    private void add(String id, Set<String> with, int octets) throws IOException {
        var text = "Subject: " + id + "\n\n" + (id + "\nFrom x\n").repeat(octets / 10 + 1);
        texts.put("p" + id, Letter.of(text).toString());
        there.add(store.add(INBOX, new DeliveryId(id), Letter.of(text), with, NOON).key());
        flags.put("p" + id, with);
        promise();
    }

    private void record() throws IOException {
        uids.putAll(store.record(INBOX, store.scan(INBOX).stream().map(Entry::key).toList()));
        promise();
    }

    private void flag(int n, FlagChange change) throws IOException {
        var entry = store.scan(INBOX).get(n);
        flags.remove(entry.key());
        promise();
        store.flag(INBOX, List.of(entry.key()), change);
        flags.put(entry.key(), change.on(entry.flags()));
        promise();
    }

    private void remove(int n) throws IOException {
        var key = store.scan(INBOX).get(n).key();
        there.remove(key);
        promise();
        store.remove(INBOX, List.of(key));
        removed.add(key);
        promise();
    }

    private void promise() throws IOException {
        promises.add(new Promise(disk.steps(), Set.copyOf(there), Set.copyOf(removed), Map.copyOf(uids), Map.copyOf(flags),
                uids.isEmpty() ? 0 : store.identity(INBOX).uidValidity()));
    }

    private void check(Path after, int steps, int foreign) throws IOException {
        var promise = promises.stream().filter(p -> p.steps() <= steps).toList().getLast();
        var again = Stores.over(new PowerCutDisk(new HomeDisk(after), after));
        var found = again.scan(INBOX);
        var keys = found.stream().map(Entry::key).toList();
        var ours = keys.stream().filter(k -> k.startsWith("p")).toList();
        var when = "after " + steps + " steps: " + keys;
        assertTrue(keys.containsAll(promise.there()), () -> when + " without " + promise.there());
        assertEquals(Set.copyOf(keys).size(), keys.size(), when);
        assertEquals(foreign, keys.size() - ours.size(), when);
        for (var entry : found) {
            assertTrue(!promise.removed().contains(entry.key()), when);
            if (entry.key().startsWith("p") && (foreign == 0 || promise.there().contains(entry.key()))) {
                var text = read(again, entry);
                assertEquals(texts.get(entry.key()), holes && foreign == 1 ? text.substring(0, texts.get(entry.key()).length()) : text, when);
            }
        }
        for (var entry : found.stream().filter(e -> promise.there().contains(e.key())).toList()) {
            var had = promise.flags().get(entry.key());
            assertTrue(had == null || had.equals(entry.flags()), () -> when + entry);
            var uid = promise.uids().get(entry.key());
            assertTrue(uid == null || uid == entry.uid().orElse(0), () -> when + entry);
        }
        if (!promise.uids().isEmpty()) {
            assertEquals(promise.validity(), again.identity(INBOX).uidValidity(), when);
        }
        var given = again.record(INBOX, keys);
        assertEquals(keys.size(), Set.copyOf(given.values()).size(), when);
        given.forEach((key, uid) -> assertTrue(promise.uids().getOrDefault(key, uid).equals(uid) && (promise.uids().containsKey(key)
                || !promise.uids().containsValue(uid)), when));
        again.add(INBOX, new DeliveryId("a.9"), Letter.of("nine\n"), Set.of(), NOON);
        assertEquals(found.size() + 1, again.scan(INBOX).size(), when);
        again.open();
        assertEquals(given.size() + 1, again.scan(INBOX).size(), when);
    }

    private static String read(MboxStore store, Entry entry) throws IOException {
        var into = new byte[10_000];
        int n = store.read(INBOX, entry.key(), 0, into);
        assertEquals(entry.size(), n);
        return new String(into, 0, n, StandardCharsets.US_ASCII);
    }

    @Test
    void aRetryAfterACutStoresOnce() throws Exception {
        live();
        for (int steps = 0; steps <= disk.steps(); steps++) {
            for (var added : List.of("", "\nFrom x@example.test Sun Mar  1 12:00:00 2026\nSubject: foreign\n\nbody\n\n")) {
                var after = dir.resolve("retry" + steps + "." + added.length());
                disk.cutAfter(steps, Unsynced.TORN, after);
                var mbox = after.resolve(MBOX);
                if (Files.exists(mbox) && endsWithALine(mbox)) {
                    Files.writeString(mbox, added, StandardOpenOption.APPEND);
                }
                var again = Stores.over(new PowerCutDisk(new HomeDisk(after), after));
                var text = texts.get("p" + "a.3").replace("\r\n", "\n");
                again.add(INBOX, new DeliveryId("a.3"), Letter.of(text), Set.of(), NOON);
                int now = steps;
                boolean gone = promises.stream().anyMatch(p -> p.steps() <= now && p.removed().contains("pa.3"));
                var found = again.scan(INBOX).stream().filter(e -> e.key().startsWith("pa.3")).toList();
                assertTrue(!gone || found.isEmpty(), "after " + steps);
                assertTrue(found.isEmpty() || texts.get("pa.3").equals(read(again, found.getLast())), "after " + steps);
                assertTrue(found.size() <= (added.isEmpty() ? 1 : 2), "after " + steps);
            }
        }
    }
}
