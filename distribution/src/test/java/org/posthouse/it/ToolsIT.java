package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mail programs of Debian send and fetch: swaks, fetchmail, curl, openssl. */
final class ToolsIT {
    /** What swaks says with its exit status. */
    private static final int MAIL_REFUSED = 23;
    private static final int RCPT_REFUSED = 24;
    private static final int AUTH_FAILED = 28;
    private static final int TLS_FAILED = 29;
    private static final int NO_NEW_MAIL = 1; // fetchmail's

    private static final String CONF = StraightPathIT.CONF + """

            [listener submission]
            address  = 127.0.0.1
            protocol = smtp
            role     = submission
            port     = 0
            tls      = starttls

            [listener submissions]
            address  = 127.0.0.1
            protocol = smtp
            role     = submission
            port     = 0
            tls      = implicit

            [listener pop3tls]
            address  = 127.0.0.1
            protocol = pop3
            port     = 0
            tls      = starttls

            [listener pop3s]
            address  = 127.0.0.1
            protocol = pop3
            port     = 0
            tls      = implicit
            """;

    @TempDir
    static Path home;

    @TempDir
    Path work;

    private static Server server;
    private static String certificate;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        server = new Server(home).configure(CONF);
        Files.writeString(home.resolve("conf/users"), "cleo@example.test:{PLAIN}secret\nemma@example.test:{PLAIN}secret\n",
                StandardOpenOption.APPEND);
        server.start();
        certificate = home.resolve("conf/tls/mail.example.test.pem").toString();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        server.close();
    }

    @Test
    void swaksDeliversEveryWayAndIsRefusedRelaying() throws Exception {
        var letter = List.of("--to", "ann@example.test");
        assertEquals(0, swaks("mx", letter).status());
        assertEquals(0, swaks("mx", letter, "--protocol", "SMTP").status());
        assertEquals(0, swaks("mx", letter, "-tls", "--tls-protocol", "tlsv1_2").status());
        assertEquals(0, swaks("mx", letter, "-tls", "--tls-protocol", "tlsv1_3").status());
        assertEquals(0, swaks("mx", letter, "--pipeline").status());
        assertEquals(0, swaks("mx", letter, "--from", "<>").status());
        assertEquals(0, swaks("mx", List.of("--to", "ann@example.test,ann@example.test")).status());
        assertEquals(TLS_FAILED, swaks("mx", letter, "-tls", "--tls-protocol", "tlsv1").status());
        assertEquals(7, count("ann"));

        for (var to : List.of("x@elsewhere.example", "x%elsewhere.example@[127.0.0.1]", "@example.test:x@elsewhere.example",
                "x%elsewhere.example@example.test", "elsewhere.example!x", "\"x@elsewhere.example\"@example.test")) {
            var refused = swaks("mx", List.of("--to", to));
            assertEquals(RCPT_REFUSED, refused.status(), refused.output());
            assertTrue(refused.output().contains("<** 5"), refused.output());
        }
        assertEquals(7, count("ann"));
    }

    @Test
    void swaksSubmitsOnlyWithTlsAndAPassword() throws Exception {
        var letter = List.of("--to", "bob@example.test", "--from", "bob@example.test");
        int accepted = 0;
        for (var way : Map.of("submission", "-tls", "submissions", "-tlsc").entrySet()) {
            for (var mechanism : List.of("PLAIN", "LOGIN")) {
                assertEquals(0, swaks(way.getKey(), letter, way.getValue(), "--auth", mechanism, "--auth-user", "bob",
                        "--auth-password", "secret").status());
                accepted++;
            }
            assertEquals(AUTH_FAILED, swaks(way.getKey(), letter, way.getValue(), "--auth", "PLAIN", "--auth-user", "bob",
                    "--auth-password", "wrong").status());
            var without = swaks(way.getKey(), letter, way.getValue());
            assertEquals(MAIL_REFUSED, without.status(), without.output());
            assertTrue(without.output().contains("530 5.7.0"), without.output());
        }
        assertEquals(AUTH_FAILED, swaks("submission", letter, "--auth", "PLAIN", "--auth-user", "bob",
                "--auth-password", "secret").status());
        assertEquals(MAIL_REFUSED, swaks("submission", letter).status());
        assertEquals(accepted, count("bob"));
        try (var plain = new Smtp(server.port("submission"))) {
            var secret = Base64.getEncoder().encodeToString("\0bob\0secret".getBytes(StandardCharsets.US_ASCII));
            plain.command("AUTH PLAIN " + secret, "5");
            plain.command("MAIL FROM:<bob@example.test>", "530");
        }
        try (var mx = new Smtp(server.port("mx"))) {
            mx.startTls();
            mx.command("AUTH LOGIN", "5");
        }
    }

    private static Tool.Ran swaks(String listener, List<String> letter, String... more) throws IOException, InterruptedException {
        Tool.need("swaks", "swaks libnet-ssleay-perl");
        var words = new ArrayList<>(List.of("swaks", "--server", "127.0.0.1:" + server.port(listener), "--helo", "client.example",
                "--timeout", "20", "--body", "It came.", "--from", "carl@example.org"));
        words.addAll(letter);
        words.addAll(List.of(more));
        return Tool.run(words.toArray(String[]::new));
    }

    /** OpenSSL 3 leaves TLS 1.1 and 1.0 to those who lower its security level; the server must refuse even them. */
    @Test
    void oldTlsIsRefusedByTheServerItself() throws Exception {
        Tool.need("openssl", "openssl");
        for (var version : List.of("-tls1", "-tls1_1")) {
            var ran = Tool.run(work, Map.of(), "QUIT\r\n", "openssl", "s_client", "-connect", "127.0.0.1:" + server.port("mx"),
                    "-starttls", "smtp", version, "-cipher", "ALL:@SECLEVEL=0");
            assertTrue(ran.output().contains("alert protocol version") || ran.output().contains("alert handshake failure"), ran.output());
        }
        var ran = Tool.run(work, Map.of(), "QUIT\r\n", "openssl", "s_client", "-connect", "127.0.0.1:" + server.port("mx"),
                "-starttls", "smtp", "-tls1_2", "-CAfile", certificate, "-verify_hostname", "mail.example.test", "-verify_return_error");
        assertTrue(ran.output().contains("Verify return code: 0 (ok)"), ran.output());
    }

    @Test
    void fetchmailFetchesEachMessageOnceAndEmptiesTheMailbox() throws Exception {
        Tool.need("fetchmail", "fetchmail");
        var box = Files.createDirectory(work.resolve("box"));
        deliver("cleo", 10);
        settings("pop3tls", "sslproto \"TLS1.2+\"", "keep");
        assertEquals(0, fetchmail());
        assertEquals(10, files(box).size());
        assertEquals(NO_NEW_MAIL, fetchmail());
        assertEquals(10, files(box).size());
        deliver("cleo", 3);
        assertEquals(0, fetchmail());
        assertEquals(13, files(box).size());
        assertEquals(13, count("cleo"));

        settings("pop3s", "ssl", "nokeep fetchall");
        assertEquals(0, fetchmail());
        assertEquals(26, files(box).size());
        assertEquals(0, count("cleo"));
        for (var file : files(box)) {
            var text = Files.readString(file);
            assertTrue(text.contains("\n.dot\n..\n"), text);
        }
    }

    private void settings(String listener, String tls, String keep) throws IOException {
        var mda = Files.writeString(work.resolve("mda"), "#!/bin/sh\ncat >\"$(mktemp '" + work + "/box/m.XXXXXXXX')\"\n");
        Files.setPosixFilePermissions(mda, PosixFilePermissions.fromString("rwxr-xr-x"));
        var rc = Files.writeString(work.resolve("rc"), """
                set no bouncemail
                set idfile "%s/ids"
                poll localhost via 127.0.0.1 protocol POP3 port %d uidl
                  username "cleo@example.test" password "secret" %s sslcertfile "%s" sslcertck sslcommonname "localhost" %s mda "%s"
                """.formatted(work, server.port(listener), tls, certificate, keep, mda));
        Files.setPosixFilePermissions(rc, PosixFilePermissions.fromString("rw-------"));
    }

    private int fetchmail() throws IOException, InterruptedException {
        var ran = Tool.run(work, Map.of("FETCHMAILHOME", work.toString()), "", "fetchmail", "-f", "rc", "--nosyslog", "--nodetach",
                "--pidfile", work.resolve("pid").toString());
        assertTrue(ran.status() <= NO_NEW_MAIL, ran.output());
        return ran.status();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void curlSendsAndFetches() throws Exception {
        Tool.need("curl", "curl");
        var letter = "From: carl@example.org\r\nSubject: by curl\r\n\r\n.\r\n..dots\r\nend\r\n";
        curl(letter, "--ssl-reqd", "smtp://localhost:" + server.port("mx"), "--mail-from", "carl@example.org",
                "--mail-rcpt", "emma@example.test", "-T", "-");
        curl(letter, "smtps://localhost:" + server.port("submissions"), "-u", "emma:secret", "--mail-from", "emma@example.test",
                "--mail-rcpt", "emma@example.test", "-T", "-");
        for (var url : List.of("pop3://localhost:" + server.port("pop3tls") + "/1", "pop3s://localhost:" + server.port("pop3s") + "/2")) {
            var fetched = curl("", "--ssl-reqd", "-u", "emma@example.test:secret", url);
            assertTrue(fetched.endsWith("\r\n" + letter), fetched);
        }
        var list = curl("", "--ssl-reqd", "-u", "emma:secret", "pop3://localhost:" + server.port("pop3tls"));
        assertEquals(2, list.lines().count(), list);
        curl("", "-u", "emma:secret", "-X", "DELE", "-l", "pop3s://localhost:" + server.port("pop3s") + "/1");
        assertEquals(1, count("emma"));
    }

    private String curl(String input, String... words) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of("curl", "-sS", "--max-time", "20", "--ipv4", "--cacert", certificate));
        all.addAll(List.of(words));
        var ran = Tool.run(work, Map.of(), input, all.toArray(String[]::new));
        assertTrue(ran.well(), ran.output());
        return ran.output();
    }

    private static void deliver(String user, int messages) throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            for (int i = 0; i < messages; i++) {
                assertTrue(smtp.message("carl@example.org", user + "@example.test",
                        "From: carl@example.org\r\nSubject: letter " + i + "\r\n\r\n.dot\r\n..\r\nFrom here\r\n").startsWith("250"));
            }
        }
    }

    private static int count(String user) throws IOException {
        try (var pop = new Pop3(server.port("pop3"), user, "secret")) {
            return pop.count();
        }
    }
}
