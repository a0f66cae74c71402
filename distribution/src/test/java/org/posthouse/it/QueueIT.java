package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail that cannot be delivered now is accepted and waits, over kills, until it can be or goes back. */
final class QueueIT {
    private static final String CONF = StraightPathIT.CONF.replace("enable   = ", "grace = 1s\ninline-budget = 500ms\nenable   = ") + """

            [listener submission]
            address  = 127.0.0.1
            protocol = smtp
            role     = submission
            port     = 0
            tls      = starttls
            """;

    private static final String LOGIN = "AUTH PLAIN "
            + Base64.getEncoder().encodeToString("\0ann\0secret".getBytes(StandardCharsets.US_ASCII));
    private static final int KILLS = 5;

    @TempDir
    Path home;

    @Test
    void mailWaitsWhileTheStoreIsAwayAndIsDeliveredOnce() throws Exception {
        try (var server = new Server(home).configure(CONF).start()) {
            assertEquals(0, server.command("bundle", "disable", "store-maildir").status());
            try (var smtp = new Smtp(server.port("mx"))) {
                for (int i = 0; i < 3; i++) {
                    var reply = smtp.message("carl@example.org", "ann@example.test", "Subject: " + i + "\r\n\r\nbody\r\n");
                    assertTrue(reply.startsWith("250"), reply);
                }
            }
            var list = server.command("queue", "list").out();
            assertTrue(list.contains("<carl@example.org>") && list.contains("local:ann@example.test") && list.contains("in 3 messages"), list);
            server.kill();
            assertEquals(3, server.command("queue", "list", "--json").out().lines().count());
            server.start();
            assertEquals(3, server.command("queue", "list", "--json").out().lines().count());
            assertEquals(0, server.command("bundle", "enable", "store-maildir").status());
            assertEquals(0, server.command("queue", "flush").status());
            Soon.happens(() -> server.command("queue", "list", "--json").out().isEmpty(), server::log);
            assertEquals(List.of("Subject: 0", "Subject: 1", "Subject: 2"), subjects(server, "ann"));
            server.kill();
            server.start();
            assertEquals(3, subjects(server, "ann").size());
        }
    }

    private static List<String> subjects(Server server, String user) throws IOException {
        try (var pop = new Pop3(server.port("pop3"), user, "secret")) {
            var subjects = new TreeSet<String>();
            for (int i = 1; i <= pop.count(); i++) {
                subjects.add(pop.retrieve(i).stream().filter(l -> l.startsWith("Subject: ")).findFirst().orElse("none"));
            }
            assertEquals(pop.count(), subjects.size());
            return List.copyOf(subjects);
        }
    }

    @Test
    void mailOfAUserToElsewhereWaitsAndTheUserIsToldWhenItIsTooOld() throws Exception {
        try (var server = new Server(home).configure("retry-first = 300ms\nexpire = 3s\ndelay-notice = 1s\n" + CONF).start()) {
            try (var smtp = new Smtp(server.port("submission"))) {
                smtp.startTls();
                smtp.command(LOGIN, "235");
                var reply = smtp.message("ann@example.test", "zoe@elsewhere.example", "Subject: away\r\n\r\nsecret body\r\n");
                assertTrue(reply.startsWith("250"), reply);
            }
            assertTrue(server.command("queue", "list").out().contains("smtp:elsewhere.example"));
            Soon.happens(() -> server.command("queue", "list", "--json").out().isEmpty(), server::log);
            assertEquals(List.of("Subject: Delayed mail, which is still tried", "Subject: Undelivered mail returned to its sender"),
                    subjects(server, "ann"));
            try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
                var notice = String.join("\n", pop.retrieve(2));
                assertTrue(notice.startsWith("Return-Path: <>\n"), notice);
                assertTrue(notice.contains("Final-Recipient: rfc822; zoe@elsewhere.example\nAction: failed\nStatus: 4.4.7\n"), notice);
                assertTrue(notice.contains("\nSubject: away\n") && !notice.contains("secret body"), notice);
            }
        }
    }

    @Test
    void whatWasAcknowledgedIsInTheQueueOnceAfterEachKill() throws Exception {
        var acknowledged = new TreeSet<String>();
        try (var server = new Server(home).configure("retry-first = 300ms\nretry-longest = 500ms\n" + CONF).start()) {
            for (int round = 0; round < KILLS; round++) {
                var first = round * 10_000;
                var sender = new FutureTask<>(() -> sendUntilItEnds(server.port("submission"), first));
                Thread.ofPlatform().start(sender);
                Thread.sleep(300 + round * 150L);
                server.kill();
                acknowledged.addAll(sender.get());
                server.start();
            }
            var queued = server.command("queue", "list", "--json").out().lines()
                    .map(l -> l.replaceAll(".*\"to\":\"([^\"]*)\".*", "$1")).toList();
            assertEquals(queued.size(), new TreeSet<>(queued).size());
            assertTrue(acknowledged.size() > KILLS);
            assertTrue(queued.containsAll(acknowledged));
        }
    }

    /** The recipients whose message was acknowledged. */
    private static List<String> sendUntilItEnds(int port, int first) {
        var acknowledged = new ArrayList<String>();
        try (var smtp = new Smtp(port)) {
            smtp.startTls();
            smtp.command(LOGIN, "235");
            for (int i = first;; i++) {
                var to = "u" + i + "@elsewhere.example";
                if (smtp.message("ann@example.test", to, "Subject: " + i + "\r\n\r\nbody\r\n").startsWith("250")) {
                    acknowledged.add(to);
                }
            }
        } catch (IOException killed) {
            return acknowledged;
        }
    }

    @Test
    void theOperatorHoldsShowsReleasesAndRemoves() throws Exception {
        try (var server = new Server(home).configure(CONF).start()) {
            server.command("bundle", "disable", "delivery-local");
            try (var smtp = new Smtp(server.port("mx"))) {
                assertTrue(smtp.message("carl@example.org", "ann@example.test", "Subject: one\r\n\r\nbody\r\n").startsWith("250"));
                assertTrue(smtp.message("", "ann@example.test", "Subject: two\r\n\r\nbody\r\n").startsWith("250"));
            }
            var ids = server.command("queue", "list", "--json").out().lines().map(l -> l.replaceAll(".*\"id\":\"([^\"]*)\".*", "$1"))
                    .sorted().toList();
            assertEquals(2, ids.size());
            assertEquals("2 messages\n", server.command("queue", "hold", ids.get(0), ids.get(1)).out());
            server.command("bundle", "enable", "delivery-local");
            assertEquals("0 messages\n", server.command("queue", "flush").out());
            var shown = server.command("queue", "show", ids.get(0)).out();
            assertTrue(shown.contains("held: by the operator") && shown.contains("\nSubject: one\n") && !shown.contains("body"), shown);
            assertEquals(1, server.command("queue", "show", "nothing").status());
            assertEquals(2, server.command("queue", "hold").status());
            assertEquals(0, server.command("queue", "remove", ids.get(1)).status());
            assertEquals(0, server.command("queue", "release", ids.get(0)).status());
            Soon.happens(() -> server.command("queue", "list", "--json").out().isEmpty(), server::log);
            assertEquals(List.of("Subject: one"), subjects(server, "ann"));
            assertEquals("The queue is empty.", server.command("queue", "list").out().lines().toList().getLast());
            assertFalse(server.log().contains("ERROR"), server.log());
        }
    }
}
