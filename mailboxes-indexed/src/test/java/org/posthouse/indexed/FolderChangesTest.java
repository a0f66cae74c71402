package org.posthouse.indexed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.FlagUpdate;
import org.posthouse.mailbox.FlagUpdate.Kind;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.MemoryStore;
import org.posthouse.mailbox.Placed;
import org.posthouse.mailbox.Quota;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.mailbox.UidSet;
import org.posthouse.message.Refusal;
import org.posthouse.queue.DeliveryId;

/** What changes in folders, when, and what is remembered of it over a restart. */
class FolderChangesTest {
    private static final AccountId ANN = new AccountId("ann@example.test");
    private static final Folder INBOX = new Folder(ANN, "INBOX");
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir private Path home;

    private final MemoryStore store = new MemoryStore();
    private Map<String, String> attributes = Map.of();
    private AccountSession mail;
    private int letters;

    @BeforeEach
    void start() throws IOException {
        var engine = new IndexedMailboxes(Configs.usual(), _ -> store, new HomeDisk(home), Clock.systemUTC());
        engine.open();
        mail = engine.account(new Account(ANN, attributes));
    }

    private Listing inbox() throws Refusal, IOException {
        return mail.list("INBOX");
    }

    private long deliver() throws Refusal, IOException {
        letters++;
        mail.deliver("INBOX", new DeliveryId("a." + letters), Letter.of("Subject: " + letters + "\n\n" + letters + "\n"), Set.of(), NOON);
        return inbox().get(inbox().size() - 1).uid();
    }

    private void flag(long uid, Kind kind, String... flags) throws Refusal, IOException {
        mail.flag("INBOX", UidSet.of(uid), new FlagUpdate(kind, Set.of(flags), FlagUpdate.ALWAYS));
    }

    private Set<String> flags(long uid) throws Refusal, IOException {
        return inbox().find(uid).orElseThrow().flags();
    }

    private Map<Long, Set<String>> state(Listing listing) {
        return new TreeMap<>(listing.mails().stream().collect(Collectors.toMap(Mail::uid, Mail::flags)));
    }

    @Test
    void flagsAreAddedRemovedAndReplaced() throws Exception {
        long uid = deliver();
        flag(uid, Kind.ADD, "\\Seen", "work");
        assertEquals(Set.of("\\Seen", "work"), flags(uid));
        flag(uid, Kind.REMOVE, "WORK", "\\Draft");
        assertEquals(Set.of("\\Seen"), flags(uid));
        flag(uid, Kind.REPLACE, "\\Flagged", "\\Seen");
        assertEquals(Set.of("\\Seen", "\\Flagged"), flags(uid));
        flag(uid, Kind.REPLACE);
        assertEquals(Set.of(), flags(uid));
        assertEquals(Set.of(), store.scan(INBOX).getFirst().flags());
    }

    @Test
    void everyChangeGetsAHigherModseqAndNoChangeGetsNone() throws Exception {
        long uid = deliver();
        long first = inbox().modseq();
        flag(uid, Kind.ADD, "\\Seen");
        long second = inbox().modseq();
        assertTrue(second > first);
        assertEquals(second, inbox().find(uid).orElseThrow().modseq());
        flag(uid, Kind.ADD, "\\Seen");
        assertSame(inbox(), inbox());
        assertEquals(second, inbox().modseq());
        mail.expunge("INBOX", UidSet.of(uid));
        assertTrue(inbox().modseq() > second);
    }

    @Test
    void whatChangedSinceIsLeftAlone() throws Exception {
        long one = deliver();
        long two = deliver();
        long before = inbox().modseq();
        flag(two, Kind.ADD, "\\Seen");
        var left = mail.flag("INBOX", UidSet.range(1, 99), new FlagUpdate(Kind.ADD, Set.of("\\Deleted"), before));
        assertEquals(UidSet.of(two), left);
        assertEquals(Set.of("\\Deleted"), flags(one));
        assertEquals(Set.of("\\Seen"), flags(two));
    }

    @Test
    void changesSinceAMomentAreAllChangesAfterIt() throws Exception {
        long one = deliver();
        long two = deliver();
        long three = deliver();
        long moment = inbox().modseq();
        flag(two, Kind.ADD, "\\Seen");
        mail.expunge("INBOX", UidSet.of(one));
        long four = deliver();
        var changes = mail.changesSince("INBOX", moment);
        assertEquals(List.of(two, four), changes.mails().stream().map(Mail::uid).toList());
        assertEquals(UidSet.of(one), changes.vanished());
        assertEquals(List.of(two, three, four), changes.now().mails().stream().map(Mail::uid).toList());
        assertTrue(mail.changesSince("INBOX", changes.now().modseq()).vanished().isEmpty());
    }

