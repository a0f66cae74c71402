package org.posthouse.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.posthouse.mailbox.StoreGround.add;
import static org.posthouse.mailbox.StoreGround.keys;
import static org.posthouse.mailbox.StoreGround.noFault;
import static org.posthouse.mailbox.StoreGround.text;
import static org.posthouse.mailbox.StoreGround.uids;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.queue.DeliveryId;

/** What every store must do with folders, and with messages that go from one to another. */
public interface FolderContract extends StoreGround {
    List<String> ODD = List.of("v1.0/a.b", "Entwürfe", "日本語/台北", "tab&tea", "~home", "new", "cur/tmp", "&", "a&-b", "INBOX/sub", "😀",
            "x~!@#$%^*()", "-", "a\\b:c", "two words");

    private static Folder folder(String name) {
        return new Folder(ANN, name);
    }

    private static Folder created(Store store, String name) throws IOException {
        store.create(folder(name));
        return folder(name);
    }

    /** Three messages with UIDs, flags and times of their own. */
    private static List<Entry> three(Store store, Folder folder) throws IOException {
        var one = store.add(folder, new DeliveryId("t.1"), Letter.of("one\n"), Set.of("\\Seen", "work"), NOON);
        var two = store.add(folder, new DeliveryId("t.2"), Letter.of("Subject: two\n\ntwo\r\r\n"), Set.of(), NOON.plusSeconds(86_400));
        var three = store.add(folder, new DeliveryId("t.3"), Letter.of("x\n".repeat(50_000)), Set.of("\\Flagged", "$label"), NOON.minusSeconds(86_400));
        store.record(folder, List.of(one.key(), two.key(), three.key()));
        return store.scan(folder);
    }

    private static Entry entry(Store store, Folder folder, String key) throws IOException {
        return store.scan(folder).stream().filter(e -> e.key().equals(key)).findFirst().orElseThrow(() -> new AssertionError("no " + key));
    }

    private static void same(Store store, Folder from, Entry had, Folder to, String key) throws IOException {
        var now = entry(store, to, key);
        assertEquals(had.flags(), now.flags());
        assertEquals(had.received(), now.received());
        assertEquals(had.size(), now.size());
    }

    @Test
    default void copiesKeepOctetsFlagsAndTimes(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var had = three(store, INBOX);
        var other = created(store, "other");
        add(store, other, "o.1", "was here\n");
        store.record(other, keys(store.scan(other)));
        var copies = store.copy(INBOX, keys(had), other);
        assertEquals(keys(had), List.copyOf(copies.keySet()));
        assertEquals(had, store.scan(INBOX));
        assertEquals(4, store.scan(other).size());
        for (var entry : had) {
            var key = copies.get(entry.key());
            same(store, INBOX, entry, other, key);
            assertTrue(entry(store, other, key).uid().isEmpty());
            assertEquals(text(store, INBOX, entry.key(), 4096), text(store, other, key, 4096));
        }
        var uids = store.record(other, keys(store.scan(other)));
        var inOrder = keys(had).stream().map(copies::get).map(uids::get).toList();
        assertEquals(inOrder.stream().sorted().distinct().toList(), inOrder, "the copies' UIDs are in the order of the originals");
        store.close();
        var again = opened(dir);
        for (var entry : had) {
            same(again, INBOX, entry, other, copies.get(entry.key()));
        }
    }

    @Test
    default void copiesAreMessagesOfTheirOwn(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var had = three(store, INBOX);
        var other = created(store, "other");
        var one = had.getFirst().key();
        var copy = store.copy(INBOX, List.of(one), other).get(one);
        var second = store.copy(INBOX, List.of(one), other).get(one);
        assertNotEquals(copy, second);
        store.flag(other, List.of(copy), new FlagChange(Set.of("\\Deleted"), Set.of("\\Seen", "work")));
        assertEquals(had.getFirst(), entry(store, INBOX, one));
        assertEquals(Set.of("\\Deleted"), entry(store, other, copy).flags());
        assertEquals(Set.of("\\Seen", "work"), entry(store, other, second).flags());
        store.remove(INBOX, List.of(one));
        store.remove(other, List.of(second));
        assertEquals("one\r\n", text(store, other, copy, 99));
        assertEquals(List.of(copy), keys(store.scan(other)));
    }

