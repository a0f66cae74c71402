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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail to and from Debian's Postfix, with STARTTLS, SMTPUTF8 and a large message. Root alone can start it. */
final class PostfixIT {
    private static final String LOGIN = "AUTH PLAIN "
            + Base64.getEncoder().encodeToString("\0ann\0secret".getBytes(StandardCharsets.US_ASCII));
    private static final int LARGE = 45 << 20;

    @TempDir
    Path dir;

    private Zone zone;
    private Server server;
    private int theirPort;

    @BeforeEach
    void begin() throws Exception {
        assumeTrue(Neighbours.root(), "root alone can start Postfix");
        Tool.need("postfix", "postfix");
        theirPort = Neighbours.freePort();
        zone = new Zone().mx("p.test", 10, "mx.p.test").a("mx.p.test", "127.0.0.1");
        server = new Server(dir.resolve("home")).configure("retry-first = 1s\nretry-longest = 1s\n"
                + StraightPathIT.CONF.replace("resolvers = 127.0.0.1:1", "resolvers = 127.0.0.1:" + zone.port())
                + Sections.SUBMISSION + "\n[delivery-smtp]\nport = " + theirPort + "\n").start();
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        postfix();
    }

    @AfterEach
    void end() throws Exception {
        if (zone == null) {
            return;
        }
        Tool.run("postfix", "-c", dir.resolve("postfix/conf").toString(), "stop");
        server.close();
        zone.close();
    }

