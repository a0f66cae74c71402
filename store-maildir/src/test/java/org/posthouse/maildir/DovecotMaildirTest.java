package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.FlagChange;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.mailbox.Store.Identity;
import org.posthouse.queue.DeliveryId;

/** A Maildir that Dovecot made is taken over in place, and what we write Dovecot can read again. */
class DovecotMaildirTest {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");
    private static final Folder SENT = new Folder(INBOX.account(), "Sent");
    private static final String LIST = """
            3 V1275660208 N25022 G3085f01b7f11094c501100008c4a11c1
            25006 :1276528487.M364837P9451.kurkku,S=6,W=7:2,
            25017 W12 P0000abcd :1276533073.M242911P3632.kurkku:2,F
            25020 :1276533099.M1P2.gone,S=1,W=2
            """;

    @TempDir Path home;

    private Path maildir;
    private MaildirStore store;

    @BeforeEach
    void dovecotWasHere() throws IOException {
        maildir = home.resolve("var/mail/example.test/ann/Maildir");
        for (var dir : List.of("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp", ".noselect", "stray")) {
            Files.createDirectories(maildir.resolve(dir));
        }
        Files.writeString(maildir.resolve("dovecot-uidlist"), LIST);
        Files.writeString(maildir.resolve("dovecot-keywords"), "0 $Junk\n1 work\nnonsense\n99 no\n");
        mail("cur/1276528487.M364837P9451.kurkku,S=6,W=7:2,RSb", "hello\n");
        mail("cur/1276533073.M242911P3632.kurkku:2,F", "two\r\nlines\n");
        mail("new/1276540000.M5P6.kurkku", "third\n");
        store = Stores.over(new HomeDisk(home));
    }

    private void mail(String name, String text) throws IOException {
        var file = maildir.resolve(name);
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2010-06-14T15:14:47Z")));
    }

    @Test
    void uidsFlagsSizesAndDatesAreTakenOver() throws Exception {
        assertEquals(new Identity(1275660208, 25022), store.identity(INBOX));
        var date = Instant.parse("2010-06-14T15:14:47Z");
        assertEquals(List.of(
                new Entry("1276528487.M364837P9451.kurkku,S=6,W=7", OptionalLong.of(25006), Set.of("\\Answered", "\\Seen", "work"), date, 7),
                new Entry("1276533073.M242911P3632.kurkku", OptionalLong.of(25017), Set.of("\\Flagged"), date, 12),
                new Entry("1276540000.M5P6.kurkku", OptionalLong.empty(), Set.of(), date, Entry.UNKNOWN)), store.scan(INBOX));
        assertEquals(7, store.size(INBOX, "1276540000.M5P6.kurkku"));
        assertEquals(12, store.size(INBOX, "1276533073.M242911P3632.kurkku"));
        assertEquals(List.of("INBOX", "Sent"), store.folders(INBOX.account()));
    }

    @Test
    void newUidsAreAddedBelowDovecotsLines() throws Exception {
        assertEquals(25022, store.record(INBOX, List.of("1276540000.M5P6.kurkku")).get("1276540000.M5P6.kurkku"));
        assertEquals(LIST + "25022 :1276540000.M5P6.kurkku\n", Files.readString(maildir.resolve("dovecot-uidlist")));
        assertTrue(Files.notExists(maildir.resolve("dovecot-uidlist.lock")));
    }

    @Test
    void whatDovecotRecordedMeanwhileWins() throws Exception {
        store.scan(INBOX);
        Files.writeString(maildir.resolve("dovecot-uidlist"), LIST + "30000 :1276540000.M5P6.kurkku\n");
        assertEquals(30000, store.record(INBOX, List.of("1276540000.M5P6.kurkku")).get("1276540000.M5P6.kurkku"));
        assertEquals(30001, store.identity(INBOX).uidNext());
    }

    @Test
    void aTornLastLineIsMendedByTheNextRecord() throws Exception {
        Files.writeString(maildir.resolve("dovecot-uidlist"), LIST + "25022 :12765");
        store.record(INBOX, List.of("1276540000.M5P6.kurkku"));
        var text = Files.readString(maildir.resolve("dovecot-uidlist"));
        assertTrue(text.endsWith("25022 :1276540000.M5P6.kurkku\n"), text);
        assertEquals(5, text.lines().count());
    }

    @Test
    void aListThatCannotBeReadIsBegunAnewWithAnotherUidvalidity() throws Exception {
        Files.writeString(maildir.resolve("dovecot-uidlist"), "garbage\n");
        assertNotEquals(1275660208, store.identity(INBOX).uidValidity());
        assertEquals(1, store.record(INBOX, List.of("1276540000.M5P6.kurkku")).get("1276540000.M5P6.kurkku"));
    }

    @Test
    void filesThatAreNoMessagesAreLeftAlone() throws Exception {
        Files.writeString(maildir.resolve("cur/.hidden"), "x");
        Files.writeString(maildir.resolve("new/with space"), "x");
        Files.createDirectories(maildir.resolve("cur/1276540001.dir"));
        Files.write(maildir.resolve("cur/1276540002.late:3,weird"), "x".getBytes(StandardCharsets.US_ASCII));
        assertEquals(4, store.scan(INBOX).size());
        assertTrue(Files.exists(maildir.resolve("cur/.hidden")));
    }

