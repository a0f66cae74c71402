package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail goes from one server to another, by what the DNS says of its domain. */
final class OutboundIT {
    private static final String LOGIN = "AUTH PLAIN "
            + Base64.getEncoder().encodeToString("\0ann\0secret".getBytes(StandardCharsets.US_ASCII));
    private static final int LARGE = 45 << 20;

    @TempDir
    Path dir;

    private int port;
    private Zone zone;
    private Server here;
    private Server there;

    @BeforeEach
    void begin() throws Exception {
        port = Neighbours.freePort();
        zone = new Zone().mx("other.test", 10, "mx.other.test").a("mx.other.test", "127.0.0.2");
        there = new Server(dir.resolve("there")).configure(conf("mx.other.test", "other.test", "127.0.0.2", port));
        Files.writeString(dir.resolve("there/conf/users"), "zoe@other.test:{PLAIN}secret\nyan@other.test:{PLAIN}secret\n");
        here = new Server(dir.resolve("here"));
        there.start();
    }

    @AfterEach
    void end() throws InterruptedException {
        here.close();
        there.close();
        zone.close();
    }

    private String conf(String hostname, String domain, String address, int mx) {
        return "retry-first = 500ms\nretry-longest = 1s\n" + StraightPathIT.CONF.replace("mail.example.test", hostname).replace("= example.test", "= " + domain)
                .replace("resolvers = 127.0.0.1:1\n", "resolvers = 127.0.0.1:" + zone.port() + "\ndns-timeout = 2s\n")
                .replaceFirst("address  = 127.0.0.1\nprotocol = smtp\nport     = 0", "address  = " + address + "\nprotocol = smtp\nport     = " + mx)
                + Sections.SUBMISSION + "\n[delivery-smtp]\nport = " + port + "\n";
    }

    private void startHere(String more) throws IOException, InterruptedException {
        here.configure(conf("mail.example.test", "example.test", "127.0.0.1", 0) + more).start();
    }

    private void send(String to, String content) throws IOException {
        try (var smtp = new Smtp(here.port("submission"))) {
            smtp.startTls();
            smtp.command(LOGIN, "235");
            var reply = smtp.message("ann@example.test", to, content);
            assertTrue(reply.startsWith("250"), reply);
        }
    }

    private static List<String> subjects(Server server, String user) throws IOException {
        try (var pop = new Pop3(server.port("pop3"), user, "secret")) {
            var subjects = new ArrayList<String>();
            for (int i = 1; i <= pop.count(); i++) {
                subjects.add(pop.retrieve(i).stream().filter(l -> l.startsWith("Subject: ")).findFirst().orElse("none"));
            }
            return subjects;
        }
    }

    private boolean queueIsEmpty() throws IOException, InterruptedException {
        return here.command("queue", "list", "--json").out().isEmpty();
    }

    @Test
    void aLetterOfAUserArrivesThereOverTls() throws Exception {
        startHere("");
        send("zoe@other.test", "Subject: one\r\n\r\n.dot\r\nbody\r\n");
        Soon.happens(() -> subjects(there, "zoe").equals(List.of("Subject: one")), here::log);
        try (var pop = new Pop3(there.port("pop3"), "zoe", "secret")) {
            var letter = pop.retrieve(1);
            assertTrue(letter.contains(".dot") && letter.getFirst().equals("Return-Path: <ann@example.test>"), letter.toString());
            assertTrue(letter.stream().anyMatch(l -> l.startsWith("Received: from mail.example.test")), letter.toString());
            assertTrue(String.join(" ", letter).contains("ESMTPS"), letter.toString());
        }
        Soon.happens(this::queueIsEmpty, here::log);
        var id = here.log().lines().filter(l -> l.contains("relayed id=")).findFirst().orElseThrow().replaceAll(".*id=(\\S+).*", "$1");
        var trace = here.command("trace", id).out();
        assertTrue(trace.contains("remote") && trace.contains("TLSv1.3") && trace.contains("mx.other.test[127.0.0.2]:" + port), trace);
    }

    @Test
    void whoIsNotThereIsToldToTheSender() throws Exception {
        startHere("");
        send("nobody@other.test", "Subject: lost\r\n\r\nbody\r\n");
        Soon.happens(() -> subjects(here, "ann").equals(List.of("Subject: Undelivered mail returned to its sender")), here::log);
        try (var pop = new Pop3(here.port("pop3"), "ann", "secret")) {
            var notice = String.join("\n", pop.retrieve(1));
            assertTrue(notice.contains("Final-Recipient: rfc822; nobody@other.test\nAction: failed\nStatus: 5.1.1\n"), notice);
            assertTrue(notice.contains("Remote-MTA: dns; mx.other.test\n") && notice.contains("Diagnostic-Code: smtp; 550 5.1.1"), notice);
        }
    }

