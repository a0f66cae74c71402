package org.posthouse.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.posthouse.mailbox.StoreGround.add;
import static org.posthouse.mailbox.StoreGround.keys;
import static org.posthouse.mailbox.StoreGround.noFault;
import static org.posthouse.mailbox.StoreGround.text;
import static org.posthouse.mailbox.StoreGround.uids;

import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.AccountId;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.queue.DeliveryId;

/** What every store must do, whatever its format. */
public interface StoreContract extends StoreGround {
    @Test
    default void keepsAMessageAcrossReopen(@TempDir Path dir) throws Exception {
        var first = opened(dir);
        var added = first.add(INBOX, new DeliveryId("a.1.1"), Letter.of("Subject: x\n\nhello\n"),
                Set.of("\\Seen", "\\Flagged"), NOON);
        first.close();
        var second = opened(dir);
        var found = second.scan(INBOX);
        assertEquals(List.of(added), found);
        assertEquals(Set.of("\\Seen", "\\Flagged"), found.getFirst().flags());
        assertEquals(NOON, found.getFirst().received());
        assertEquals("Subject: x\r\n\r\nhello\r\n", text(second, INBOX, added.key(), 8192));
    }

    @Test
    default void givesBackTheSameOctetsInPiecesOfAnySize(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var texts = List.of("", "\n", "a", "a\n\n\nb\n", "no line end", "\r\r\nodd\r\r\n\rx\r", "long ".repeat(9999) + "\n",
                "line\n".repeat(20_000), "\n".repeat(3000));
        for (int i = 0; i < texts.size(); i++) {
            var letter = Letter.of(texts.get(i));
            var entry = store.add(INBOX, new DeliveryId("a." + i), letter, Set.of(), NOON);
            assertEquals(letter.size(), entry.size());
            for (int piece : new int[] {letter.size() < 5000 ? 1 : 1021, 4096, 262_144}) {
                assertEquals(letter.toString(), text(store, INBOX, entry.key(), piece));
            }
        }
    }

    @Test
    default void readsFromAnyOffset(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var letter = Letter.of("one\n\ntwo\nthree");
        var key = add(store, INBOX, "a.1", letter.toString()).key();
        for (int offset = (int) letter.size(); offset >= 0; offset--) {
            var into = new byte[3];
            int n = store.read(INBOX, key, offset, into);
            assertEquals(letter.toString().substring(offset, (int) Math.min(letter.size(), offset + 3)),
                    new String(into, 0, n, StandardCharsets.US_ASCII));
        }
        assertEquals(0, store.read(INBOX, key, 9999, new byte[3]));
    }

    @Test
    default void storesADeliveryIdOnce(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var first = add(store, INBOX, "a.1.1", "one\n");
        assertEquals(first.key(), add(store, INBOX, "a.1.1", "one\n").key());
        add(store, INBOX, "a.1.2", "two\n");
        assertEquals(2, store.scan(INBOX).size());
        store.close();
        var again = opened(dir);
        assertEquals(first.key(), add(again, INBOX, "a.1.1", "one\n").key());
        assertEquals(2, again.scan(INBOX).size());
    }

    @Test
    default void storesADeliveryIdOnceEvenWhenItsMessageWasRemoved(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var key = add(store, INBOX, "a.1.1", "one\n").key();
        store.remove(INBOX, List.of(key));
        add(store, INBOX, "a.1.1", "one\n");
        assertEquals(List.of(), store.scan(INBOX));
    }

    @Test
    default void storesADeliveryIdOnceEvenWhenAnotherProgramRemovedItsMessage(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var key = add(store, INBOX, "a.1.1", "one\n").key();
        store.record(INBOX, List.of(key));
        foreign(dir).remove(INBOX, key);
        add(store, INBOX, "a.1.1", "one\n");
        assertEquals(List.of(), store.scan(INBOX));
    }

    @Test
    default void storesADeliveryIdOnceAlsoWhenItsMessageWasRemovedInAnEarlierLife(@TempDir Path dir) throws Exception {
        var now = Instant.now(); // ids are kept for days after the message came
        var store = opened(dir);
        var key = store.add(INBOX, new DeliveryId("a.1.1"), Letter.of("one\n"), Set.of(), now).key();
        store.remove(INBOX, List.of(key));
        store.close();
        var again = opened(dir);
        again.add(INBOX, new DeliveryId("a.1.1"), Letter.of("one\n"), Set.of(), now);
        assertEquals(List.of(), again.scan(INBOX));
        again.add(INBOX, new DeliveryId("a.1.2"), Letter.of("two\n"), Set.of(), now);
        assertEquals(1, again.scan(INBOX).size());
    }

