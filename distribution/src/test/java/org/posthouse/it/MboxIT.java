package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The straight path with mail in mbox files, over a restart and a kill, and beside a program that appends to the same file. */
final class MboxIT {
    @TempDir
    Path home;

    @Test
    void aLetterGoesInBySmtpAndComesOutByPop3AndIsGoneWhenDeleted() throws Exception {
        try (var server = new Server(home).configure("store = store-mbox\n" + StraightPathIT.CONF).start()) {
            send(server, "one", "From here\r\n>From there\r\n.dot\r\n");
            send(server, "two", "body\r\n");
            send(server, "three", "body\r\n");
            var mbox = home.resolve("var/mail/example.test/ann/mbox");
            var text = Files.readString(mbox, StandardCharsets.ISO_8859_1);
            assertEquals(3, text.lines().filter(l -> l.startsWith("From carl@example.org ")).count(), text);
            assertTrue(text.contains("\n>From here\n>>From there\n"), text);

            var uids = read(server, 3);
            assertEquals(0, server.terminate());
            server.start();
            assertEquals(uids, read(server, 3));
            server.kill();
            server.start();
            assertEquals(uids, read(server, 3));

            delete(server, 2);
            assertEquals(List.of(uids.get(0), uids.get(2)), read(server, 2));
            server.kill();
            server.start();
            Files.writeString(mbox, "From x@example.org Sun Mar  1 12:00:00 2026\nSubject: four\n\nforeign\n\n", StandardOpenOption.APPEND);
            var now = read(server, 3);
            assertEquals(List.of(uids.get(0), uids.get(2)), now.subList(0, 2));
            delete(server, 1);
            delete(server, 1);
            delete(server, 1);
            assertEquals(0, Files.size(mbox));
            send(server, "five", "body\r\n");
            assertTrue(uids.stream().noneMatch(read(server, 1)::contains));
            assertEquals(0, server.terminate());
        }
    }

    private static void send(Server server, String subject, String body) throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            assertTrue(smtp.message("carl@example.org", "ann@example.test", "Subject: " + subject + "\r\n\r\n" + body).startsWith("250"));
        }
    }

    private static List<String> read(Server server, int expected) throws IOException {
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            assertEquals(expected, pop.count());
            var first = pop.retrieve(1);
            if (first.contains("Subject: one")) {
                assertEquals("Return-Path: <carl@example.org>", first.getFirst());
                assertTrue(first.containsAll(List.of("From here", ">From there", ".dot")), first.toString());
            }
            var uids = pop.uids();
            pop.command("QUIT");
            return uids;
        }
    }

    private static void delete(Server server, int number) throws IOException {
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            pop.command("DELE " + number);
            pop.command("QUIT");
        }
    }
}