    @Test
    void allOfItIsKnownAfterARestart() throws Exception {
        long one = deliver();
        long two = deliver();
        deliver();
        long moment = inbox().modseq();
        flag(two, Kind.ADD, "\\Seen", "work");
        mail.expunge("INBOX", UidSet.of(one));
        var before = inbox();
        start();
        assertEquals(before.mails(), inbox().mails());
        assertTrue(inbox().modseq() > before.modseq());
        var changes = mail.changesSince("INBOX", moment);
        assertEquals(List.of(two), changes.mails().stream().map(Mail::uid).toList());
        assertEquals(UidSet.of(one), changes.vanished());
        assertTrue(mail.changesSince("INBOX", before.modseq()).vanished().isEmpty());
        long now = inbox().modseq();
        start();
        assertTrue(mail.changesSince("INBOX", now).vanished().isEmpty());
    }

    @Test
    void aLostIndexIsMadeAgainAndTellsTooMuchRatherThanTooLittle() throws Exception {
        long one = deliver();
        long two = deliver();
        mail.expunge("INBOX", UidSet.of(one));
        long moment = inbox().modseq();
        Files.delete(home.resolve("var/index/example.test/ann/inbox.box.log"));
        start();
        var changes = mail.changesSince("INBOX", moment);
        assertEquals(List.of(two), changes.mails().stream().map(Mail::uid).toList());
        assertEquals(UidSet.of(one), changes.vanished());
        assertTrue(inbox().modseq() > moment);
    }

    @Test
    void aLostCeilingIsNotGoneBelow() throws Exception {
        deliver();
        long before = inbox().modseq();
        Files.delete(home.resolve("var/index/example.test/ann/account"));
        start();
        deliver();
        assertTrue(inbox().modseq() > before);
        Files.writeString(home.resolve("var/index/example.test/ann/account"), "nonsense");
        before = inbox().modseq();
        start();
        deliver();
        assertTrue(inbox().modseq() > before);
    }

    @Test
    void aTornEndIsCutOffAndWhatItSaidIsFoundAgain() throws Exception {
        var log = home.resolve("var/index/example.test/ann/inbox.box.log");
        long one = deliver();
        long two = deliver();
        var states = new ArrayList<Map<Long, Set<String>>>();
        var moments = new ArrayList<Long>();
        for (var flag : List.of("\\Seen", "a", "b")) {
            moments.add(inbox().modseq());
            states.add(state(inbox()));
            flag(one, Kind.ADD, flag);
        }
        mail.expunge("INBOX", UidSet.of(two));
        moments.add(inbox().modseq());
        states.add(state(inbox()));
        var truth = state(inbox());
        var whole = Files.readAllBytes(log);
        for (int length = 0; length <= whole.length; length++) {
            Files.write(log, whole);
            try (var file = Files.newByteChannel(log, StandardOpenOption.WRITE)) {
                file.truncate(length);
            }
            start();
            for (int i = 0; i < moments.size(); i++) {
                assertEquals(truth, caughtUp(states.get(i), moments.get(i)), "cut at " + length + ", client " + i);
            }
        }
    }

    /** What a client that knew that state at that MODSEQ knows after it asked. */
    private Map<Long, Set<String>> caughtUp(Map<Long, Set<String>> state, long modseq) throws Refusal, IOException {
        var known = new TreeMap<>(state);
        var changes = mail.changesSince("INBOX", modseq);
        known.keySet().removeIf(changes.vanished()::contains);
        changes.mails().forEach(m -> known.put(m.uid(), m.flags()));
        return known;
    }

    @Test
    void aLogIsWrittenAnewBeforeItGrowsWithoutEnd() throws Exception {
        var log = home.resolve("var/index/example.test/ann/inbox.box.log");
        long uid = deliver();
        long moment = inbox().modseq();
        long gone = deliver();
        mail.expunge("INBOX", UidSet.of(gone));
        for (int i = 0; i < 5000; i++) {
            flag(uid, i % 2 == 0 ? Kind.ADD : Kind.REMOVE, "\\Seen");
        }
        assertTrue(Files.size(log) < 200_000, () -> log.toFile().length() + " octets");
        var before = inbox();
        start();
        assertEquals(before.mails(), inbox().mails());
        assertEquals(UidSet.of(gone), mail.changesSince("INBOX", moment).vanished());
    }

    @Test
    void aLogIsWrittenAnewAlsoWhereTheServerIsOftenStartedAnew() throws Exception {
        var log = home.resolve("var/index/example.test/ann/inbox.box.log");
        long uid = deliver();
        for (int starts = 0; starts < 10; starts++) {
            for (int i = 0; i < 1200; i++) {
                flag(uid, i % 2 == 0 ? Kind.ADD : Kind.REMOVE, "\\Seen");
            }
            start();
        }
        inbox();
        assertTrue(Files.size(log) < 200_000, () -> log.toFile().length() + " octets");
    }

