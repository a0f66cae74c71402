package org.posthouse.indexed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.Disk;
import org.posthouse.disk.FaultyDisk;
import org.posthouse.disk.FaultyDisk.Trouble;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.FlagUpdate;
import org.posthouse.mailbox.FlagUpdate.Kind;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.mailbox.UidSet;
import org.posthouse.maildir.MaildirStore;
import org.posthouse.message.Refusal;
import org.posthouse.net.FixedSite;
import org.posthouse.queue.DeliveryId;

/**
 * Every change of a mailbox, with trouble at every step of the disk: it happens as a whole or not at all, and a client that asks for
 * the changes since what it knows ends with the truth, at once and after a restart.
 */
class EngineFaultsTest {
    private static final AccountId ANN = new AccountId("ann@example.test");
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    /** Something that can be asked for again. */
    private interface Operation {
        void on(AccountSession mail) throws Refusal, IOException;
    }

    /** @param other whether another program adds a message before */
    private record Case(String name, boolean other, Operation operation) {
        Case(String name, Operation operation) {
            this(name, false, operation);
        }
    }

    /** What a client knows of INBOX. */
    private record Known(long uidValidity, long modseq, Map<Long, Set<String>> flags) {}

    private static List<Case> cases() {
        return List.of(
                new Case("deliver", m -> m.deliver("INBOX", new DeliveryId("b.1"), letter("new"), Set.of(), NOON)),
                new Case("append", m -> m.append("INBOX", new DeliveryId("b.2"), letter("new"), Set.of("\\Draft", "work"), NOON)),
                new Case("flag", m -> m.flag("INBOX", UidSet.of(1), new FlagUpdate(Kind.ADD, Set.of("\\Seen", "late"), FlagUpdate.ALWAYS))),
                new Case("remove a flag", m -> m.flag("INBOX", UidSet.of(2), new FlagUpdate(Kind.REMOVE, Set.of("\\Deleted"), FlagUpdate.ALWAYS))),
                new Case("expunge", m -> m.expunge("INBOX", UidSet.of(1))),
                new Case("expunge what is deleted", m -> m.expungeDeleted("INBOX", UidSet.range(1, 9))),
                new Case("look at what another program added", true, m -> m.list("INBOX")));
    }

    private static Letter letter(String subject) {
        return Letter.of("Subject: " + subject + "\n\nletter " + subject + "\n");
    }

    private static MaildirStore maildir(Disk disk) {
        var config = new MaildirStore.Config() {
            @Override public String location() {
                return "%h/Maildir";
            }

            @Override public String line_ends() {
                return "lf";
            }

            @Override public Class<? extends Annotation> annotationType() {
                return MaildirStore.Config.class;
            }
        };
        return new MaildirStore(config, disk, new FixedSite("mx.example.test", "example.test"));
    }

    private static AccountSession mail(Disk disk) throws IOException {
        var store = maildir(disk);
        store.open();
        var engine = new IndexedMailboxes(Configs.usual(), _ -> store, disk, Clock.systemUTC());
        engine.open();
        return engine.account(new Account(ANN, Map.of()));
    }

    private static Known look(AccountSession mail) throws Refusal, IOException {
        var now = mail.list("INBOX");
        for (var each : now.mails()) {
            try (var in = mail.read("INBOX", each)) {
                assertTrue(new String(in.readAllBytes(), StandardCharsets.UTF_8).matches("(?s)Subject: (\\w+)\r\n\r\nletter \\1\r\n"));
            }
        }
        return new Known(now.uidValidity(), now.modseq(), flags(now.mails()));
    }

    private static Map<Long, Set<String>> flags(List<Mail> mails) {
        return new TreeMap<>(mails.stream().collect(Collectors.toMap(Mail::uid, Mail::flags)));
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void everyChangeHappensAsAWholeOrNotAtAllAndNoClientIsMisled(Trouble trouble, @TempDir Path dir) throws Exception {
        int trials = 0;
        for (var each : cases()) {
            boolean hit = true;
            for (int nth = 1; hit; nth++) {
                hit = trial(each, trouble, nth, dir.resolve("home" + trials++));
            }
        }
        System.out.println("faults: " + cases().size() + " operations, " + trials + " steps, " + trouble);
    }

    /** False when no step was left that could fail. */
    private static boolean trial(Case tried, Trouble trouble, int nth, Path home) throws Refusal, IOException {
        var when = tried.name + ", " + trouble + " at step " + nth;
        prepare(mail(new HomeDisk(home)));
        var disk = new FaultyDisk(new HomeDisk(home));
        var mail = mail(disk);
        var before = look(mail);
        if (tried.other) {
            maildir(new HomeDisk(home)).add(new Folder(ANN, "INBOX"), new DeliveryId("z.1"), letter("other"), Set.of(), NOON);
        }
        disk.trouble(trouble, nth);
        boolean done = false;
        try {
            tried.operation.on(mail);
            done = true;
        } catch (IOException _) {
            // the other side is told
        }
        boolean hit = disk.mend();
        var now = look(mail);
        agree(mail, before, now, when);
        agree(mail(new HomeDisk(home)), before, now, when + ", restarted");
        tried.operation.on(mail);
        var after = look(mail);
        agree(mail, now, after, when + ", again");
        var restarted = mail(new HomeDisk(home));
        agree(restarted, before, after, when + ", again and restarted");
        agree(restarted, now, after, when + ", again and restarted");
        assertTrue(done ? now.flags.equals(after.flags) : now.flags.equals(after.flags) || now.flags.equals(before.flags), () -> when + ": " + now);
        return hit;
    }

    private static void prepare(AccountSession mail) throws Refusal, IOException {
        for (int i = 1; i <= 3; i++) {
            mail.deliver("INBOX", new DeliveryId("a." + i), letter("old" + i), Set.of(), NOON);
        }
        mail.list("INBOX");
        mail.flag("INBOX", UidSet.of(2), new FlagUpdate(Kind.ADD, Set.of("\\Deleted", "work"), FlagUpdate.ALWAYS));
    }

    /** What is true now, and that somebody who knew it as it was can learn of it. */
    private static void agree(AccountSession mail, Known client, Known truth, String when) throws Refusal, IOException {
        var now = look(mail);
        assertEquals(truth.flags, now.flags, when);
        assertEquals(client.uidValidity, now.uidValidity, when);
        assertTrue(now.modseq >= client.modseq, when);
        var flags = new TreeMap<>(client.flags);
        var changes = mail.changesSince("INBOX", client.modseq);
        flags.keySet().removeIf(changes.vanished()::contains);
        changes.mails().forEach(m -> flags.put(m.uid(), m.flags()));
        assertEquals(truth.flags, flags, when);
    }
}