    @Test
    default void copiesIntoTheSameFolder(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var had = three(store, INBOX);
        var copies = store.copy(INBOX, keys(had), INBOX);
        assertEquals(6, store.scan(INBOX).size());
        assertEquals(had, store.scan(INBOX).subList(0, 3));
        for (var entry : had) {
            same(store, INBOX, entry, INBOX, copies.get(entry.key()));
        }
        store.remove(INBOX, keys(had));
        add(store, INBOX, "t.1", "one\n");
        assertEquals(Set.copyOf(copies.values()), Set.copyOf(keys(store.scan(INBOX))), "a copy is no delivery, but its original was one");
    }

    @Test
    default void whatIsGoneIsNeitherCopiedNorMoved(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var had = three(store, INBOX);
        var other = created(store, "other");
        var gone = had.get(1).key();
        store.remove(INBOX, List.of(gone));
        assertEquals(Set.of(had.get(0).key(), had.get(2).key()), store.copy(INBOX, keys(had), other).keySet());
        assertEquals(2, store.scan(other).size());
        assertEquals(Set.of(had.get(2).key()), store.move(INBOX, List.of(gone, had.get(2).key(), "nothing"), other).keySet());
        assertEquals(List.of(had.get(0)), store.scan(INBOX));
        assertEquals(3, store.scan(other).size());
        assertEquals(Set.of(), store.copy(INBOX, List.of(gone), other).keySet());
        assertEquals(Set.of(), store.move(INBOX, List.of(), other).keySet());
    }

    @Test
    default void movesKeepOctetsFlagsAndTimes(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var had = three(store, INBOX);
        var other = created(store, "other");
        var third = text(store, INBOX, had.get(2).key(), 4096);
        var moved = store.move(INBOX, List.of(had.get(2).key(), had.get(0).key()), other);
        assertEquals(List.of(had.get(2).key(), had.get(0).key()), List.copyOf(moved.keySet()));
        assertEquals(List.of(had.get(1)), store.scan(INBOX));
        assertEquals(2, store.scan(other).size());
        same(store, INBOX, had.get(0), other, moved.get(had.get(0).key()));
        same(store, INBOX, had.get(2), other, moved.get(had.get(2).key()));
        assertEquals(third, text(store, other, moved.get(had.get(2).key()), 4096));
        assertThrows(NoSuchFileException.class, () -> store.read(INBOX, had.get(0).key(), 0, new byte[9]));
    }

    @Test
    default void whatComesBackGetsAnotherUid(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var had = three(store, INBOX);
        var other = created(store, "other");
        var there = store.move(INBOX, List.of(had.getFirst().key()), other).get(had.getFirst().key());
        store.record(other, List.of(there));
        var back = store.move(other, List.of(there), INBOX).get(there);
        long uid = store.record(INBOX, List.of(back)).get(back);
        assertTrue(uid > had.getLast().uid().getAsLong());
        assertEquals(List.of(), store.scan(other));
        assertEquals("one\r\n", text(store, INBOX, back, 99));
        var again = store.move(INBOX, List.of(back), INBOX).get(back);
        assertTrue(store.record(INBOX, List.of(again)).get(again) > uid);
        assertEquals(3, store.scan(INBOX).size());
    }

    @Test
    default void aDeliveryWhoseMessageWasMovedIsRemembered(@TempDir Path dir) throws Exception {
        var now = Instant.now(); // ids are kept for days after the message came
        var store = opened(dir);
        var other = created(store, "other");
        var key = store.add(INBOX, new DeliveryId("m.1"), Letter.of("one\n"), Set.of(), now).key();
        store.move(INBOX, List.of(key), other);
        store.add(INBOX, new DeliveryId("m.1"), Letter.of("one\n"), Set.of(), now);
        assertEquals(List.of(), store.scan(INBOX));
        store.close();
        var again = opened(dir);
        again.add(INBOX, new DeliveryId("m.1"), Letter.of("one\n"), Set.of(), now);
        assertEquals(List.of(), again.scan(INBOX));
        assertEquals(1, again.scan(other).size());
    }