    @Test
    void removalsAreForgottenInTheEndAndThenAllThatIsNotThereIsTold() throws Exception {
        var removals = new Removals(5);
        for (int i = 0; i < 10_000; i++) {
            removals.add(new Note.Gone(10 + i, UidSet.of(2L * i + 1)));
        }
        assertTrue(removals.since(10).isEmpty());
        assertTrue(removals.floor() > 10);
        assertEquals(UidSet.of(2L * 9999 + 1), removals.since(10_008).orElseThrow());
        assertTrue(removals.notes().size() <= 4_096);
    }

    @Test
    void whatOtherProgramsDoIsAChangeToo() throws Exception {
        long one = deliver();
        long two = deliver();
        long moment = inbox().modseq();
        store.flag(INBOX, inbox().find(one).orElseThrow().key(), Set.of("\\Answered"));
        store.remove(INBOX, List.of(inbox().find(two).orElseThrow().key()));
        var changes = mail.changesSince("INBOX", moment);
        assertEquals(List.of(one), changes.mails().stream().map(Mail::uid).toList());
        assertEquals(UidSet.of(two), changes.vanished());
    }

    @Test
    void aMessageToWhichAnotherProgramAddsAFieldCanStillBeRead() throws Exception {
        long one = deliver();
        var text = "Lines: 1\r\nSubject: 1\r\n\r\n1\r\n";
        store.write(INBOX, inbox().find(one).orElseThrow().key(), text.getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 2; i++) {
            try (var in = mail.read("INBOX", inbox().find(one).orElseThrow())) {
                assertEquals(text, new String(in.readAllBytes(), StandardCharsets.US_ASCII));
            }
            start();
        }
    }

    @Test
    void onlyDeletedOnesAreExpunged() throws Exception {
        long one = deliver();
        long two = deliver();
        flag(two, Kind.ADD, "\\Deleted");
        mail.expungeDeleted("INBOX", UidSet.range(1, 4_294_967_295L));
        assertEquals(List.of(one), inbox().mails().stream().map(Mail::uid).toList());
    }

    @Test
    void appendedMessagesHaveTheirUidAtOnceAndNeedTheirFolder() throws Exception {
        var letter = Letter.of("Subject: x\n\nx\n");
        var placed = mail.append("INBOX", new DeliveryId("s.1"), letter, Set.of("\\Seen"), NOON);
        assertEquals(new Placed(inbox().uidValidity(), List.of(), List.of(1L)), placed);
        assertThrows(NoSuchFileException.class, () -> mail.append("nowhere", new DeliveryId("s.2"), letter, Set.of(), NOON));
    }

    @Test
    void copiesAndMovesSayWhereEachMessageWent() throws Exception {
        long one = deliver();
        long two = deliver();
        flag(two, Kind.ADD, "\\Seen");
        mail.create("Archive");
        var copied = mail.copy("INBOX", UidSet.range(1, 99), "Archive");
        assertEquals(List.of(one, two), copied.from());
        assertEquals(List.of(1L, 2L), copied.to());
        var moved = mail.move("INBOX", UidSet.of(two, 77), "Archive");
        assertEquals(List.of(two), moved.from());
        assertEquals(List.of(3L), moved.to());
        assertEquals(List.of(one), inbox().mails().stream().map(Mail::uid).toList());
        assertEquals(Set.of("\\Seen"), mail.list("Archive").find(3).orElseThrow().flags());
        assertThrows(NoSuchFileException.class, () -> mail.copy("INBOX", UidSet.of(one), "nowhere"));
        assertThrows(NoSuchFileException.class, () -> mail.move("INBOX", UidSet.of(one), "nowhere"));
        assertEquals(1, inbox().size());
    }

    @Test
    void aFolderIsRenamedWithWhatIsBelowItAndWhatIsKnownOfIt() throws Exception {
        mail.create("a/b");
        assertEquals(List.of("INBOX", "a", "a/b"), mail.folders());
        mail.append("a/b", new DeliveryId("s.1"), Letter.of("x\n"), Set.of(), NOON);
        var before = mail.list("a/b");
        mail.rename("a", "new/c");
        assertEquals(List.of("INBOX", "new", "new/c", "new/c/b"), mail.folders());
        var after = mail.list("new/c/b");
        assertEquals(before.mails(), after.mails());
        assertEquals(before.uidValidity(), after.uidValidity());
        assertThrows(NoSuchFileException.class, () -> mail.list("a/b"));
        assertThrows(NoSuchFileException.class, () -> mail.rename("a", "d"));
        assertThrows(FileAlreadyExistsException.class, () -> mail.rename("new/c", "new"));
        assertThrows(Refusal.class, () -> mail.rename("new", "new/c/d"));
        assertThrows(FileAlreadyExistsException.class, () -> mail.create("new"));
    }