    @Test
    void mailWaitsWhileNobodyCanBeAskedAndComesOnce() throws Exception {
        int resolver = zone.port();
        startHere("");
        zone.close();
        send("zoe@other.test", "Subject: waits\r\n\r\nbody\r\n");
        Soon.happens(() -> here.log().contains("4.4.3"), here::log);
        zone = new Zone(resolver).mx("other.test", 10, "mx.other.test").a("mx.other.test", "127.0.0.2");
        there.kill();
        Soon.happens(() -> here.log().contains("4.4.1"), here::log);
        there.start();
        Soon.happens(this::queueIsEmpty, here::log);
        assertEquals(List.of("Subject: waits"), subjects(there, "zoe"));
        assertEquals(List.of(), subjects(here, "ann"));
    }

    @Test
    void aDomainThatDoesNotExistIsToldAtOnce() throws Exception {
        startHere("");
        send("zoe@nowhere.test", "Subject: nowhere\r\n\r\nbody\r\n");
        Soon.happens(() -> subjects(here, "ann").equals(List.of("Subject: Undelivered mail returned to its sender")), here::log);
        Soon.happens(() -> here.log().contains("5.1.2"), here::log);
    }

    @Test
    void largeAndInternationalLettersArrive() throws Exception {
        startHere("[pipeline]\nmax-message = 50M\n");
        try (var smtp = new Smtp(here.port("submission"))) {
            smtp.startTls();
            smtp.command(LOGIN, "235");
            smtp.command("MAIL FROM:<ann@example.test> SMTPUTF8 BODY=8BITMIME", "250");
            smtp.command("RCPT TO:<yan@other.test>", "250");
            smtp.command("DATA", "354");
            smtp.text("Subject: gr\u00c3\u00bc\u00c3\u009fe\r\n\r\n\u00c3\u00a4\r\n"); // octets of UTF-8
            assertTrue(smtp.reply().startsWith("250"));
        }
        send("zoe@other.test", "Subject: large\r\n\r\n" + ("x".repeat(998) + "\r\n").repeat(LARGE / 1_000));
        Soon.happens(this::queueIsEmpty, here::log);
        try (var pop = new Pop3(there.port("pop3"), "yan", "secret")) {
            assertTrue(pop.retrieve(1).stream().anyMatch(l -> l.startsWith("Subject: gr")), there.log());
        }
        try (var pop = new Pop3(there.port("pop3"), "zoe", "secret")) {
            assertEquals(1, pop.count());
            assertEquals(LARGE / 1_000, pop.retrieve(1).stream().filter(l -> l.length() == 998).count());
        }
    }

    @Test
    void aHostIsProvenByTheKeyThatItsSignedZoneNames() throws Exception {
        var record = "_" + port + "._tcp.mx.other.test";
        zone.authentic().tlsa(record, 3, 1, 1, new byte[32]);
        startHere("");
        send("zoe@other.test", "Subject: DANE\r\n\r\nbody\r\n");
        Soon.happens(() -> here.log().contains("4.7.5"), here::log);
        assertEquals(List.of(), subjects(there, "zoe"));
        try (var in = Files.newInputStream(dir.resolve("there/conf/tls/mx.other.test.pem"))) {
            var key = CertificateFactory.getInstance("X.509").generateCertificate(in).getPublicKey().getEncoded();
            zone.forget(record).tlsa(record, 3, 1, 1, MessageDigest.getInstance("SHA-256").digest(key));
        }
        Soon.happens(() -> subjects(there, "zoe").equals(List.of("Subject: DANE")), here::log);
        Soon.happens(() -> here.log().contains("TLSv1.3 DANE"), here::log);
    }

    @Test
    void aCertificateThatIsDemandedIsLookedAt() throws Exception {
        startHere("tls-for = other.test=verify\n");
        send("zoe@other.test", "Subject: proven\r\n\r\nbody\r\n");
        Soon.happens(() -> here.log().contains("4.7.5"), here::log);
        assertEquals(List.of(), subjects(there, "zoe"));
        here.configure("tls-roots = " + dir.resolve("there/conf/tls/mx.other.test.pem") + "\n"
                + conf("mail.example.test", "example.test", "127.0.0.1", 0) + "tls-for = other.test=verify\n");
        var said = here.command("reload");
        assertEquals(0, said.status(), said.err());
        Soon.happens(() -> subjects(there, "zoe").equals(List.of("Subject: proven")), here::log);
        Soon.happens(() -> here.log().contains("TLSv1.3 verified"), here::log);
    }
}