    @Test
    default void changesFlagsAndKeepsThem(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var one = add(store, INBOX, "a.1", "one\n").key();
        var two = store.add(INBOX, new DeliveryId("a.2"), Letter.of("two\n"), Set.of("\\Flagged", "work"), NOON).key();
        var uids = store.record(INBOX, List.of(one, two));
        store.flag(INBOX, List.of(one, two, "nothing"), new FlagChange(Set.of("\\Seen", "$Junk"), Set.of("\\Flagged", "\\Draft")));
        store.flag(INBOX, List.of(two), new FlagChange(Set.of("\\Answered"), Set.of("\\Seen", "WORK")));
        store.flag(INBOX, List.of(two), new FlagChange(Set.of(), Set.of()));
        var flags = List.of(Set.of("\\Seen", "$Junk"), Set.of("\\Answered", "$Junk"));
        assertEquals(flags, store.scan(INBOX).stream().map(Entry::flags).toList());
        store.flag(INBOX, List.of(one), new FlagChange(Set.of("\\Deleted", "\\Draft"), Set.of("\\Seen", "$Junk")));
        store.close();
        var again = opened(dir);
        assertEquals(List.of(one, two), keys(again.scan(INBOX)));
        assertEquals(List.of(Set.of("\\Deleted", "\\Draft"), flags.getLast()), again.scan(INBOX).stream().map(Entry::flags).toList());
        assertEquals(List.of(uids.get(one), uids.get(two)), uids(again.scan(INBOX)));
        assertEquals("one\r\n", text(again, INBOX, one, 99));
        assertEquals("two\r\n", text(again, INBOX, two, 99));
    }