    @Test
    void aFolderIsNotRenamedInPart() throws Exception {
        mail.create("a/b");
        mail.create("new/b");
        mail.delete("new");
        assertThrows(FileAlreadyExistsException.class, () -> mail.rename("a", "new"));
        assertEquals(List.of("INBOX", "a", "a/b", "new/b"), mail.folders());
    }

    @Test
    void renamingTheInboxMovesItsMessagesAndItStays() throws Exception {
        deliver();
        deliver();
        mail.rename("inbox", "old");
        assertEquals(0, inbox().size());
        assertEquals(2, mail.list("old").size());
        assertThrows(Refusal.class, () -> mail.delete("Inbox"));
        mail.delete("old");
        assertEquals(List.of("INBOX"), mail.folders());
    }

    @Test
    void specialUsesAreThoseOfFoldersThereAre() throws Exception {
        mail.create("Sent");
        mail.create("Other");
        assertEquals(Map.of("Sent", "\\Sent"), mail.specialUses());
    }

    @Test
    void aMessageIsRecentToOneSessionOnly() throws Exception {
        deliver();
        deliver();
        assertEquals(1, inbox().recentFrom());
        assertEquals(1, mail.claimRecent("INBOX", 3));
        assertEquals(3, mail.claimRecent("INBOX", 3));
        deliver();
        start();
        assertEquals(3, mail.claimRecent("INBOX", 4));
        assertEquals(4, mail.claimRecent("INBOX", 4));
    }

    @Test
    void aQuotaCountsWhatIsThereAndRefusesWhatIsTooMuch() throws Exception {
        attributes = Map.of("quota", "100");
        start();
        var letter = Letter.of("x".repeat(38) + "\n");
        mail.deliver("INBOX", new DeliveryId("q.1"), letter, Set.of(), NOON);
        mail.append("INBOX", new DeliveryId("q.2"), letter, Set.of(), NOON);
        assertEquals(new Quota(80, 2, OptionalLong.of(100)), mail.quota());
        assertEquals("5.2.2", assertThrows(Refusal.class,
                () -> mail.deliver("INBOX", new DeliveryId("q.3"), letter, Set.of(), NOON)).status().code());
        assertEquals("4.2.2", assertThrows(Refusal.class,
                () -> mail.append("INBOX", new DeliveryId("q.4"), letter, Set.of(), NOON)).status().code());
        assertThrows(Refusal.class, () -> mail.copy("INBOX", UidSet.of(1), "INBOX"));
        mail.expunge("INBOX", UidSet.of(1));
        mail.deliver("lists", new DeliveryId("q.5"), letter, Set.of(), NOON);
        assertEquals(new Quota(80, 2, OptionalLong.of(100)), mail.quota());
        start();
        assertEquals(new Quota(80, 2, OptionalLong.of(100)), mail.quota());
    }

    @Test
    void whatOtherProgramsRemoveMakesRoom() throws Exception {
        attributes = Map.of("quota", "100");
        start();
        var letter = Letter.of("x".repeat(88) + "\n");
        mail.deliver("lists", new DeliveryId("q.1"), letter, Set.of(), NOON);
        assertEquals(90, mail.quota().octets());
        var lists = new Folder(ANN, "lists");
        store.remove(lists, List.of(store.scan(lists).getFirst().key()));
        mail.deliver("other", new DeliveryId("q.2"), letter, Set.of(), NOON);
        store.delete(new Folder(ANN, "other"));
        mail.deliver("lists", new DeliveryId("q.3"), letter, Set.of(), NOON);
        assertEquals(90, mail.quota().octets());
    }

    @Test
    void manySessionsSeeTheSameInAnyOrder() throws Exception {
        for (int i = 0; i < 20; i++) {
            deliver();
        }
        var workers = new ArrayList<Future<?>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int w = 0; w < 8; w++) {
                int worker = w;
                workers.add(threads.submit(() -> {
                    var known = new HashMap<>(state(inbox()));
                    long modseq = 0;
                    for (int i = 0; i < 50; i++) {
                        flag(1 + (worker * 7 + i) % 20, i % 2 == 0 ? Kind.ADD : Kind.REMOVE, "f" + worker);
                        if (i % 10 == 9) {
                            mail.expunge("INBOX", UidSet.of(worker + 1));
                        }
                        var changes = mail.changesSince("INBOX", modseq);
                        assertTrue(changes.now().modseq() >= modseq);
                        known.keySet().removeIf(changes.vanished()::contains);
                        changes.mails().forEach(m -> known.put(m.uid(), m.flags()));
                        assertEquals(state(changes.now()), known);
                        modseq = changes.now().modseq();
                    }
                    return null;
                }));
            }
        }
        for (var worker : workers) {
            worker.get();
        }
        assertNotEquals(20, inbox().size());
    }
}
