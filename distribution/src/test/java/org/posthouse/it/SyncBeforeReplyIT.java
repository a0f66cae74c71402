package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.it.SystemCalls.Call;

/** What the kernel was asked, on each way on which something is acknowledged: files and folders are synced before the reply is written. */
final class SyncBeforeReplyIT {
    /** A reply, and what must have been synced for it beside all else that was changed. */
    private record Way(String name, String asked, String reply, List<String> synced) {}

    @TempDir
    Path home;

    private final List<Way> ways = new ArrayList<>();

    @Test
    void whatIsAcknowledgedIsSynced() throws Exception {
        Tool.need("strace", "strace");
        // containers may forbid ptrace, and without it nobody sees the system calls
        assumeTrue(Tool.run("strace", "true").well(), "strace may not look into processes here");
        var record = home.resolve("calls");
        try (var server = new Server(home, home, SystemCalls.recorder(record)).configure("inline-budget = 500ms\n" + StraightPathIT.CONF)) {
            Files.writeString(home.resolve("conf/users"), "ann@example.test:{PLAIN}secret\nbob@example.test:{PLAIN}secret:store=store-mbox\n");
            server.start();
            var same = new Server(home); // without strace
            for (int turn = 1; turn <= 2; turn++) { // what is there already the second time is made the first time
                smtp(server, "ann", List.of("mail/example.test/ann/Maildir/tmp/.*", "mail/example.test/ann/Maildir/new"));
                smtp(server, "bob", List.of("mail/example.test/bob/mbox"));
                pop3(server, "ann", List.of("mail/example.test/ann/Maildir/new", "mail/example.test/ann/Maildir/posthouse-removed"));
                pop3(server, "bob", List.of("mail/example.test/bob/mbox", "mail/example.test/bob/mbox-state/INBOX.journal"));
                var lock = Files.writeString(home.resolve("var/mail/example.test/bob/mbox.lock"), "1:elsewhere.example");
                smtp(server, "bob", List.of("queue/.*/.*", "queue/[^/]*"));
                Files.delete(lock);
                Soon.happens(() -> same.command("queue", "list", "--json").out().isEmpty(), server::log);
            }
            var changed = same.commandWithInput("other\nother\n", "user", "password", "--password-stdin", "ann");
            assertEquals(0, changed.status(), changed.err());
            assertEquals(0, server.terminate());
        }
        var calls = SystemCalls.read(record);
        int from = 0;
        for (var way : ways) {
            from = check(calls, way, from);
        }
        checkPassword(calls, from);
    }

    private void smtp(Server server, String user, List<String> synced) throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            assertTrue(smtp.message("carl@example.org", user + "@example.test", "Subject: x\r\n\r\n" + "body\r\n".repeat(50)).startsWith("250"));
        }
        ways.add(new Way("SMTP to " + user, "\\r\\n354 ", "\"250 2.0.0 ", synced));
    }

    private void pop3(Server server, String user, List<String> synced) throws IOException {
        try (var pop = new Pop3(server.port("pop3"), user, "secret")) {
            pop.command("DELE 1");
            pop.command("QUIT");
        }
        ways.add(new Way("POP3 QUIT of " + user, "+OK message 1 will be deleted", "+OK bye", synced));
    }

    /** The moment of the reply. */
    private int check(SystemCalls calls, Way way, int from) {
        int asked = said(calls, way.asked, from);
        int replied = said(calls, way.reply, asked);
        var where = List.of(home.resolve("var/mail"), home.resolve("var/queue"));
        allIsSynced(calls, way.name, where, asked, replied);
        var synced = calls.synced(where, asked, replied);
        for (var wanted : way.synced) {
            assertTrue(synced.stream().anyMatch(p -> home.resolve("var").relativize(p).toString().matches(wanted)), way.name + " has not synced " + wanted + " but " + synced);
        }
        return replied;
    }

    private int said(SystemCalls calls, String text, int from) {
        return calls.calls().stream().filter(c -> c.began() > from && c.on().startsWith("TCP") && c.text().contains(text)).mapToInt(Call::began)
                .findFirst().orElseThrow(() -> new AssertionError("nobody said " + text));
    }

    /** And would not be, were any of the syncs missing or late. */
    private static void allIsSynced(SystemCalls calls, String name, List<Path> where, int from, int replied) {
        assertEquals(List.of(), calls.unsynced(where, from, replied), name);
        var synced = calls.synced(where, from, replied);
        assertFalse(synced.isEmpty(), name);
        for (var path : synced) {
            assertFalse(calls.without(path).unsynced(where, from, replied).isEmpty(), () -> name + " needs no sync of " + path);
            assertFalse(calls.later(path, replied).unsynced(where, from, replied).isEmpty(), () -> name + " needs no early sync of " + path);
        }
    }

    private void checkPassword(SystemCalls calls, int from) {
        var conf = home.resolve("conf");
        int changed = calls.changes().stream().filter(c -> c.what().startsWith(conf) && c.call().began() > from).mapToInt(c -> c.call().began()).max().orElseThrow();
        int replied = calls.calls().stream().filter(c -> c.began() > changed && c.on().startsWith("UNIX")).mapToInt(Call::began).min().orElseThrow();
        allIsSynced(calls, "user password", List.of(conf), from, replied);
        assertEquals(List.of(conf.resolve("users.new"), conf), calls.synced(List.of(conf), from, replied));
    }
}
