package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** Strangers send to nobody but us, however they write it; and what is at the limit of size or number comes as it was sent. */
@OnEachStore
final class RelayIT {
    private static final List<String> ELSEWHERE = List.of("x@elsewhere.example", "X@ELSEWHERE.EXAMPLE", "\"x\"@elsewhere.example",
            "x@elsewhere.example.", "x@example.test.elsewhere.example", "x@notexample.test", "ann@sub.example.test", "x@[127.0.0.1]",
            "ann@[127.0.0.1]", "x@[IPv6:::1]", "x@localhost", "ann@mail.example.test", "x%elsewhere.example@[127.0.0.1]",
            "@example.test:x@elsewhere.example", "@example.test,@elsewhere.example:x@elsewhere.example", "@elsewhere.example:x@elsewhere.example");
    private static final List<String> NOT_HERE = List.of("x%elsewhere.example@example.test", "\"x@elsewhere.example\"@example.test",
            "\"x%elsewhere.example\"@example.test", "elsewhere.example!x@example.test", "x@elsewhere.example@example.test", "\"x@elsewhere.example\"",
            "\"x%elsewhere.example\"", "elsewhere.example!x", "x@elsewhere.example(@example.test)", "x@elsewhere.example\\@example.test",
            "<x@elsewhere.example>@example.test", "x@elsewhere.example,ann@example.test", "x@elsewhere.example ann@example.test",
            "|cat>/tmp/x@example.test", "/etc/passwd@example.test", "../ann@example.test", "\"../ann\"@example.test", ":include:/etc/passwd@example.test");
    private static final int MAX_SIZE = 1 << 20;
    private static final int MAX_LINE = 65_536;

    @TempDir
    static Path homes;

    @Parameter
    String store;

    private static Path home;
    private static Server server;

    @BeforeParameterizedClassInvocation
    static void start(String store) throws IOException, InterruptedException {
        home = homes.resolve(store);
        server = new Server(home).configure(Sections.store(store) + StraightPathIT.CONF + Sections.SUBMISSION
                + "\n[protocol-smtp]\nmax-size = 1M\ntarpit = 0s\nmax-errors = 100\n[directory-file]\nscram = no\n").start();
    }

    @AfterParameterizedClassInvocation
    static void stop() throws InterruptedException {
        server.close();
    }

    @Test
    void strangersSendToNobodyElse() throws Exception {
        for (var secure : List.of(false, true)) {
            try (var smtp = new Smtp(server.port("mx"))) {
                if (secure) {
                    smtp.startTls();
                }
                smtp.command("AUTH PLAIN AGFubgBzZWNyZXQ=", "5");
                for (var from : List.of("", "carl@example.org", "ann@example.test", "postmaster@mail.example.test")) {
                    smtp.command("MAIL FROM:<" + from + ">", "250");
                    smtp.command("RCPT TO:<bob@example.test>", "250");
                    for (var to : ELSEWHERE) {
                        var reply = smtp.command("RCPT TO:<" + to + ">");
                        assertTrue(reply.matches("550 5\\.7\\.1 .*|55[0-3] 5\\.1\\.[123] .*|501 5\\.\\d\\.\\d .*"), to + " " + reply);
                    }
                    smtp.command("RSET", "250");
                }
                smtp.command("MAIL FROM:<ann@example.test> AUTH=ann@example.test", "5");
                smtp.command("MAIL FROM:<carl@example.org>", "250");
                for (var to : NOT_HERE) {
                    assertTrue(smtp.command("RCPT TO:<" + to + ">").startsWith("5"), to);
                }
                smtp.command("DATA", "554");
                smtp.command("RSET", "250");
                var reply = smtp.message("carl@example.org", "bob@example.test", "Subject: for us\r\n\r\n");
                assertTrue(reply.startsWith("250"), reply);
            }
        }
        try (var smtp = new Smtp(server.port("submission"))) {
            smtp.startTls();
            smtp.command("MAIL FROM:<ann@example.test>", "530");
            smtp.command("RCPT TO:<x@elsewhere.example>", "503");
        }
        try (var pop = new Pop3(server.port("pop3"), "bob", "secret")) {
            assertEquals(2, pop.count());
        }
        assertEquals("", server.command("queue", "list").out().lines().filter(l -> l.contains("@")).findFirst().orElse(""));
        try (var accounts = Files.list(home.resolve("var/mail/example.test"))) {
            assertTrue(accounts.map(p -> p.getFileName().toString()).allMatch(List.of("ann", "bob")::contains));
        }
    }

    @Test
    void whatIsJustSmallEnoughComesAsItWasSent() throws Exception {
        var line = "x".repeat(MAX_LINE - 2) + "\r\n";
        var full = "Subject: full\r\n\r\n" + ("y".repeat(998) + "\r\n").repeat(MAX_SIZE / 1_000);
        full += "z".repeat(MAX_SIZE - full.length() - 2) + "\r\n";
        try (var smtp = new Smtp(server.port("mx"))) {
            assertTrue(smtp.message("carl@example.org", "ann@example.test", "Subject: long\r\n\r\n" + line).startsWith("250"));
            assertTrue(smtp.message("carl@example.org", "ann@example.test", "Subject: long\r\n\r\nx" + line).startsWith("554 5.6.0"));
            assertTrue(smtp.message("carl@example.org", "ann@example.test", full).startsWith("250"));
            assertTrue(smtp.message("carl@example.org", "ann@example.test", full + "\r\n").startsWith("552 5.3.4"));
            smtp.command("MAIL FROM:<carl@example.org> SIZE=" + (MAX_SIZE + 1), "552");
            smtp.command("NOOP " + "a".repeat(2_048 - 7), "250");
            smtp.command("NOOP " + "a".repeat(2_048 - 6), "500");
            smtp.command("EHLO " + "a".repeat(100_000), "500");
            smtp.command("MAIL FROM:<a\0b@example.org>", "5");
        }
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            assertEquals(line, body(pop, 1));
            assertEquals(full.substring(full.indexOf("\r\n\r\n") + 4), body(pop, 2));
            pop.command("DELE 1");
            pop.command("DELE 2");
            pop.command("QUIT");
        }
        manyRecipients();
    }

    private static String body(Pop3 pop, int number) throws IOException {
        var lines = pop.retrieve(number);
        return String.join("\r\n", lines.subList(lines.indexOf("") + 1, lines.size())) + "\r\n";
    }

    /** RFC 5321 §4.5.3.1.8: a hundred are taken; here by tags that all lead to one mailbox, which gets one copy. */
    private static void manyRecipients() throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            smtp.command("MAIL FROM:<carl@example.org>", "250");
            for (int i = 0; i < 100; i++) {
                smtp.command("RCPT TO:<ann+" + i + "@example.test>", "250");
            }
            smtp.command("RCPT TO:<bob@example.test>", "250");
            smtp.command("DATA", "354");
            smtp.command("Subject: for all\r\n\r\n.", "250");
        }
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            assertEquals(1, pop.count());
            assertTrue(pop.retrieve(1).contains("Subject: for all"));
        }
    }
}
