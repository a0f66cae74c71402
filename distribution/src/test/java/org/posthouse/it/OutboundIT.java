package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail goes from one server to another, by what the DNS says of its domain. */
final class OutboundIT {
    private static final int LARGE = 45 << 20;

    @TempDir
    Path dir;

    private int port;
    private Zone zone;
    private Correspondents servers;
    private Server here;
    private Server there;

    @BeforeEach
    void begin() throws Exception {
        zone = new Zone().mx("other.test", 10, "mx.other.test").a("mx.other.test", "127.0.0.2");
        servers = new Correspondents(dir, zone.port(), "mx.other.test", "other.test");
        port = servers.port();
        here = servers.here;
        there = servers.there.start();
    }

    @AfterEach
    void end() throws InterruptedException {
        servers.close();
        zone.close();
    }

    private void startHere(String more) throws IOException, InterruptedException {
        servers.configureHere("", more);
        here.start();
    }

    private void send(String to, String content) throws IOException {
        servers.send(to, content);
    }

    private boolean queueIsEmpty() throws IOException, InterruptedException {
        return servers.queueIsEmpty();
    }

    @Test
    void aLetterOfAUserArrivesThereOverTls() throws Exception {
        startHere("");
        send("zoe@other.test", "Subject: one\r\n\r\n.dot\r\nbody\r\n");
        Soon.happens(() -> Correspondents.subjects(there, "zoe").equals(List.of("Subject: one")), here::log);
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
        Soon.happens(() -> Correspondents.subjects(here, "ann").equals(List.of("Subject: Undelivered mail returned to its sender")), here::log);
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
        assertEquals(List.of("Subject: waits"), Correspondents.subjects(there, "zoe"));
        assertEquals(List.of(), Correspondents.subjects(here, "ann"));
    }

    @Test
    void aDomainThatDoesNotExistIsToldAtOnce() throws Exception {
        startHere("");
        send("zoe@nowhere.test", "Subject: nowhere\r\n\r\nbody\r\n");
        Soon.happens(() -> Correspondents.subjects(here, "ann").equals(List.of("Subject: Undelivered mail returned to its sender")), here::log);
        Soon.happens(() -> here.log().contains("5.1.2"), here::log);
    }

    @Test
    void largeAndInternationalLettersArrive() throws Exception {
        startHere("[pipeline]\nmax-message = 50M\n");
        try (var smtp = servers.submission()) {
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
    void aBinaryLetterArrivesAsItIsAndIsKeptAsLines() throws Exception {
        startHere("");
        var letter = "Subject: binary\r\nMIME-Version: 1.0\r\nContent-Type: image/x\r\nContent-Transfer-Encoding: binary\r\n\r\n\0\n\r\u00ff";
        try (var smtp = servers.submission()) {
            smtp.command("MAIL FROM:<ann@example.test> BODY=BINARYMIME", "250");
            smtp.command("RCPT TO:<zoe@other.test>", "250");
            smtp.send("BDAT " + letter.length() + " LAST\r\n" + letter);
            assertTrue(smtp.reply().startsWith("250"));
        }
        Soon.happens(() -> Correspondents.subjects(there, "zoe").equals(List.of("Subject: binary")), here::log);
        try (var pop = new Pop3(there.port("pop3"), "zoe", "secret")) {
            var lines = pop.retrieve(1);
            assertTrue(lines.contains("Content-Transfer-Encoding: base64") && lines.getLast().equals("AAoN/w=="), lines.toString());
        }
        Soon.happens(this::queueIsEmpty, here::log);
    }

    @Test
    void aHostIsProvenByTheKeyThatItsSignedZoneNames() throws Exception {
        var record = "_" + port + "._tcp.mx.other.test";
        zone.authentic().tlsa(record, 3, 1, 1, new byte[32]);
        startHere("");
        send("zoe@other.test", "Subject: DANE\r\n\r\nbody\r\n");
        Soon.happens(() -> here.log().contains("4.7.5"), here::log);
        assertEquals(List.of(), Correspondents.subjects(there, "zoe"));
        zone.forget(record).tlsa(record, 3, 1, 1, servers.keyDigest());
        Soon.happens(() -> Correspondents.subjects(there, "zoe").equals(List.of("Subject: DANE")), here::log);
        Soon.happens(() -> here.log().contains("TLSv1.3 DANE"), here::log);
    }

    @Test
    void aCertificateThatIsDemandedIsLookedAt() throws Exception {
        startHere("tls-for = other.test=verify\n");
        send("zoe@other.test", "Subject: proven\r\n\r\nbody\r\n");
        Soon.happens(() -> here.log().contains("4.7.5"), here::log);
        assertEquals(List.of(), Correspondents.subjects(there, "zoe"));
        servers.reloadHere("tls-roots = " + servers.certificate() + "\n", "tls-for = other.test=verify\n");
        Soon.happens(() -> Correspondents.subjects(there, "zoe").equals(List.of("Subject: proven")), here::log);
        Soon.happens(() -> here.log().contains("TLSv1.3 verified"), here::log);
    }
}