    @Test
    void linesOfMessagesThatAreGoneAreDroppedWhenTheyAreMany() throws Exception {
        var list = new StringBuilder(LIST);
        for (int uid = 25_100; uid < 27_000; uid++) {
            list.append(uid).append(" :1276533099.M").append(uid).append(".gone\n");
        }
        Files.writeString(maildir.resolve("dovecot-uidlist"), list);
        assertEquals(27_000, store.record(INBOX, List.of("1276540000.M5P6.kurkku")).get("1276540000.M5P6.kurkku"));
        assertEquals(4, Files.readString(maildir.resolve("dovecot-uidlist")).lines().count());
        assertEquals(List.of(25006L, 25017L, 27000L), store.scan(INBOX).stream().map(e -> e.uid().orElse(0)).toList());
        assertEquals(27_001, store.identity(INBOX).uidNext());
    }

    @Test
    void ourLockKeepsOthersOutAndADeadProcessDoesNot() throws Exception {
        var lock = maildir.resolve("dovecot-uidlist.lock");
        Files.writeString(lock, "999999999:mx.example.test");
        store.record(INBOX, List.of("1276540000.M5P6.kurkku"));
        assertTrue(Files.notExists(lock));

        Files.writeString(lock, "1:elsewhere.example.test");
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minusSeconds(61)));
        mail("new/1276540001.M5P6.kurkku", "fourth\n");
        store.record(INBOX, List.of("1276540001.M5P6.kurkku"));
        assertTrue(Files.notExists(lock));

        Files.writeString(lock, ProcessHandle.current().pid() + ":mx.example.test");
        Files.setLastModifiedTime(lock, FileTime.from(ProcessHandle.current().info().startInstant().orElseThrow().minusSeconds(5)));
        mail("new/1276540002.M5P6.kurkku", "fifth\n");
        store.record(INBOX, List.of("1276540002.M5P6.kurkku"));
        assertTrue(Files.notExists(lock));
    }

    @Test
    void aLockThatIsHeldIsWaitedFor() throws Exception {
        var lock = maildir.resolve("dovecot-uidlist.lock");
        Files.writeString(lock, "1:elsewhere.example.test");
        var waiting = Thread.ofVirtual().start(() -> {
            try {
                store.record(INBOX, List.of("1276540000.M5P6.kurkku"));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertEquals(false, waiting.join(java.time.Duration.ofMillis(100)));
        assertEquals(LIST, Files.readString(maildir.resolve("dovecot-uidlist")));
        Files.delete(lock);
        waiting.join();
        assertEquals(LIST.lines().count() + 1, Files.readString(maildir.resolve("dovecot-uidlist")).lines().count());
    }

    /** Dovecot lists a folder under its lock, and may pass over a file that is renamed meanwhile. */
    @Test
    void filesAreRenamedUnderDovecotsLock() throws Exception {
        store.scan(INBOX);
        var lock = maildir.resolve("dovecot-uidlist.lock");
        Files.writeString(lock, "1:elsewhere.example.test");
        var waiting = Thread.ofVirtual().start(() -> {
            try {
                store.flag(INBOX, List.of("1276533073.M242911P3632.kurkku"), new FlagChange(Set.of("\\Seen"), Set.of()));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertEquals(false, waiting.join(java.time.Duration.ofMillis(100)));
        assertTrue(Files.exists(maildir.resolve("cur/1276533073.M242911P3632.kurkku:2,F")));
        Files.delete(lock);
        waiting.join();
        assertTrue(Files.exists(maildir.resolve("cur/1276533073.M242911P3632.kurkku:2,FS")));
        assertTrue(Files.notExists(lock));
    }

    @Test
    void namesOfKeywordsThatImapCannotTellAreLeftOutAndKeepTheirLetters() throws Exception {
        var keywords = "0 $Junk\n1 two words\n2 a(b\n3 \\Odd\n4 caf\u00e9\n5 fine\n6 ]\n";
        Files.writeString(maildir.resolve("dovecot-keywords"), keywords);
        mail("cur/1276540003.M5P6.kurkku:2,Sabcdefg", "third\n");
        assertEquals(Set.of("\\Seen", "$Junk", "fine"),
                store.scan(INBOX).stream().filter(e -> e.key().startsWith("1276540003")).findFirst().orElseThrow().flags());
        store.flag(INBOX, List.of("1276540003.M5P6.kurkku"), new FlagChange(Set.of("new"), Set.of("fine")));
        assertTrue(Files.exists(maildir.resolve("cur/1276540003.M5P6.kurkku:2,Sabcdegh")));
        assertEquals(keywords + "7 new\n", Files.readString(maildir.resolve("dovecot-keywords")));
    }

    @Test
    void aFolderOfDovecotTakesMailAndAnotherIsMadeAsMaildirPlusPlus() throws Exception {
        store.add(SENT, new DeliveryId("a.1"), Letter.of("x\n"), Set.of("\\Seen"), Instant.now());
        assertEquals(1, store.scan(SENT).size());
        var deep = new Folder(INBOX.account(), "Archive/2026");
        store.create(deep);
        assertTrue(Files.exists(maildir.resolve(".Archive.2026/maildirfolder")));
        assertThrows(java.nio.file.NoSuchFileException.class, () -> store.scan(new Folder(INBOX.account(), "Archive")));
    }
}
