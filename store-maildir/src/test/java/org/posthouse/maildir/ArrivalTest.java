package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.FaultyDisk;
import org.posthouse.disk.FaultyDisk.Op;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.message.OutcomeUnknown;
import org.posthouse.message.Unavailable;
import org.posthouse.queue.DeliveryId;

class ArrivalTest {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");

    @TempDir Path home;

    private final Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final Clock clock = Clock.fixed(now, ZoneOffset.UTC);
    private FaultyDisk disk;
    private MaildirStore store;
    private Path maildir;

    @BeforeEach
    void start() {
        disk = new FaultyDisk(new HomeDisk(home));
        store = Stores.over(disk, "mail/%d/%n/Maildir", "lf", clock);
        maildir = home.resolve("var/mail/example.test/ann/Maildir");
    }

    private Entry add(String id, String... flags) throws IOException {
        return store.add(INBOX, new DeliveryId(id), Letter.of("hello\n"), Set.of(flags), now);
    }

    private List<String> names(String place) throws IOException {
        try (var files = Files.list(maildir.resolve(place))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aDeliveryIsFiveStepsAndNoMore() throws Exception {
        add("a.1");
        int before = disk.steps().size();
        add("a.2");
        assertEquals(List.of(
                "CREATE 1772366400.Ha_2.mx.example.test",
                "WRITE 1772366400.Ha_2.mx.example.test 6",
                "SYNC 1772366400.Ha_2.mx.example.test",
                "RENAME 1772366400.Ha_2.mx.example.test 1772366400.Ha_2.mx.example.test,S=6,W=7",
                "SYNC_FOLDER new"), disk.story().subList(before, disk.story().size()));
    }

    @Test
    void filesAreOursAlone() throws Exception {
        add("a.1");
        assertEquals("rw-------", PosixFilePermissions.toString(
                Files.getPosixFilePermissions(maildir.resolve("new").resolve(names("new").getFirst()))));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(maildir.resolve("new"))));
    }

    @Test
    void flagsAndKeywordsAreLettersInCur() throws Exception {
        add("a.1", "\\Seen", "\\Answered", "\\Draft", "\\Flagged", "\\Deleted", "$Forwarded", "$Junk", "work", "no good");
        assertEquals(List.of("1772366400.Ha_1.mx.example.test,S=6,W=7:2,DFPRSTab"), names("cur"));
        assertEquals("0 $Junk\n1 work\n", Files.readString(maildir.resolve("dovecot-keywords")));
        add("a.2", "WORK", "zebra");
        assertEquals(Set.of("work", "zebra"), store.scan(INBOX).getLast().flags());
    }

    @Test
    void anOldMessageKeepsItsDate() throws Exception {
        var old = Instant.parse("1999-12-31T23:59:59Z");
        store.add(INBOX, new DeliveryId("a.1"), Letter.of("x\n"), Set.of(), old);
        assertEquals(old, store.scan(INBOX).getFirst().received());
        assertEquals(FileTime.from(old), Files.getLastModifiedTime(maildir.resolve("new").resolve(names("new").getFirst())));
    }

    @Test
    void aFailureBeforeTheRenameLeavesNothing() throws Exception {
        add("a.1");
        for (var op : List.of(Op.CREATE, Op.WRITE, Op.SYNC, Op.RENAME)) {
            disk.fail(op, 1, FaultyDisk.full());
            assertThrows(IOException.class, () -> add("a.2"));
            assertEquals(List.of(), names("tmp"), op.toString());
            assertEquals(1, store.scan(INBOX).size());
        }
        disk.fail(Op.WRITE, 1, FaultyDisk.full());
        assertThrows(Unavailable.class, () -> add("a.2"));
        add("a.2");
        assertEquals(2, store.scan(INBOX).size());
    }

    @Test
    void aFailureAfterTheRenameIsUnknownAndTheRetrySyncsAndStoresNothing() throws Exception {
        add("a.1");
        disk.fail(Op.SYNC_FOLDER, 1, FaultyDisk.broken());
        assertThrows(OutcomeUnknown.class, () -> add("a.2"));
        int before = disk.steps().size();
        add("a.2");
        assertEquals(List.of("SYNC_FOLDER new", "SYNC_FOLDER cur"), disk.story().subList(before, disk.story().size()));
        assertEquals(2, store.scan(INBOX).size());
    }

    @Test
    void whatACrashLeftInTmpIsReplaced() throws Exception {
        add("a.1");
        Files.writeString(maildir.resolve("tmp/1772366400.Ha_2.mx.example.test"), "half");
        add("a.2");
        assertEquals(2, store.scan(INBOX).size());
        assertEquals(List.of(), names("tmp"));
    }

    @Test
    void whatLiesInTmpFor36HoursIsRemovedWhateverItsDate() throws Exception {
        add("a.1");
        var left = Files.writeString(maildir.resolve("tmp/left"), "half");
        Files.setLastModifiedTime(left, FileTime.from(Instant.EPOCH));
        for (int hours : new int[] {35, 37}) {
            var later = Clock.fixed(Instant.now().plus(Duration.ofHours(hours)), ZoneOffset.UTC);
            Stores.over(disk, "mail/%d/%n/Maildir", "lf", later).scan(INBOX);
            assertEquals(hours < 36 ? List.of("left") : List.of(), names("tmp"));
        }
    }

    @Test
    void whatIsNoFileIsNeverRead() throws Exception {
        add("a.1");
        var secret = Files.writeString(home.resolve("users"), "ann:secret\n");
        Files.createSymbolicLink(maildir.resolve("cur/1.link.x:2,"), secret);
        Files.createSymbolicLink(maildir.resolve("cur/2.link.x,S=11,W=12:2,"), secret);
        Files.createDirectory(maildir.resolve("cur/3.folder.x:2,"));
        Files.createSymbolicLink(maildir.resolve("cur/4.Hlink.x,S=11,W=12:2,"), secret);
        assertEquals(List.of("4.Hlink.x,S=11,W=12"), store.scan(INBOX).stream().map(Entry::key).filter(k -> !k.contains("Ha_1")).toList());
        assertThrows(IOException.class, () -> store.read(INBOX, "4.Hlink.x,S=11,W=12", 0, new byte[100]));
    }

    @Test
    void idsThatAreLongOrUnusualAreStoredOnceToo() throws Exception {
        for (var id : List.of("x".repeat(500), "../../etc/passwd", "a:b,c", "ä", "", "a_1")) {
            add(id);
            add(id);
        }
        store.open();
        add("a_1");
        assertEquals(6, store.scan(INBOX).size());
        assertTrue(names("new").stream().allMatch(n -> n.length() < 200));
    }
}
