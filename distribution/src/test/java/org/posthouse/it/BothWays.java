package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mail to and from the mail server of somebody else: over TLS, with notices of success, international, and large. It has zoe and yan at
 * p.test, is the host mx.p.test, and sends mail for example.test to us.
 */
abstract class BothWays {
    private static final String LOGIN = "AUTH PLAIN "
            + Base64.getEncoder().encodeToString("\0ann\0secret".getBytes(StandardCharsets.US_ASCII));
    private static final int LARGE = 50_000_000;
    private static final String LARGE_TEXT = "Subject: large\r\n\r\n" + ("x".repeat(998) + "\r\n").repeat(LARGE / 1_000);

    @TempDir
    Path dir;

    private Zone zone;
    private Server server;
    private int theirPort;

    /** Starts theirs. */
    abstract void start(int port, int ourPort) throws Exception;

    abstract void stop() throws Exception;

    /** What theirs says of TLS in a Received field. */
    abstract String tls();

    /** As what theirs refuses somebody who is not there. */
    abstract String statusOfNobody();

    @BeforeEach
    void begin() throws Exception {
        // Postfix and Exim end at once where another starts them: they change to users of their own
        assumeTrue(Neighbours.root(), "root alone can start it");
        theirPort = Neighbours.freePort();
        zone = new Zone().mx("p.test", 10, "mx.p.test").a("mx.p.test", "127.0.0.1");
        server = new Server(dir.resolve("home")).configure("retry-first = 1s\nretry-longest = 1s\n"
                + StraightPathIT.CONF.replace("resolvers = 127.0.0.1:1", "resolvers = 127.0.0.1:" + zone.port())
                + Sections.SUBMISSION + "\n[delivery-smtp]\nport = " + theirPort + "\n").start();
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectories(dir.resolve("theirs/mail"));
        var made = Tool.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mx.p.test", "-keyout",
                dir.resolve("theirs/key.pem").toString(), "-out", dir.resolve("theirs/cert.pem").toString());
        assertTrue(made.well(), made::output);
        start(theirPort, server.port("mx"));
        Soon.happens(this::answers, this::log);
    }

    @AfterEach
    void end() throws Exception {
        if (zone == null) {
            return;
        }
        stop();
        server.close();
        zone.close();
    }

    /** A file or folder of theirs is theirs alone. */
    void own(Path file, String user) throws IOException {
        Files.setOwner(file, dir.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
    }

    private boolean answers() {
        try (var _ = new Smtp(theirPort)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private String log() {
        var all = new StringBuilder();
        try (var files = Files.walk(dir.resolve("theirs"))) {
            for (var file : files.filter(f -> Files.isRegularFile(f) && f.toString().endsWith("log")).toList()) {
                all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            all.append(e);
        }
        return all + server.log();
    }

    private String theirs(String user) throws IOException {
        var folder = dir.resolve("theirs/mail/" + user + "/new");
        if (!Files.isDirectory(folder)) {
            return "";
        }
        try (var files = Files.list(folder)) {
            var all = new StringBuilder();
            for (var file : files.toList()) {
                all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
            return all.toString();
        }
    }

    private String ours() throws IOException {
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            var all = new StringBuilder();
            for (int i = 1; i <= pop.count(); i++) {
                all.append(String.join("\n", pop.retrieve(i)));
            }
            return all.toString();
        }
    }

    private Smtp submission() throws IOException {
        var smtp = new Smtp(server.port("submission"));
        smtp.startTls();
        smtp.command(LOGIN, "235");
        return smtp;
    }

    private static void send(Smtp smtp, String mail, String rcpt, String text) throws IOException {
        smtp.command("MAIL " + mail, "250");
        smtp.command("RCPT " + rcpt, "250");
        smtp.command("DATA", "354");
        smtp.text(text);
        var reply = smtp.reply();
        assertTrue(reply.startsWith("250"), reply);
    }

    @Test
    void mailGoesBothWaysOverTls() throws Exception {
        try (var smtp = submission()) {
            assertTrue(smtp.message("ann@example.test", "zoe@p.test", "Subject: there\r\n\r\n.dot\r\nbody\r\n").startsWith("250"));
        }
        Soon.happens(() -> theirs("zoe").contains("Subject: there"), this::log);
        assertTrue(theirs("zoe").contains("\n.dot\nbody\n") && theirs("zoe").contains(tls()), theirs("zoe"));
        try (var smtp = new Smtp(theirPort)) {
            assertTrue(smtp.message("zoe@p.test", "ann@example.test", "Subject: back\r\n\r\n.dot\r\n").startsWith("250"));
        }
        Soon.happens(() -> ours().contains("Subject: back"), this::log);
        assertTrue(ours().contains("\n.dot") && ours().contains("ESMTPS"), ours());
    }

    @Test
    void whomTheyDoNotKnowComesBack() throws Exception {
        try (var smtp = submission()) {
            smtp.command("MAIL FROM:<ann@example.test>", "250");
            smtp.command("RCPT TO:<nobody@p.test>", "250");
            smtp.command("RCPT TO:<zoe@p.test>", "250");
            smtp.command("DATA", "354");
            smtp.text("Subject: two\r\n\r\nbody\r\n");
            assertTrue(smtp.reply().startsWith("250"));
        }
        Soon.happens(() -> ours().contains("Undelivered mail"), this::log);
        assertTrue(ours().contains("Final-Recipient: rfc822; nobody@p.test\nAction: failed\nStatus: " + statusOfNobody()), ours());
        assertTrue(!ours().contains("zoe@p.test\nAction"), ours());
        Soon.happens(() -> theirs("zoe").contains("Subject: two"), this::log);
    }

    @Test
    void whoWantsToKnowIsToldThatItArrived() throws Exception {
        try (var smtp = submission()) {
            send(smtp, "FROM:<ann@example.test> RET=HDRS ENVID=ours", "TO:<zoe@p.test> NOTIFY=SUCCESS ORCPT=rfc822;zoe@p.test", "Subject: told\r\n\r\nbody\r\n");
        }
        Soon.happens(() -> theirs("zoe").contains("Subject: told"), this::log);
        Soon.happens(() -> ours().contains("Action: delivered"), this::log); // they were told to tell
        assertTrue(ours().contains("Reporting-MTA: dns; mx.p.test") && ours().matches("(?is).*Original-Envelope-Id: ours\\n.*"), ours());
        try (var smtp = new Smtp(theirPort)) {
            send(smtp, "FROM:<yan@p.test> RET=HDRS ENVID=theirs", "TO:<ann@example.test> NOTIFY=SUCCESS", "Subject: told back\r\n\r\nbody\r\n");
        }
        Soon.happens(() -> ours().contains("Subject: told back"), this::log);
        Soon.happens(() -> theirs("yan").contains("Action: delivered"), this::log);
        assertTrue(theirs("yan").contains("Reporting-MTA: dns; mail.example.test") && theirs("yan").contains("Original-Envelope-Id: theirs"), theirs("yan"));
    }

    @Test
    void internationalMailArrives() throws Exception {
        try (var smtp = submission()) {
            send(smtp, "FROM:<ann@example.test> SMTPUTF8 BODY=8BITMIME", "TO:<yan@p.test>", "Subject: gr\u00c3\u00bc\u00c3\u009fe\r\n\r\n\u00c3\u00a4\r\n"); // octets of UTF-8
        }
        Soon.happens(() -> theirs("yan").contains("Subject: gr\u00c3\u00bc\u00c3\u009fe"), this::log);
        try (var smtp = new Smtp(theirPort)) {
            send(smtp, "FROM:<j\u00c3\u00bcrgen@p.test> SMTPUTF8 BODY=8BITMIME", "TO:<ann@example.test>", "Subject: \u00c3\u00a4rger\r\n\r\n\u00c3\u00a4\r\n");
        }
        Soon.happens(() -> ours().contains("rger"), this::log);
        assertTrue(ours().contains("Return-Path: <j") && ours().contains("UTF8SMTPS"), ours());
    }

    @Test
    void largeMailGoesBothWays() throws Exception {
        try (var smtp = submission()) {
            assertTrue(smtp.message("ann@example.test", "zoe@p.test", LARGE_TEXT).startsWith("250"));
        }
        Soon.happens(() -> server.command("queue", "list", "--json").out().isEmpty(), this::log);
        Soon.happens(() -> wholeLines(theirs("zoe").lines()) == LARGE / 1_000, this::log);
        try (var smtp = new Smtp(theirPort)) {
            assertTrue(smtp.message("zoe@p.test", "ann@example.test", LARGE_TEXT).startsWith("250"));
        }
        Soon.happens(() -> ours().contains("Subject: large"), this::log);
        assertEquals(LARGE / 1_000, wholeLines(ours().lines()));
    }

    private static long wholeLines(Stream<String> lines) {
        return lines.filter(l -> l.length() == 998).count();
    }
}