    @Test
    default void withoutATargetNothingIsDone(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var had = three(store, INBOX);
        var nowhere = folder("nowhere");
        assertThrows(NoSuchFileException.class, () -> store.copy(INBOX, keys(had), nowhere));
        assertThrows(NoSuchFileException.class, () -> store.move(INBOX, keys(had), nowhere));
        assertThrows(NoSuchFileException.class, () -> store.copy(nowhere, keys(had), INBOX));
        assertThrows(NoSuchFileException.class, () -> store.move(nowhere, keys(had), INBOX));
        assertThrows(NoSuchFileException.class, () -> store.delete(nowhere));
        assertThrows(NoSuchFileException.class, () -> store.rename(nowhere, "elsewhere"));
        assertThrows(NoSuchFileException.class, () -> store.watch(nowhere, () -> {}));
        assertEquals(had, store.scan(INBOX));
        assertEquals(List.of("INBOX"), store.folders(ANN));
    }

    @Test
    default void aRenamedFolderIsTheSameFolder(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        for (var name : ODD) {
            var old = created(store, name);
            var below = created(store, name + "/below");
            add(store, below, "b.1", "below\n");
            three(store, old);
            var now = Instant.now(); // ids are kept for days after the message came
            var fourth = store.add(old, new DeliveryId("r.1"), Letter.of("four\n"), Set.of(), now).key();
            store.record(old, List.of(fourth));
            var had = store.scan(old);
            var identity = store.identity(old);
            var to = "renamed/" + name;
            store.rename(old, to);
            assertThrows(NoSuchFileException.class, () -> store.scan(old), name);
            assertEquals(had, store.scan(folder(to)));
            assertEquals(identity, store.identity(folder(to)));
            assertEquals("one\r\n", text(store, folder(to), had.getFirst().key(), 99));
            store.add(folder(to), new DeliveryId("r.1"), Letter.of("four\n"), Set.of(), now);
            assertEquals(had, store.scan(folder(to)), "a delivery is remembered");
            assertEquals(1, store.scan(below).size());
            assertTrue(store.folders(ANN).contains(to));
            assertTrue(!store.folders(ANN).contains(name), name);
            created(store, name);
            assertEquals(List.of(), store.scan(old));
            assertNotEquals(identity.uidValidity(), store.identity(old).uidValidity());
        }
        store.close();
        assertEquals(4, opened(dir).scan(folder("renamed/" + ODD.getFirst())).size());
    }

    @Test
    default void aNameThatIsTakenOrCannotBeIsRefused(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var one = created(store, "one");
        var two = created(store, "two");
        add(store, one, "a.1", "one\n");
        add(store, two, "a.2", "two\n");
        assertThrows(FileAlreadyExistsException.class, () -> store.rename(one, "two"));
        assertThrows(FileAlreadyExistsException.class, () -> store.rename(one, "INBOX"));
        for (var name : List.of("", "a//b", "../x", "nul\0", "x".repeat(5000))) {
            assertThrows(BadFolderName.class, () -> store.rename(one, name), name);
        }
        assertEquals("one\r\n", text(store, one, store.scan(one).getFirst().key(), 99));
        assertEquals("two\r\n", text(store, two, store.scan(two).getFirst().key(), 99));
    }

    @Test
    default void aDeletedFolderIsGoneAndItsNameIsFree(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        for (var name : ODD) {
            var folder = created(store, name);
            var below = created(store, name + "/below");
            three(store, folder);
            add(store, below, "b.1", "below\n");
            var identity = store.identity(folder);
            store.delete(folder);
            assertTrue(!store.folders(ANN).contains(name), name);
            assertThrows(NoSuchFileException.class, () -> store.scan(folder));
            assertThrows(NoSuchFileException.class, () -> store.delete(folder));
            assertEquals(1, store.scan(below).size());
            created(store, name);
            assertEquals(List.of(), store.scan(folder));
            assertNotEquals(identity.uidValidity(), store.identity(folder).uidValidity());
            add(store, folder, "t.1", "new\n");
            assertEquals(1, store.scan(folder).size(), "another folder has not seen that delivery");
        }
    }

    @Test
    default void foldersMadeTogetherAreNotTakenForEachOther(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var validities = new HashSet<Long>();
        for (int i = 0; i < 5; i++) {
            var folder = created(store, "f" + i);
            assertTrue(validities.add(store.identity(folder).uidValidity()));
            store.delete(folder);
        }
        store.close();
        var again = opened(dir);
        assertTrue(validities.add(again.identity(created(again, "f0")).uidValidity()));
    }

