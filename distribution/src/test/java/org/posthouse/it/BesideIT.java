package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.posthouse.it.Neighbours.Format;

/**
 * Debian's Dovecot, mutt, procmail and, where root runs it, Postfix work on the files of one account beside our SMTP and POP3 server:
 * nothing is lost, doubled or torn, and each message has the same UID for all. How long is said by {@code -Dbeside.seconds}; with {@code -Dbeside.mutt=true}
 * mutt also removes and flags mail of an mbox, instead of adding to it alone.
 */
final class BesideIT {
    private static final int SECONDS = Integer.getInteger("beside.seconds", 8);

    @TempDir
    Path dir;

    @BeforeAll
    static void theProgramsAreThere() throws IOException, InterruptedException {
        Dovecot.need();
        Tool.need("mutt", "mutt");
        Tool.need("procmail", "procmail");
        if (Neighbours.root()) {
            Tool.need("postfix", "postfix");
        }
    }

    @ParameterizedTest
    @EnumSource
    void allWorkOnTheSameFiles(Format format) throws Exception {
        var neighbours = new Neighbours(dir, format);
        var ledger = new Ledger();
        try (var server = neighbours.server().start(); var dovecot = new Dovecot(neighbours).start()) {
            var household = new Household(ledger, server, dovecot, new Mutt(neighbours), format);
            var postfix = work(household, neighbours, server);
            compare(household, server);
            System.out.println(format + ": " + ledger);
            assertEquals(List.of(), ledger.troubles(), () -> server.log().lines().filter(l -> !l.contains(" INFO ")).toList() + " " + dovecot.complaints());
            assertEquals(List.of(), dovecot.complaints());
            assertEquals(List.of(), postfix.map(Postfix::complaints).orElse(List.of()));
            for (var deed : List.of("looks of POP3", "removed by POP3", "put by smtp", "put by procmail", "moved by Dovecot", "removed by Dovecot")) {
                assertTrue(ledger.count(deed) > 0, deed + ": " + ledger);
            }
        }
    }

    private static void compare(Household household, Server server) throws IOException {
        try {
            household.compare();
        } catch (IOException e) {
            throw new IOException(server.log(), e);
        }
    }

    /** Until all that was accepted is delivered. */
    private static Optional<Postfix> work(Household household, Neighbours neighbours, Server server) throws Exception {
        var procmailrc = Mutt.procmailrc(neighbours);
        var postfix = Neighbours.root() ? Optional.of(new Postfix(neighbours, procmailrc)) : Optional.<Postfix>empty();
        try {
            if (postfix.isPresent()) {
                postfix.get().start();
            }
            try (household) {
                household.begin(procmailrc, postfix);
                TimeUnit.SECONDS.sleep(SECONDS);
            }
            if (postfix.isPresent()) {
                Soon.happens(postfix.get()::idle, postfix.get()::log);
            }
            Soon.happens(() -> server.command("queue", "list", "--json").out().isEmpty(), server::log);
            return postfix;
        } finally {
            if (postfix.isPresent()) {
                postfix.get().close();
            }
        }
    }

    /** A message that comes and goes between two looks of Dovecot, within one second and with nothing left of it but the UID that it had. */
    @Test
    void aUidIsNotGivenAgainByDovecotWithinTheSameSecond() throws Exception {
        var neighbours = new Neighbours(dir, Format.MBOX);
        try (var server = neighbours.server().start(); var dovecot = new Dovecot(neighbours).start(); var imap = dovecot.imap()) {
            imap.append("INBOX", "", message("first"));
            imap.command("SELECT INBOX");
            var given = new HashMap<String, String>();
            for (int i = 0; i < 6; i++) {
                TimeUnit.MILLISECONDS.sleep(1_005 - System.currentTimeMillis() % 1_000);
                imap.append("INBOX", "", message("before-" + i));
                imap.command("NOOP");
                try (var smtp = new Smtp(server.port("mx")); var pop = comeAndGone(smtp, server, "briefly-" + i)) {
                    pop.uids().forEach(uid -> given.merge(uid.substring(uid.indexOf('-') + 1), "listed", (was, _) -> was));
                    pop.command("DELE " + pop.uids().size());
                    pop.command("QUIT");
                }
                imap.append("INBOX", "", message("after-" + i));
                var after = imap.ids().stream().filter(e -> e.getValue().startsWith("after")).toList().getLast();
                assertNull(given.get(after.getKey().toString()), () -> "UID " + after + " was another message's: " + given.keySet());
            }
        }
    }

