package org.posthouse.indexed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.posthouse.disk.HomeDisk;
import org.posthouse.disk.PowerCutDisk;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.FlagUpdate;
import org.posthouse.mailbox.FlagUpdate.Kind;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;
import org.posthouse.maildir.MaildirStore;
import org.posthouse.message.Refusal;
import org.posthouse.net.FixedSite;
import org.posthouse.queue.DeliveryId;

/**
 * After a power cut at any step: what was acknowledged is there, a UID means what it meant, MODSEQs go on above all that were ever
 * shown, and a client that asks for the changes since what it knows ends with the truth.
 */
class PowerCutTest {
    private static final AccountId ANN = new AccountId("ann@example.test");
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final List<String> FOLDERS = List.of("INBOX", "Archive");

    /** What a client knew of a folder, and had been acknowledged, once that many steps were done. */
    private record Known(int steps, String folder, long uidValidity, long modseq, Map<Long, Set<String>> flags, Map<Long, String> texts) {}

    @TempDir private Path dir;

    private final List<Known> known = new ArrayList<>();
    private PowerCutDisk disk;
    private AccountSession mail;
    private int letters;

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

    @ParameterizedTest
    @EnumSource(PowerCutDisk.Unsynced.class)
    void nothingAcknowledgedIsLostAndNoClientIsMisled(PowerCutDisk.Unsynced unsynced) throws Exception {
        var home = dir.resolve("home");
        disk = new PowerCutDisk(new HomeDisk(home), home);
        live();
        for (int steps = 0; steps <= disk.steps(); steps++) {
            var after = dir.resolve("after" + steps);
            disk.cutAfter(steps, unsynced, after);
            check(after, steps);
        }
        System.out.println("power cuts replayed: " + known.size() + " acknowledged states x " + (disk.steps() + 1) + " steps, " + unsynced);
    }

    private void live() throws Refusal, IOException {
        mail = mail(disk);
        mail.create("Archive");
        look();
        deliver("INBOX");
        deliver("INBOX");
        look();
        flag(1, Kind.ADD, "\\Seen", "work");
        look();
        mail.append("INBOX", new DeliveryId("s.1"), letter(), Set.of("\\Draft"), NOON);
        look();
        mail.expunge("INBOX", UidSet.of(2));
        look();
        deliver("INBOX");
        deliver("Archive");
        look();
        mail.digests("INBOX", mail.list("INBOX").mails());
        mail = mail(disk); // a restart in the middle
        look();
        flag(3, Kind.REPLACE, "\\Deleted");
        flag(1, Kind.REMOVE, "work");
        mail.expungeDeleted("INBOX", UidSet.range(1, 999));
        look();
        copyAndMove();
        look();
    }

    private void copyAndMove() throws Refusal, IOException {
        mail.copy("INBOX", UidSet.of(1), "Archive");
        look();
        mail.move("INBOX", UidSet.of(4), "Archive");
    }

    private Letter letter() {
        letters++;
        return Letter.of("Subject: " + letters + "\n\nletter " + letters + "\n");
    }

    private void deliver(String folder) throws Refusal, IOException {
        var letter = letter();
        mail.deliver(folder, new DeliveryId("a." + letters), letter, Set.of(), NOON);
    }

    private void flag(long uid, Kind kind, String... flags) throws Refusal, IOException {
        mail.flag("INBOX", UidSet.of(uid), new FlagUpdate(kind, Set.of(flags), FlagUpdate.ALWAYS));
    }

    /** A client comes and remembers what it was shown. */
    private void look() throws Refusal, IOException {
        for (var folder : FOLDERS) {
            var now = mail.list(folder);
            var texts = new HashMap<Long, String>();
            for (var each : now.mails()) {
                texts.put(each.uid(), text(mail, folder, each));
            }
            known.add(new Known(disk.steps(), folder, now.uidValidity(), now.modseq(), flags(now.mails()), texts));
        }
    }

    private static String text(AccountSession mail, String folder, Mail each) throws IOException {
        try (var in = mail.read(folder, each)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Map<Long, Set<String>> flags(List<Mail> mails) {
        return new TreeMap<>(mails.stream().collect(Collectors.toMap(Mail::uid, Mail::flags)));
    }

    private void check(Path after, int steps) throws Refusal, IOException {
        var left = mail(new HomeDisk(after));
        for (var folder : FOLDERS) {
            var before = known.stream().filter(k -> k.steps() <= steps && k.folder().equals(folder)).toList();
            if (before.isEmpty()) {
                continue;
            }
            var now = list(left, folder);
            var truth = flags(now.mails());
            for (var client : before) {
                var where = folder + " cut after " + steps + ", known since " + client.steps();
                assertEquals(client.uidValidity(), now.uidValidity(), where);
                assertTrue(now.modseq() >= client.modseq(), where);
                assertEquals(truth, caughtUp(left, client), where);
                for (var each : now.mails()) {
                    var was = client.texts().get(each.uid());
                    assertTrue(was == null || was.equals(text(left, folder, each)), where);
                }
            }
            acknowledged(before.getLast(), truth, steps);
            later(left, folder, before.getLast());
        }
    }

    private static org.posthouse.mailbox.Listing list(AccountSession mail, String folder) throws Refusal, IOException {
        try {
            return mail.list(folder);
        } catch (NoSuchFileException e) {
            throw new AssertionError("the folder is gone", e);
        }
    }

    private static Map<Long, Set<String>> caughtUp(AccountSession mail, Known client) throws Refusal, IOException {
        var flags = new TreeMap<>(client.flags());
        var changes = mail.changesSince(client.folder(), client.modseq());
        flags.keySet().removeIf(changes.vanished()::contains);
        changes.mails().forEach(m -> flags.put(m.uid(), m.flags()));
        return flags;
    }

    /** Between two looks a change may or may not have happened; what the last look showed and no later change touches is there. */
    private void acknowledged(Known last, Map<Long, Set<String>> truth, int steps) {
        var next = known.stream().filter(k -> k.steps() > steps && k.folder().equals(last.folder())).findFirst().orElse(last);
        for (var uid : last.flags().keySet()) {
            var then = next.flags().get(uid);
            if (last.flags().get(uid).equals(then)) {
                assertEquals(then, truth.get(uid), last.folder() + " UID " + uid + ", cut after " + steps);
            }
        }
        for (var uid : truth.keySet()) {
            assertTrue(last.flags().containsKey(uid) || next.flags().containsKey(uid) || next != last,
                    "UID " + uid + " has come back, cut after " + steps);
        }
    }

    /** Life goes on above everything that was ever shown. */
    private static void later(AccountSession mail, String folder, Known last) throws Refusal, IOException {
        var placed = mail.append(folder, new DeliveryId("later." + folder), Letter.of("Subject: later\n\nlater\n"), Set.of(), NOON);
        assertTrue(last.flags().keySet().stream().allMatch(uid -> uid < placed.to().getFirst()), "a UID is used twice");
        assertTrue(mail.list(folder).find(placed.to().getFirst()).orElseThrow().modseq() > last.modseq());
    }
}