    @Test
    default void subscriptionsAreKeptWhateverHappensToFolders(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        assertEquals(Set.of(), store.subscriptions(ANN));
        store.unsubscribe(folder("never"));
        for (var name : ODD) {
            store.subscribe(folder(name));
            store.subscribe(folder(name));
        }
        store.subscribe(INBOX);
        var expected = new HashSet<>(ODD);
        expected.add("INBOX");
        assertEquals(expected, store.subscriptions(ANN));
        store.create(folder("v1.0/a.b"));
        store.delete(folder("v1.0/a.b"));
        store.unsubscribe(folder("-"));
        store.unsubscribe(folder("-"));
        expected.remove("-");
        store.close();
        var again = opened(dir);
        assertEquals(expected, again.subscriptions(ANN));
        for (var name : ODD) {
            again.unsubscribe(folder(name));
        }
        assertEquals(Set.of("INBOX"), again.subscriptions(ANN));
        assertEquals(List.of("INBOX"), again.folders(ANN));
    }

    @Test
    default void concurrentSubscribersLoseNothing(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var writers = new ArrayList<Future<?>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                var name = "f" + i;
                writers.add(threads.submit(() -> {
                    store.subscribe(folder(name));
                    return null;
                }));
            }
        }
        for (var writer : writers) {
            noFault(writer);
        }
        assertEquals(20, store.subscriptions(ANN).size());
    }

    @Test
    default void concurrentMovesMoveEachMessageOnce(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        for (int i = 0; i < 40; i++) {
            add(store, INBOX, "c." + i, "text " + i + "\n");
        }
        var had = keys(store.scan(INBOX));
        var writers = new ArrayList<Future<?>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var name : List.of("one", "two", "three")) {
                var to = created(store, name);
                writers.add(threads.submit(() -> store.move(INBOX, had, to)));
                writers.add(threads.submit(() -> store.move(to, keys(store.scan(to)), INBOX)));
            }
        }
        for (var writer : writers) {
            noFault(writer);
        }
        var texts = new ArrayList<String>();
        for (var name : List.of("INBOX", "one", "two", "three")) {
            for (var entry : store.scan(folder(name))) {
                texts.add(text(store, folder(name), entry.key(), 99));
            }
        }
        assertEquals(40, texts.size());
        assertEquals(40, Set.copyOf(texts).size());
    }

    @Test
    default void aWatchTellsWhatOtherProgramsDo(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        add(store, INBOX, "a.1", "one\n");
        var other = foreign(dir);
        var told = new Semaphore(0);
        var second = new Semaphore(0);
        var watching = store.watch(INBOX, told::release);
        var alsoWatching = store.watch(INBOX, second::release);
        other.add(INBOX, "Subject: x\n\nforeign\n");
        soon(told);
        soon(second);
        alsoWatching.close();
        alsoWatching.close();
        var key = store.scan(INBOX).getFirst().key();
        other.markSeen(INBOX, key);
        soon(told);
        other.remove(INBOX, key);
        soon(told);
        watching.close();
        assertTrue(store.scan(INBOX).size() == 1);
    }

    private static void soon(Semaphore told) throws InterruptedException {
        assertTrue(told.tryAcquire(2, TimeUnit.SECONDS), "not told within two seconds");
        while (told.tryAcquire(100, TimeUnit.MILLISECONDS)) {
            told.drainPermits(); // one thing may be told more than once
        }
    }

    @Test
    default void whoWatchesHearsOfTheEnd(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        add(store, INBOX, "a.1", "one\n");
        var ended = new Semaphore(0);
        var watch = new Watch() {
            @Override
            public void changed() {
                ended.drainPermits();
            }

            @Override
            public void ended() {
                ended.release();
            }
        };
        store.watch(INBOX, watch);
        store.watch(INBOX, watch).close();
        store.close();
        assertTrue(ended.tryAcquire(2, TimeUnit.SECONDS));
        store.open();
        var told = new Semaphore(0);
        store.watch(INBOX, told::release);
        foreign(dir).add(INBOX, "Subject: x\n\nforeign\n");
        soon(told);
        store.close();
    }

    @Test
    default void sizesAreThoseOfWhatIsRead(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        three(store, INBOX);
        foreign(dir).add(INBOX, "Subject: x\n\nforeign\n");
        for (var entry : store.scan(INBOX)) {
            long size = text(store, INBOX, entry.key(), 4096).length();
            assertEquals(size, store.size(INBOX, entry.key()));
            assertTrue(entry.size() == size || entry.size() == Entry.UNKNOWN);
        }
        assertEquals(3, uids(store.scan(INBOX).subList(0, 3)).size());
    }
}
