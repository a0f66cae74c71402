package org.posthouse.mbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.FlagChange;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.mailbox.Store.Identity;
import org.posthouse.queue.DeliveryId;

/** Files that other programs wrote. */
class FormatsTest {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");
    private static final String FROM = "From bob@example.test Sun Mar  1 12:00:00 2026\n";

    @TempDir Path home;

    private Path mbox;
    private MboxStore store;

    @BeforeEach
    void start() throws IOException {
        mbox = home.resolve("var/mail/example.test/ann/mbox");
        Files.createDirectories(mbox.getParent());
        store = Stores.over(new HomeDisk(home));
    }

    private List<Entry> given(String text) throws IOException {
        Files.writeString(mbox, text, StandardCharsets.ISO_8859_1);
        return store.scan(INBOX);
    }

    private List<String> texts() throws IOException {
        return store.scan(INBOX).stream().map(this::text).toList();
    }

    private String text(Entry entry) {
        try {
            var into = new byte[100_000];
            int n = store.read(INBOX, entry.key(), 0, into);
            assertEquals(entry.size(), n);
            return new String(into, 0, n, StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"From ann@example.test Thu Jan  1 00:00:00 1970", "From ann Thu Jan 1 00:00 1970", "From ann Thu Jan  1 00:00:00 MET 1970",
        "From ann Thu Jan  1 00:00:00 MET DST 1970", "From ann Thu Jan  1 00:00:00 1970 remote from x", "From ann Thu Jan  1 01:00:00 1970 +0100",
        "From - Thu, 01 Jan 1970 00:00:00 +0000", "From ???@??? Thu Jan 01 00:00:00 1970", "From \"odd name\"@example.test Thu Jan  1 00:00:00 1970",
        "From  Thu Jan  1 00:00:00 1970", "From Thu Thu Jan  1 00:00:00 1970", "From ann Thu Jan  1 00:00:00 -0000 1970"})
    void fromLinesOfManyProgramsAreKnown(String line) throws Exception {
        assertEquals(Instant.EPOCH, FromLine.parse(line).orElseThrow().date());
        given(line + "\nSubject: x\n\nbody\n");
        assertEquals(List.of("Subject: x\n\nbody\n"), texts());
    }

    @ParameterizedTest
    @ValueSource(strings = {"From here it is far", "From Thu on", "From ann Thu Jan  1", "From ann Thu Jan  1 00:00:00", "From ann Thu Foo 1 00:00:00 1970",
        "From ann Thu Jan 32 00:00:00 1970", "From ann Thu Jan  1 25:00:00 1970", "From ann Thu Jan 1 00:00:00 1970 and so on", "From ", "From",
        "from ann@example.test Thu Jan  1 00:00:00 1970", " From ann Thu Jan  1 00:00:00 1970"})
    void otherLinesAreText(String line) throws Exception {
        assertTrue(FromLine.parse(line).isEmpty());
        given(FROM + "Subject: x\n\n" + line + "\n\n" + line + "\n\n");
        assertEquals(List.of("Subject: x\n\n" + line + "\n\n" + line + "\n"), texts());
    }

    @Test
    void aLineThatIsWrittenIsReadAgain() {
        for (var sender : List.of("ann@example.test", "", "a b", "ä", "x".repeat(999))) {
            var line = new FromLine(sender, Instant.parse("2026-11-05T01:02:03Z")).text();
            assertTrue(line.endsWith(" Thu Nov  5 01:02:03 2026\n"), line);
            assertEquals(Instant.parse("2026-11-05T01:02:03Z"), FromLine.parse(line.stripTrailing()).orElseThrow().date());
        }
        assertTrue(FromLine.parse(new FromLine("x", Instant.MAX).text().stripTrailing()).isPresent());
        assertTrue(FromLine.parse(new FromLine("x", Instant.MIN).text().stripTrailing()).isPresent());
    }

    @Test
    void mboxoAndMboxrdLoseOneMark() throws Exception {
        given(FROM + "Subject: a\n\n>From x\n>>From y\n> From z\n>Fromage\n\n" + FROM + "Subject: b\n\n\n\n");
        assertEquals(List.of("Subject: a\n\nFrom x\n>From y\n> From z\n>Fromage\n", "Subject: b\n\n\n"), texts());
    }

    @Test
    void mboxcl2CountsOctetsAndHasNoMarks() throws Exception {
        var body = FROM + ">From x\n\n" + FROM;
        given(FROM + "Content-Length: " + body.length() + "\nSubject: a\n\n" + body + "\n" + FROM + "Subject: b\n\nx\n\n");
        assertEquals(List.of("Subject: a\n\n" + body, "Subject: b\n\nx\n"), texts());
    }

    @Test
    void mboxclHasMarksAndALengthThatIsWrongCountsForNothing() throws Exception {
        given(FROM + "Content-Length: 8\n\n>From x\n\n" + FROM + "Content-Length: 9\n\nx\n\n" + FROM + "Content-Length: 99999999999999\n\ny\n\n");
        assertEquals(List.of("\nFrom x\n", "\nx\n", "\ny\n"), texts());
    }

    @Test
    void filesOfOddShapesAreRead() throws Exception {
        assertEquals(List.of(), given(""));
        assertEquals(List.of(), given("\n\n"));
        given("junk\n" + FROM + "Subject: a\n\nno line end");
        assertEquals(List.of("Subject: a\n\nno line end\n"), texts());
        given(FROM + "Subject: a\n\nbody\n" + FROM + FROM + "Subject: c\n\n");
        assertEquals(List.of("Subject: a\n\nbody\n", "", "Subject: c\n"), texts());
        given(FROM.replace("\n", "\r\n") + "Subject: a\r\n\r\nbody\r\n\r\n" + FROM + "x\n");
        assertEquals(List.of("Subject: a\n\nbody\n", "x\n"), texts());
        given(FROM + "Subject: " + "x".repeat(300_000) + "\n\n" + ">".repeat(2000) + "From x\n" + "y".repeat(300_000));
        assertEquals(602_023, store.scan(INBOX).getFirst().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Subject: a\n\nb", "Subject: a", "\nb\r", "\nb\n\r", "X-UID: 5", "Content-Length: 52\n\nx\n" + FROM + "bbb", "Content-Length: 3\n\nbbb",
        "X-Posthouse-Id: a 4 0 bare\nX-UID: 1\n\nbc", "X-Posthouse-Id: a 5 0\nX-UID: 1\n\nbc", "X-Posthouse-Id: a 9 0 bare\nX-UID: 1\nSubject: a\nX-UID: 1", "a: b\r\n\r\nx\r\n\r\n", "\nb\n\r\n", "\r",
        "Content-Length: 4\n\n\n\nFrom b", "X-Posthouse-Id: a 3 0\nX-UID: 1\n\nbc", "X-Posthouse-Id: a 4 0\nX-UID: 1\n\nbc", "\n>From b"})
    void aLastLineWithoutItsEndIsTheSameWhenAMessageIsAdded(String last) throws Exception {
        var before = given(FROM + "Subject: first\n\nx\n\n" + FROM + last);
        var texts = texts();
        assertEquals(2, before.size());
        store.add(INBOX, new DeliveryId("new"), Letter.of("new\r\n"), Set.of(), Instant.EPOCH);
        assertEquals(before.stream().map(Entry::size).toList(), store.scan(INBOX).stream().limit(2).map(Entry::size).toList());
        assertEquals(texts, texts().subList(0, 2));
        store = Stores.over(new HomeDisk(home));
        assertEquals(texts, texts().subList(0, 2));
        store.remove(INBOX, List.of(store.scan(INBOX).getFirst().key()));
        assertEquals(List.of(texts.getLast(), "new\n"), texts());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\nb\r", "\nb\n\r", "a: b\r\n\r\nx\r\n\r\n", "Subject: a\n\nb"})
    void itsKeyStaysToo(String last) throws Exception {
        var keys = given(FROM + last).stream().map(Entry::key).toList();
        store.add(INBOX, new DeliveryId("new"), Letter.of("new\r\n"), Set.of(), Instant.EPOCH);
        store.open();
        assertEquals(keys, store.scan(INBOX).stream().limit(1).map(Entry::key).toList());
    }

    @Test
    void aLongLineIsTheSameWhereverItStands() throws Exception {
        var key = given(FROM + "Subject: first\n\nx\n\n" + FROM + "Subject: a\n\n" + ("y".repeat(9_000) + "\n").repeat(40)).getLast().key();
        store.remove(INBOX, List.of(store.scan(INBOX).getFirst().key()));
        store.open();
        assertEquals(key, store.scan(INBOX).getLast().key());
    }

    /** Somebody sends a length that will lead to the end of what comes behind it. */
    @Test
    void aContentLengthSwallowsNoMessageThatIsThereAlready() throws Exception {
        given(FROM + "Content-Length: 3000\n\nx\n\n" + FROM + "Subject: b\n\ny\n\n");
        store.record(INBOX, store.scan(INBOX).stream().map(Entry::key).toList());
        var entries = store.scan(INBOX);
        var text = Files.readString(mbox);
        long body = text.indexOf("\n\nx\n\n") + 2;
        Files.writeString(mbox, FROM + "Subject: c\n\n" + "z".repeat((int) (body + 3000 - text.length() - FROM.length() - 13)) + "\n", StandardOpenOption.APPEND);
        assertEquals(body + 3000, Files.size(mbox));
        store.open();
        assertEquals(3, store.scan(INBOX).size());
        assertEquals(entries, store.scan(INBOX).subList(0, 2));
    }

    @Test
    void aLastLineWithoutItsEndIsReadPieceByPiece() throws Exception {
        var entry = given(FROM + "\nbc").getFirst();
        var whole = new StringBuilder();
        var one = new byte[1];
        while (store.read(INBOX, entry.key(), whole.length(), one) > 0) {
            whole.append((char) one[0]);
        }
        assertEquals("\r\nbc\r\n", whole.toString());
        assertEquals(6, entry.size());
        store.add(INBOX, new DeliveryId("new"), Letter.of("new\r\n"), Set.of(), Instant.EPOCH);
        assertEquals(entry.key(), store.scan(INBOX).getFirst().key());
    }

    private static final String DOVECOTS = FROM + """
            X-IMAPbase: 1275660208 0000000012 $Junk
            X-UID: 7
            Subject: a
            Status: RO
            X-Status: AF
            X-Keywords: $Junk work                                \s

            one

            """ + FROM + "Subject: b\nStatus: O\nX-UID: 12\n\ntwo\n\n" + FROM + "Subject: c\n\nthree\n\n";

    @Test
    void uidsAndFlagsAreTakenOverAndGivenBack() throws Exception {
        var date = Instant.parse("2026-03-01T12:00:00Z");
        var entries = given(DOVECOTS);
        assertEquals(new Identity(1275660208, 13), store.identity(INBOX));
        assertEquals(List.of(OptionalLong.of(7), OptionalLong.of(12), OptionalLong.empty()), entries.stream().map(Entry::uid).toList());
        assertEquals(Set.of("\\Seen", "\\Answered", "\\Flagged", "$Junk", "work"), entries.getFirst().flags());
        assertEquals(date, entries.getFirst().received());
        assertEquals(List.of("Subject: a\n\none\n", "Subject: b\n\ntwo\n", "Subject: c\n\nthree\n"), texts());

        assertEquals(13, store.record(INBOX, List.of(entries.getLast().key())).get(entries.getLast().key()));
        store.flag(INBOX, List.of(entries.get(1).key()), new FlagChange(Set.of("\\Deleted", "later"), Set.of()));
        var text = Files.readString(mbox);
        assertTrue(text.startsWith(FROM + "X-IMAPbase: 1275660208 0000000013 $Junk work later\nX-UID: 7\nStatus: RO\nX-Status: AF\nX-Keywords: $Junk work  "), text);
        assertTrue(text.contains(FROM + "X-UID: 12\nStatus: O\nX-Status: D\nX-Keywords: later  "), text);
        assertTrue(text.contains(FROM + "X-UID: 13\nX-Keywords:    "), text);
        assertEquals(List.of("Subject: a\n\none\n", "Subject: b\n\ntwo\n", "Subject: c\n\nthree\n"), texts());
        assertEquals(entries.stream().map(Entry::key).toList(), store.scan(INBOX).stream().map(Entry::key).toList());

        store.remove(INBOX, List.of(entries.getFirst().key()));
        assertTrue(Files.readString(mbox).startsWith(FROM + "X-IMAPbase: 1275660208 0000000013 $Junk work later\nX-UID: 12\n"));
        store.open();
        assertEquals(new Identity(1275660208, 14), store.identity(INBOX));
        assertEquals(List.of("Subject: b\n\ntwo\n", "Subject: c\n\nthree\n"), texts());
    }

    @Test
    void flagsAreChangedInTheirPlaceWhereThereIsRoom() throws Exception {
        for (var id : List.of("a.1", "a.2", "a.3")) {
            store.add(INBOX, new DeliveryId(id), Letter.of("Subject: " + id + "\n\nx\n"), Set.of(), Instant.now());
        }
        var keys = store.scan(INBOX).stream().map(Entry::key).toList();
        store.record(INBOX, keys);
        long size = Files.size(mbox);
        store.flag(INBOX, keys, new FlagChange(Set.of("\\Seen", "\\Flagged", "work"), Set.of()));
        store.flag(INBOX, keys.subList(1, 2), new FlagChange(Set.of(), Set.of("work", "\\Seen")));
        assertEquals(size, Files.size(mbox));
        assertEquals(List.of("Subject: a.1\n\nx\n", "Subject: a.2\n\nx\n", "Subject: a.3\n\nx\n"), texts());
        store.open();
        assertEquals(Set.of("\\Flagged"), store.scan(INBOX).get(1).flags());
    }

    @Test
    void uidsThatStrangersWroteDoNotCount() throws Exception {
        assertEquals(List.of(OptionalLong.empty()), given(FROM + "X-UID: 4294967295\nSubject: a\n\nx\n\n").stream().map(Entry::uid).toList());
        var copied = given(FROM + "X-IMAPbase: 5 0000000009\nX-UID: 9\n\na\n\n" + FROM + "X-UID: 4\n\nb\n\n" + FROM + "X-UID: 4294967294\n\nc\n\n");
        assertEquals(List.of(OptionalLong.of(9), OptionalLong.empty(), OptionalLong.empty()), copied.stream().map(Entry::uid).toList());
        store.record(INBOX, copied.stream().map(Entry::key).toList());
        assertEquals(List.of(9L, 10L, 11L), store.scan(INBOX).stream().map(e -> e.uid().getAsLong()).toList());
    }

    @Test
    void theFirstMessageOfCclientIsNotShownAndKeepsTheUids() throws Exception {
        var entries = given(FROM + "Subject: DON'T DELETE THIS MESSAGE\nX-IMAP: 1275660208 0000000003\nStatus: RO\n\ninternal\n\n"
                + FROM + "X-UID: 3\nSubject: a\n\nx\n\n");
        assertEquals(List.of("Subject: a\n\nx\n"), texts());
        assertEquals(new Identity(1275660208, 4), store.identity(INBOX));
        store.remove(INBOX, List.of(entries.getFirst().key()));
        assertEquals(List.of(), store.scan(INBOX));
        assertTrue(Files.readString(mbox).contains("internal"));
        store.add(INBOX, new DeliveryId("a.1"), Letter.of("y\n"), Set.of(), Instant.now());
        store.record(INBOX, store.scan(INBOX).stream().map(Entry::key).toList());
        assertTrue(Files.readString(mbox).contains("X-IMAP: 1275660208 0000000004\n"), Files.readString(mbox));
    }

    @Test
    void whatASenderWritesIntoOurFieldsIsNotBelieved() throws Exception {
        var letter = Letter.of("X-UID: 77\nStatus: RO\n folded\nSubject: a\nContent-Length: 3\nX-Posthouse-Id: a.2 1 0\n\nStatus: body\n");
        store.add(INBOX, new DeliveryId("a.1"), letter, Set.of(), Instant.now());
        assertEquals(List.of("Subject: a\n\nStatus: body\n"), texts());
        assertEquals(Set.of(), store.scan(INBOX).getFirst().flags());
        assertFalse(Files.readString(mbox).contains("folded"));
        store.add(INBOX, new DeliveryId("a.2"), Letter.of("b\n"), Set.of(), Instant.now());
        assertEquals(2, store.scan(INBOX).size());
    }

    @Test
    void messagesThatAreTheSameKeepTheirKeysWhenOneGoes() throws Exception {
        var same = FROM + "Subject: a\n\nx\n\n";
        var keys = given(same.repeat(3)).stream().map(Entry::key).toList();
        assertEquals(3, Set.copyOf(keys).size());
        store.record(INBOX, keys);
        store.remove(INBOX, keys.subList(0, 1));
        Files.writeString(mbox, same, StandardOpenOption.APPEND);
        var now = store.scan(INBOX).stream().map(Entry::key).toList();
        assertEquals(keys.subList(1, 3), now.subList(0, 2));
        assertEquals(3, Set.copyOf(now).size());
    }

    @Test
    void aFolderMayBeAFileAndHaveOthersBelow() throws Exception {
        for (var name : List.of("a", "a/b", "x.lock", "x.sbd", "x.sbd/y", ".z")) {
            store.create(new Folder(INBOX.account(), name));
        }
        assertEquals(List.of("INBOX", ".z", "a", "a/b", "x.lock", "x.sbd", "x.sbd/y"), store.folders(INBOX.account()));
        assertTrue(Files.exists(home.resolve("var/mail/example.test/ann/folders/a.sbd/b")));
    }
}
