package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A letter goes in by SMTP and comes out by POP3, over restarts and kills. */
final class StraightPathIT {
    static final String CONF = """
            hostname = mail.example.test
            domains  = example.test
            resolvers = 127.0.0.1:1
            enable   = protocol-smtp, protocol-pop3

            [listener mx]
            address  = 127.0.0.1
            protocol = smtp
            port     = 0

            [listener pop3]
            address  = 127.0.0.1
            protocol = pop3
            port     = 0
            tls      = none
            """;

    @TempDir
    Path home;

    @Test
    void aLetterGoesInBySmtpAndComesOutByPop3() throws Exception {
        try (var server = new Server(home).configure(CONF).start()) {
            try (var smtp = new Smtp(server.port("mx"))) {
                assertTrue(smtp.message("carl@example.org", "ann@example.test", "Subject: one\r\n\r\n.dot\r\nbody\r\n").startsWith("250"));
                smtp.startTls();
                assertTrue(smtp.message("", "ann+tag@example.test", "Subject: two\r\n\r\nbody\r\n").startsWith("250"));
                assertTrue(smtp.message("c@example.org", "nobody@example.test", "\r\n").startsWith("550 5.1.1"));
                assertTrue(smtp.message("c@example.org", "x@elsewhere.example", "\r\n").matches("55[04] 5\\.7\\.1.*"));
                assertTrue(smtp.message("c@example.org", "postmaster", "Subject: p\r\n\r\n").startsWith("250"));
            }
            var uids = readBoth(server);
            server.kill();
            server.start();
            assertEquals(uids, readBoth(server));
            assertEquals(0, server.terminate());
        }
    }

    private static List<String> readBoth(Server server) throws IOException {
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            assertEquals(2, pop.count());
            var first = pop.retrieve(1);
            assertTrue(first.contains("Subject: one"), first.toString());
            assertTrue(first.contains(".dot"));
            assertTrue(first.stream().anyMatch(l -> l.startsWith("Received: from client.example")));
            assertEquals("Return-Path: <carl@example.org>", first.getFirst());
            var uids = pop.uids();
            pop.command("QUIT");
            return uids;
        }
    }

    @Test
    void wrongPasswordsAreRefused() throws Exception {
        try (var server = new Server(home).configure(CONF).start()) {
            assertThrows(IOException.class, () -> new Pop3(server.port("pop3"), "ann", "wrong").close());
            assertThrows(IOException.class, () -> new Pop3(server.port("pop3"), "nobody", "secret").close());
        }
    }
}