    private void postfix() throws Exception {
        Files.createDirectories(dir.resolve("postfix/conf"));
        Files.createDirectories(dir.resolve("postfix/queue"));
        var mail = Files.createDirectories(dir.resolve("postfix/mail"));
        var data = Files.createDirectories(dir.resolve("postfix/data"));
        var names = dir.getFileSystem().getUserPrincipalLookupService();
        Files.setOwner(data, names.lookupPrincipalByName("postfix"));
        Files.setOwner(mail, names.lookupPrincipalByName("nobody"));
        var made = Tool.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mx.p.test", "-keyout",
                dir.resolve("postfix/key.pem").toString(), "-out", dir.resolve("postfix/cert.pem").toString());
        assertTrue(made.well(), made::output);
        Files.writeString(dir.resolve("postfix/conf/main.cf"), """
                compatibility_level = 3.6
                queue_directory = %1$s/postfix/queue
                data_directory = %1$s/postfix/data
                myhostname = mx.p.test
                mydestination =
                inet_interfaces = 127.0.0.1
                inet_protocols = ipv4
                mynetworks = 127.0.0.0/8
                maillog_file = %1$s/postfix.log
                maillog_file_prefixes = /
                queue_run_delay = 1s
                minimal_backoff_time = 1s
                maximal_backoff_time = 2s
                alias_maps =
                local_recipient_maps =
                virtual_mailbox_domains = p.test
                virtual_mailbox_base = %1$s/postfix/mail
                virtual_mailbox_maps = inline:{{zoe@p.test=zoe/},{yan@p.test=yan/}}
                virtual_uid_maps = static:%2$s
                virtual_gid_maps = static:%3$s
                virtual_minimum_uid = 1
                virtual_mailbox_limit = 0
                message_size_limit = 60000000
                smtpd_tls_security_level = may
                smtpd_tls_cert_file = %1$s/postfix/cert.pem
                smtpd_tls_key_file = %1$s/postfix/key.pem
                smtpd_tls_received_header = yes
                smtp_tls_security_level = encrypt
                smtputf8_enable = yes
                transport_maps = inline:{{example.test=smtp:[127.0.0.1]:%4$d}}
                """.formatted(dir, number("-u"), number("-g"), server.port("mx")));
        Files.writeString(dir.resolve("postfix/conf/master.cf"), """
                127.0.0.1:%d inet n - n - - smtpd
                cleanup unix n - n - 0 cleanup
                qmgr unix n - n 1 1 qmgr
                rewrite unix - - n - - trivial-rewrite
                bounce unix - - n - 0 bounce
                defer unix - - n - 0 bounce
                trace unix - - n - 0 bounce
                flush unix n - n 1000? 0 flush
                proxymap unix - - n - - proxymap
                tlsmgr unix - - n 1000? 1 tlsmgr
                smtp unix - - n - - smtp
                error unix - - n - - error
                retry unix - - n - - error
                virtual unix - n n - - virtual
                anvil unix - - n - 1 anvil
                postlog unix-dgram n - n - 1 postlogd
                """.formatted(theirPort));
        var started = Tool.run("postfix", "-c", dir.resolve("postfix/conf").toString(), "start");
        assertTrue(started.well(), started::output);
        Soon.happens(this::answers, this::log);
    }

    private static String number(String option) throws IOException, InterruptedException {
        return Tool.run("id", option, "nobody").output().strip();
    }

    private boolean answers() {
        try (var _ = new Smtp(theirPort)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private String log() {
        try {
            return Files.readString(dir.resolve("postfix.log"), StandardCharsets.ISO_8859_1) + server.log();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private String theirs(String user) throws IOException {
        var folder = dir.resolve("postfix/mail/" + user + "/new");
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

    private Smtp submission() throws IOException {
        var smtp = new Smtp(server.port("submission"));
        smtp.startTls();
        smtp.command(LOGIN, "235");
        return smtp;
    }

    @Test
    void mailGoesBothWays() throws Exception {
        try (var smtp = submission()) {
            assertTrue(smtp.message("ann@example.test", "zoe@p.test", "Subject: there\r\n\r\n.dot\r\nbody\r\n").startsWith("250"));
        }
        Soon.happens(() -> theirs("zoe").contains("Subject: there"), this::log);
        assertTrue(theirs("zoe").contains("\n.dot\nbody\n") && theirs("zoe").contains("using TLSv1.3"), theirs("zoe"));
        try (var smtp = new Smtp(theirPort)) {
            assertTrue(smtp.message("zoe@p.test", "ann@example.test", "Subject: back\r\n\r\n.dot\r\n").startsWith("250"));
        }
        Soon.happens(() -> ours().contains("Subject: back"), this::log);
        assertTrue(ours().contains("\n.dot") && ours().contains("ESMTPS"), ours());
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

    @Test
    void whomPostfixDoesNotKnowComesBack() throws Exception {
        try (var smtp = submission()) {
            smtp.command("MAIL FROM:<ann@example.test>", "250");
            smtp.command("RCPT TO:<nobody@p.test>", "250");
            smtp.command("RCPT TO:<zoe@p.test>", "250");
            smtp.command("DATA", "354");
            smtp.text("Subject: two\r\n\r\nbody\r\n");
            assertTrue(smtp.reply().startsWith("250"));
        }
        Soon.happens(() -> ours().contains("Undelivered mail"), this::log);
        assertTrue(ours().contains("Final-Recipient: rfc822; nobody@p.test\nAction: failed\nStatus: 5.1.1"), ours());
        assertTrue(!ours().contains("zoe@p.test\nAction"), ours());
        assertTrue(theirs("zoe").contains("Subject: two"));
    }

    @Test
    void internationalAndLargeMailArrives() throws Exception {
        try (var smtp = submission()) {
            smtp.command("MAIL FROM:<ann@example.test> SMTPUTF8 BODY=8BITMIME", "250");
            smtp.command("RCPT TO:<yan@p.test>", "250");
            smtp.command("DATA", "354");
            smtp.text("Subject: gr\u00c3\u00bc\u00c3\u009fe\r\n\r\n\u00c3\u00a4\r\n"); // octets of UTF-8
            assertTrue(smtp.reply().startsWith("250"));
            assertTrue(smtp.message("ann@example.test", "zoe@p.test", "Subject: large\r\n\r\n" + ("x".repeat(998) + "\r\n").repeat(LARGE / 1_000))
                    .startsWith("250"));
        }
        Soon.happens(() -> theirs("yan").contains("Subject: gr"), this::log);
        Soon.happens(() -> server.command("queue", "list", "--json").out().isEmpty(), this::log);
        Soon.happens(() -> theirs("zoe").lines().filter(l -> l.length() == 998).count() == LARGE / 1_000, this::log);
    }
}