    @Test
    default void manyWritersOfFlagsLoseNone(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var key = add(store, INBOX, "a.1", "one\n").key();
        var writers = new ArrayList<Future<?>>();
        var flags = Set.of("\\Seen", "\\Answered", "\\Flagged", "\\Draft", "\\Deleted", "one", "two", "three");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var flag : flags) {
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < 5; i++) {
                        store.flag(INBOX, List.of(key), new FlagChange(Set.of(flag), Set.of()));
                        store.flag(INBOX, List.of(key), new FlagChange(Set.of(), Set.of(flag)));
                    }
                    store.flag(INBOX, List.of(key), new FlagChange(Set.of(flag), Set.of()));
                    return null;
                }));
            }
        }
        for (var writer : writers) {
            noFault(writer);
        }
        assertEquals(flags, store.scan(INBOX).getFirst().flags());
    }

    @Test
    default void recordsUidsInTheOrderGivenAndKeepsThem(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        add(store, INBOX, "a.1", "one\n");
        add(store, INBOX, "a.2", "two\n");
        var keys = keys(store.scan(INBOX));
        var validity = store.identity(INBOX).uidValidity();
        var given = store.record(INBOX, keys);
        assertTrue(given.get(keys.get(0)) < given.get(keys.get(1)));
        assertEquals(given, store.record(INBOX, keys));

        add(store, INBOX, "a.3", "three\n");
        var third = store.scan(INBOX).get(2);
        assertEquals(OptionalLong.empty(), third.uid());
        store.record(INBOX, List.of(third.key()));
        var uids = uids(store.scan(INBOX));
        assertEquals(uids.stream().sorted().distinct().toList(), uids);
        store.close();

        var again = opened(dir);
        assertEquals(uids, uids(again.scan(INBOX)));
        assertEquals(validity, again.identity(INBOX).uidValidity());
        assertEquals(uids.getLast() + 1, again.identity(INBOX).uidNext());
    }

    @Test
    default void neverGivesAUidTwice(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var key = add(store, INBOX, "a.1", "one\n").key();
        long uid = store.record(INBOX, List.of(key)).get(key);
        store.remove(INBOX, List.of(key));
        store.close();
        var again = opened(dir);
        var other = add(again, INBOX, "a.2", "two\n").key();
        assertTrue(again.record(INBOX, List.of(other)).get(other) > uid);
    }

    @Test
    default void removesAndForgivesWhatIsGone(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var one = add(store, INBOX, "a.1", "one\n");
        var two = add(store, INBOX, "a.2", "two\n");
        store.remove(INBOX, List.of(one.key(), "nothing"));
        store.remove(INBOX, List.of(one.key()));
        assertEquals(List.of(two), store.scan(INBOX));
        assertThrows(NoSuchFileException.class, () -> store.read(INBOX, one.key(), 0, new byte[10]));
        assertThrows(NoSuchFileException.class, () -> store.size(INBOX, one.key()));
    }

    @Test
    default void seesWhatOtherProgramsDo(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var other = foreign(dir);
        add(store, INBOX, "a.1", "one\n");
        var mine = store.scan(INBOX).getFirst();
        other.add(INBOX, "Subject: foreign\n\nbody\n");
        var both = store.scan(INBOX);
        assertEquals(2, both.size());
        var foreign = both.stream().filter(e -> !e.key().equals(mine.key())).findFirst().orElseThrow();
        assertEquals("Subject: foreign\r\n\r\nbody\r\n".length(), foreign.size() == Entry.UNKNOWN ? store.size(INBOX, foreign.key()) : foreign.size());
        assertEquals("Subject: foreign\r\n\r\nbody\r\n", text(store, INBOX, foreign.key(), 5));

        other.markSeen(INBOX, mine.key());
        assertEquals(Set.of("\\Seen"), store.scan(INBOX).stream().filter(e -> e.key().equals(mine.key())).findFirst()
                .orElseThrow().flags());
        assertEquals("one\r\n", text(store, INBOX, mine.key(), 100));
        other.remove(INBOX, mine.key());
        assertEquals(List.of(foreign.key()), keys(store.scan(INBOX)));
        other.remove(INBOX, foreign.key());
        assertThrows(NoSuchFileException.class, () -> store.read(INBOX, foreign.key(), 0, new byte[10]));
        assertEquals(List.of(), store.scan(INBOX));
    }

    @Test
    default void anUnchangedFolderIsTheSameList(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var entry = add(store, INBOX, "a.1", "one\n");
        store.record(INBOX, List.of(entry.key()));
        assertSame(store.scan(INBOX), store.scan(INBOX));
    }

    @Test
    default void folderNamesAreKeptOrRefused(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var good = List.of("Sent", "Sent Mail", "a/b/c", "v1.0/a.b", "Entwürfe", "日本語/台北", "tab&tea", "~home", "new", "cur/tmp",
                "&", "a&-b", "INBOX/sub", "😀", "x~!@#$%^*()", "-", "a\\b:c");
        for (var name : good) {
            var folder = new Folder(ANN, name);
            store.create(folder);
            store.create(folder);
            add(store, folder, "a.1", name + "\n");
        }
        store.close();
        var again = opened(dir);
        var listed = again.folders(ANN);
        assertEquals("INBOX", listed.getFirst());
        assertTrue(listed.containsAll(good), () -> good + " -> " + listed);
        for (var name : good) {
            assertEquals(name + "\r\n", text(again, new Folder(ANN, name), again.scan(new Folder(ANN, name)).getFirst().key(), 99));
        }
        assertEquals(List.of(), again.scan(INBOX));
    }

    @Test
    default void folderNamesThatCannotBeAreRefused(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        for (var name : List.of("", "/", "/a", "a/", "a//b", "..", "../x", "a/../../b", ".", "a\nb", "nul\0", "x".repeat(5000))) {
            assertThrows(BadFolderName.class, () -> store.create(new Folder(ANN, name)), name);
        }
        assertEquals(List.of("INBOX"), store.folders(ANN));
    }

    @Test
    default void aFolderMustBeCreatedFirst(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var nowhere = new Folder(ANN, "nowhere");
        assertThrows(NoSuchFileException.class, () -> add(store, nowhere, "a.1", "x\n"));
        assertThrows(NoSuchFileException.class, () -> store.scan(nowhere));
        assertThrows(NoSuchFileException.class, () -> store.identity(nowhere));
        assertEquals(List.of("INBOX"), store.folders(ANN));
    }

    @Test
    default void accountsAreApart(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        add(store, INBOX, "a.1", "for ann\n");
        for (var name : List.of("bob@example.test", "ann@example.org", "../ann@example.test", "a/b@example.test", "ännchen@exämple.test")) {
            assertEquals(List.of(), store.scan(new Folder(new AccountId(name), "INBOX")));
            add(store, new Folder(new AccountId(name), "INBOX"), "a.2", name + "\n");
            assertEquals(1, store.scan(new Folder(new AccountId(name), "INBOX")).size());
        }
        assertEquals(1, store.scan(INBOX).size());
    }

    @Test
    default void concurrentWritersLoseAndDoubleNothing(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        var writers = new ArrayList<Future<?>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int w = 0; w < 8; w++) {
                int writer = w;
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < 20; i++) {
                        add(store, INBOX, "own." + writer + "." + i, "own\n");
                        add(store, INBOX, "shared." + i, "shared\n"); // all writers bring the same twenty
                        store.record(INBOX, keys(store.scan(INBOX)));
                    }
                    return null;
                }));
            }
        }
        for (var writer : writers) {
            noFault(writer);
        }
        var uids = uids(store.scan(INBOX));
        assertEquals(8 * 20 + 20, uids.size());
        assertEquals(uids.size(), new HashSet<>(uids).size());
    }

    @Test
    default void aHundredThousandMessagesAreQuick(@TempDir Path dir) throws Exception {
        var store = opened(dir);
        add(store, INBOX, "a.1", "one\n");
        foreign(dir).addMany(INBOX, 99_999, "Subject: x\n\n");
        assertTimeout(Duration.ofSeconds(30), () -> {
            store.record(INBOX, keys(store.scan(INBOX)));
            var uids = uids(store.scan(INBOX));
            assertEquals(100_000, uids.getLast() - uids.getFirst() + 1);
            assertEquals(uids.stream().sorted().distinct().toList(), uids);
            for (int i = 0; i < 20; i++) {
                store.scan(INBOX);
            }
        });
    }
}
