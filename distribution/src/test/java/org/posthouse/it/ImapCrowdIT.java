package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.posthouse.it.ImapTruth.Told;
import org.posthouse.it.ImapView.Known;

/**
 * Many clients do this and that to the same two folders by IMAP while another program delivers into them; now and then all stop, and
 * what each of them knows is compared with what there is. Meanwhile bundles are swapped and the server is killed.
 * {@code -Dimap.members=40 -Dimap.seconds=600 -Dimap.kills=200} for a long run; on mbox files a fifth of it.
 */
final class ImapCrowdIT {
    private static final int MEMBERS = Integer.getInteger("imap.members", 10);
    private static final int SECONDS = Integer.getInteger("imap.seconds", 3);
    private static final int KILLS = Integer.getInteger("imap.kills", 2);
    private static final int SHORTER_ON_MBOX = 5;
    private static final int ROUND_MILLIS = 3_000;
    private static final int LONGEST_BEFORE_KILL_MILLIS = 1_500;
    private static final int BETWEEN_DELIVERIES_MILLIS = 200;
    private static final String CONF = StraightPathIT.CONF.replace("enable   = ", "drain = 1s\nenable   = protocol-imap, ") + """

            [listener imap]
            address  = 127.0.0.1
            port     = 0
            protocol = imap
            tls      = none
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path home;

    private final Random random = new Random(1);
    private final Letters letters = new Letters();
    private final ImapTruth truth = new ImapTruth();
    private final List<ImapCrowdMember> members = new ArrayList<>();
    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private boolean onMbox;
    private int kills;
    private int checks;
    private int delivered;

    /** What a round allows sessions to do. */
    private enum Sessions { STAY, MAY_END_ONCE, END }

    @ParameterizedTest
    @ValueSource(strings = {"store-maildir", "store-mbox"})
    void eachKnowsWhatThereIs(String store) throws Exception {
        onMbox = store.equals("store-mbox");
        int share = onMbox ? SHORTER_ON_MBOX : 1;
        for (int i = 0; i < MEMBERS; i++) {
            members.add(new ImapCrowdMember(i, MEMBERS, truth, letters));
        }
        try (var server = new Server(home).configure("store = " + store + "\n" + CONF).start()) {
            try (var imap = new Imap(server.port("imap"), "ann", "secret")) {
                imap.command("CREATE Work");
                imap.command("SELECT INBOX"); // its directories are made when it is first opened
            }
            for (int left = SECONDS * 1_000 / share; left > 0; left -= ROUND_MILLIS) {
                round(server, Sessions.STAY, () -> Thread.sleep(ROUND_MILLIS));
            }
            for (var bundle : List.of("protocol-imap", "mailboxes-indexed", store)) {
                round(server, Sessions.MAY_END_ONCE, () -> swap(bundle));
            }
            for (; kills < Math.ceilDiv(KILLS, share); kills++) {
                round(server, Sessions.END, () -> {
                    Thread.sleep(random.nextInt(LONGEST_BEFORE_KILL_MILLIS));
                    server.kill();
                });
                if (kills % 20 == 19) {
                    report();
                }
            }
            assertEquals(0, server.terminate());
        }
        report();
    }

    private void report() {
        System.out.printf("%s: %d members, %d kills: %d commands, %d sessions, %d letters (%d delivered beside), %d changes acknowledged,"
                + " %d checks%n", onMbox ? "mbox" : "Maildir", MEMBERS, kills, members.stream().mapToInt(ImapCrowdMember::commands).sum(),
                members.stream().mapToInt(ImapCrowdMember::sessions).sum(), letters.next() - 1, delivered, truth.places().answered(), checks);
    }

    @FunctionalInterface
    private interface Happening {
        void happen() throws IOException, InterruptedException;
    }

    private void round(Server server, Sessions sessions, Happening happening) throws IOException, InterruptedException {
        var over = new AtomicBoolean();
        var port = server.port("imap");
        int before = members.stream().mapToInt(ImapCrowdMember::sessions).max().orElse(0);
        var threads = new ArrayList<Thread>();
        members.forEach(member -> threads.add(Thread.ofPlatform().start(() -> work(member, port, sessions, over))));
        threads.add(Thread.ofPlatform().start(() -> deliver(over)));
        happening.happen();
        over.set(true);
        for (var thread : threads) {
            thread.join();
        }
        assertFalse(server.log().contains("is there again"), server::log); // nobody here puts a message back
        if (sessions == Sessions.END) {
            members.forEach(ImapCrowdMember::leave);
            server.start();
        }
        assertTrue(members.stream().mapToInt(ImapCrowdMember::sessions).max().orElse(0) <= before + 2, "one new session is enough");
        check(server.port("imap"), sessions);
    }

    private void work(ImapCrowdMember member, int port, Sessions sessions, AtomicBoolean over) {
        int ends = 0;
        while (!over.get() && ends < 2) {
            try {
                var end = member.work(port, over::get);
                if (end == null) {
                    return;
                }
                ends++;
                boolean allowed = sessions == Sessions.MAY_END_ONCE && ends == 1 || sessions == Sessions.END && over.get();
                if (!allowed && sessions != Sessions.END || String.valueOf(end.getMessage()).contains(" BAD ")) {
                    troubles.add(sessions + ": " + end);
                }
            } catch (RuntimeException | AssertionError e) {
                troubles.add(e.toString());
                return;
            }
        }
    }

    private void deliver(AtomicBoolean over) {
        var mail = home.resolve("var/mail/example.test/ann");
        try {
            while (!over.get()) {
                int letter = letters.next();
                truth.written(letter);
                if (!onMbox) {
                    OtherProgram.deliver(letter, mail.resolve("Maildir"));
                } else if (!OtherProgram.append(letter, mail.resolve("mbox"), over::get)) {
                    return; // a server that was killed has left its lock
                }
                truth.places().kept(new Promises.Copy("ann", letter));
                delivered++;
                Thread.sleep(BETWEEN_DELIVERIES_MILLIS);
            }
        } catch (IOException | InterruptedException e) {
            troubles.add("delivering beside: " + e);
        }
    }

    private void swap(String bundle) throws IOException, InterruptedException {
        Thread.sleep(300);
        SampleFilter.drop(home, bundle + ".jar", SampleFilter.variant(bundle, "0.1.1", List.of()));
        Thread.sleep(ROUND_MILLIS);
    }

    private void check(int port, Sessions sessions) throws IOException {
        var folders = new HashMap<String, List<Told>>();
        for (var folder : ImapCrowdMember.FOLDERS) {
            try (var fresh = new ImapView(port, truth, true)) {
                fresh.select(folder);
                folders.put(folder, fresh.size() == 0 ? List.of()
                        : fresh.command("FETCH 1:* (UID FLAGS MODSEQ BODY.PEEK[HEADER.FIELDS (SUBJECT)])").stream()
                        .flatMap(response -> Told.of(response).stream()).toList());
            }
        }
        truth.check(folders);
        assertEquals(List.of(), truth.troubles());
        if (sessions != Sessions.END) {
            for (var member : members) {
                if (!compare(member, port, folders) && (sessions == Sessions.STAY || !compare(member, port, folders))) {
                    troubles.add("a session ended at a check");
                }
            }
        }
        checks++;
        assertEquals(List.of(), truth.troubles());
        assertEquals(List.of(), List.copyOf(troubles));
    }

    /** False when its session has ended, which an old version's may do late. */
    private boolean compare(ImapCrowdMember member, int port, Map<String, List<Told>> folders) {
        try {
            var knows = member.knows(port);
            var there = folders.get(member.folder()).stream().sorted(Comparator.comparingInt(Told::number))
                    .map(t -> new Known(t.uid().orElseThrow(), (int) t.letter().orElseThrow(), t.flags().orElseThrow())).toList();
            if (!there.equals(knows)) {
                var missed = there.stream().filter(k -> !knows.contains(k)).toList();
                var wrong = knows.stream().filter(k -> !there.contains(k)).toList();
                truth.trouble("a member of " + member.folder() + " does not know " + missed + ", but " + wrong
                        + "; its session has " + member.found(missed));
            }
            return true;
        } catch (IOException _) {
            member.leave();
            return false;
        }
    }
}
