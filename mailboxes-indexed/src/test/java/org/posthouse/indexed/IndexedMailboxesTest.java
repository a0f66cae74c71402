package org.posthouse.indexed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.MemoryStore;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.mailbox.UidSet;
import org.posthouse.message.Refusal;
import org.posthouse.queue.DeliveryId;

class IndexedMailboxesTest {
    private static final Account ANN = new Account(new AccountId("ann@example.test"), Map.of());
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    private Path home;

    private final MemoryStore store = new MemoryStore();
    private IndexedMailboxes engine;

    @BeforeEach
    void start() {
        engine = new IndexedMailboxes(Configs.usual(), _ -> store, new HomeDisk(home), Clock.systemUTC());
        engine.open();
    }

    private AccountSession mail() throws IOException {
        return engine.account(ANN);
    }

    private void append(String folder, String id, String text) throws Refusal, IOException {
        mail().deliver(folder, new DeliveryId(id), Letter.of(text), Set.of("\\Seen"), NOON);
    }

    private List<Long> uids(String folder) throws Refusal, IOException {
        return mail().list(folder).mails().stream().map(Mail::uid).toList();
    }

    private String text(long uid) throws IOException {
        var into = new byte[1000];
        var mail = new Mail(uid, 0, Set.of(), NOON, 0, "k" + uid);
        return new String(into, 0, mail().read("INBOX", mail, 0, into), StandardCharsets.US_ASCII);
    }

    @Test
    void everyListedMessageHasItsUidRecordedInTheStore() throws Exception {
        append("INBOX", "a.1", "one\n");
        append("INBOX", "a.2", "two\n");
        var listing = mail().list("INBOX");
        long modseq = listing.modseq();
        assertEquals(List.of(new Mail(1, 5, Set.of("\\Seen"), NOON, modseq, "k1"), new Mail(2, 5, Set.of("\\Seen"), NOON, modseq, "k2")),
                listing.mails());
        assertEquals(3, listing.uidNext());
        assertEquals(List.of(1L, 2L), store.scan(new Folder(ANN.id(), "INBOX")).stream().map(e -> e.uid().orElse(0)).toList());
    }

    @Test
    void anUnchangedFolderIsNotMadeAnew() throws Exception {
        append("INBOX", "a.1", "one\n");
        mail().list("INBOX");
        assertSame(mail().list("INBOX"), mail().list("INBOX"));
    }

    @Test
    void messagesAreReadByUidAlsoByAnEngineThatHasJustCome() throws Exception {
        append("INBOX", "a.1", "one\n");
        append("INBOX", "a.2", "two\n");
        assertEquals("two\r\n", text(2));
        assertEquals("one\r\n", text(1));
        engine.close();
        engine.open();
        assertEquals("two\r\n", text(2));
        assertThrows(NoSuchFileException.class, () -> text(3));
    }

    @Test
    void expungedMessagesAreGoneAndTheirUidsAreNotUsedAgain() throws Exception {
        append("INBOX", "a.1", "one\n");
        append("INBOX", "a.2", "two\n");
        uids("INBOX");
        mail().expunge("INBOX", UidSet.of(2L, 99L));
        mail().expunge("INBOX", UidSet.of(2L));
        assertEquals(List.of(1L), uids("INBOX"));
        assertThrows(NoSuchFileException.class, () -> text(2));
        append("INBOX", "a.3", "three\n");
        assertEquals(List.of(1L, 3L), uids("INBOX"));
    }

    @Test
    void appendMakesTheFolderAndStoresADeliveryOnce() throws Exception {
        append("lists/java", "a.1", "one\n");
        append("lists/java", "a.1", "one\n");
        assertEquals(List.of("INBOX", "lists", "lists/java"), mail().folders());
        assertEquals(List.of(1L), uids("lists/java"));
    }

    @Test
    void aFolderThatCannotBeIsRefused() {
        var refusal = assertThrows(Refusal.class, () -> append("../secrets", "a.1", "one\n"));
        assertEquals("5.2.0", refusal.status().code());
    }

    @Test
    void aFolderThatIsNotThereCannotBeListed() {
        assertThrows(NoSuchFileException.class, () -> mail().list("nowhere"));
    }

    @Test
    void uidsAscendInEveryListingWhileMailArrives() throws Exception {
        var writers = new ArrayList<Future<?>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int w = 0; w < 4; w++) {
                int writer = w;
                writers.add(threads.submit(() -> {
                    long seenNext = 0;
                    List<Long> seen = List.of();
                    for (int i = 0; i < 100; i++) {
                        append("INBOX", writer + "." + i, "x\n");
                        var listing = mail().list("INBOX");
                        var now = listing.mails().stream().map(Mail::uid).toList();
                        assertEquals(now.stream().sorted().distinct().toList(), now);
                        long next = seenNext;
                        var known = seen;
                        assertEquals(known, now.stream().filter(uid -> uid < next).toList(), "nothing appears below a UIDNEXT that was shown");
                        seenNext = listing.uidNext();
                        seen = now;
                    }
                    return null;
                }));
            }
        }
        for (var writer : writers) {
            writer.get();
        }
        assertEquals(LongStream.rangeClosed(1, 400).boxed().toList(), uids("INBOX"));
    }
}