    private static Pop3 comeAndGone(Smtp smtp, Server server, String id) throws IOException {
        assertTrue(smtp.message("s@example.org", "ann@example.test", message(id)).startsWith("250"));
        return new Pop3(server.port("pop3"), "ann", "secret");
    }

    @ParameterizedTest
    @EnumSource
    void whatDovecotHadIsTakenOverAndGivenBack(Format format) throws Exception {
        var neighbours = new Neighbours(dir, format);
        var dovecot = new Dovecot(neighbours);
        var server = neighbours.server();
        Map<String, String> hadDovecot;
        try (var _ = dovecot.start(); var imap = dovecot.imap()) {
            for (int i = 0; i < 30; i++) {
                imap.append("INBOX", i % 3 == 0 ? "\\Seen $Kept" : "", message("dovecot-" + i));
            }
            imap.command("SELECT INBOX");
            for (int uid = 1; uid < 30; uid += 4) {
                imap.command("UID STORE " + uid + " +FLAGS (\\Deleted)");
            }
            imap.command("EXPUNGE");
            hadDovecot = dovecotsUids(imap);
        }
        Map<String, String> haveWe;
        try (var _ = server.start()) {
            assertEquals(hadDovecot, ourUids(server));
            try (var smtp = new Smtp(server.port("mx"))) {
                for (int i = 0; i < 10; i++) {
                    assertTrue(smtp.message("s@example.org", "ann@example.test", message("ours-" + i)).startsWith("250"));
                }
            }
            try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
                pop.command("DELE 2");
                pop.command("DELE 25");
                pop.command("QUIT");
            }
            haveWe = ourUids(server);
            assertEquals(hadDovecot.size() + 10 - 2, haveWe.size());
            assertTrue(haveWe.entrySet().stream().filter(e -> e.getKey().startsWith("dovecot")).allMatch(hadDovecot.entrySet()::contains), haveWe.toString());
        }
        try (var _ = dovecot.start(); var imap = dovecot.imap()) {
            assertEquals(haveWe, dovecotsUids(imap));
            var kept = imap.command("UID SEARCH KEYWORD $Kept SEEN").getFirst().split(" ");
            assertEquals(haveWe.keySet().stream().filter(id -> id.matches("dovecot-\\d+") && Integer.parseInt(id.substring(8)) % 3 == 0).count(), kept.length - 2);
            imap.append("INBOX", "", message("dovecot-last"));
        }
        try (var _ = server.start()) {
            var again = ourUids(server);
            assertEquals(haveWe.size() + 1, again.size());
            assertTrue(again.entrySet().containsAll(haveWe.entrySet()), again.toString());
        }
        assertEquals(List.of(), dovecot.complaints());
    }

    private static String message(String id) {
        return "From: a@example.org\r\nX-Beside: " + id + "\r\nSubject: " + id + "\r\n\r\nThis is " + id + "\r\n";
    }

    /** In the form of our UIDL, by the messages' ids. */
    private static Map<String, String> dovecotsUids(Imap imap) throws IOException {
        var validity = Imap.validity(imap.command("SELECT INBOX"));
        var uids = new TreeMap<String, String>();
        imap.ids().forEach(e -> uids.put(e.getValue(), validity + "-" + e.getKey()));
        return uids;
    }

    private static Map<String, String> ourUids(Server server) throws IOException {
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            var uids = new TreeMap<String, String>();
            var listed = new ArrayList<>(pop.uids());
            for (int n = 1; n <= listed.size(); n++) {
                var id = pop.retrieve(n).stream().filter(l -> l.startsWith("X-Beside: ")).findFirst().orElseThrow().substring(10);
                uids.put(id, listed.get(n - 1));
            }
            pop.command("QUIT");
            return uids;
        }
    }
}
