package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;

/** The mail programs of Debian send and fetch: swaks, fetchmail, curl, openssl. */
@OnEachStore
final class ToolsIT {
    /** What swaks says with its exit status. */
    private static final int MAIL_REFUSED = 23;
    private static final int RCPT_REFUSED = 24;
    private static final int AUTH_FAILED = 28;
    private static final int TLS_FAILED = 29;
    private static final int NO_NEW_MAIL = 1; // fetchmail's

    @TempDir
    static Path homes;

    @TempDir
    Path work;

    @Parameter
    String store;

    private static Path home;
    private static Server server;
    private static String certificate;

    @BeforeParameterizedClassInvocation
    static void start(String store) throws IOException, InterruptedException {
        home = homes.resolve(store);
        server = new Server(home).configure(Sections.store(store) + StraightPathIT.CONF + Sections.SUBMISSION + Sections.POP3_TLS + Sections.LMTP);
        Files.writeString(home.resolve("conf/users"), "cleo@example.test:{PLAIN}secret\nemma@example.test:{PLAIN}secret\nlena@example.test:{PLAIN}secret\n",
                StandardOpenOption.APPEND);
        server.start();
        certificate = home.resolve("conf/tls/mail.example.test.pem").toString();
    }

    @AfterParameterizedClassInvocation
    static void stop() throws InterruptedException {
        server.close();
    }

    @Test
    void swaksDeliversEveryWayAndIsRefusedRelaying() throws Exception {
        var ways = List.of(List.<String>of(), List.of("--protocol", "SMTP"), List.of("-tls", "--tls-protocol", "tlsv1_2"),
                List.of("-tls", "--tls-protocol", "tlsv1_3"), List.of("--pipeline"), List.of("-tls", "--pipeline"), List.of("--from", "<>"),
                List.of("--to", "ann@example.test,ann@example.test"), List.of("--to", "ann+tag@example.test,ANN@Example.TEST"));
        for (int i = 0; i < ways.size(); i++) {
            assertSent("mx", "ann@example.test", i, ways.get(i));
        }
        assertEquals(TLS_FAILED, swaks("mx", "ann@example.test", -1, List.of("-tls", "--tls-protocol", "tlsv1")).status());
        for (var to : List.of("x@elsewhere.example", "x%elsewhere.example@[127.0.0.1]", "@example.test:x@elsewhere.example",
                "x%elsewhere.example@example.test", "elsewhere.example!x", "\"x@elsewhere.example\"@example.test")) {
            var refused = swaks("mx", to, -1, List.of());
            assertEquals(RCPT_REFUSED, refused.status(), refused.output());
            assertTrue(refused.output().contains("<** 5"), refused.output());
        }
        assertEach("ann", ways.size());
    }

    @Test
    void swaksDeliversByLmtpAndIsToldOfEach() throws Exception {
        assertSent("lmtp", "lena@example.test", 0, List.of("--protocol", "LMTP"));
        assertSent("lmtp", "lena@example.test,lena@example.test", 1, List.of("--protocol", "LMTP"));
        assertSent("lmtptls", "lena@example.test", 2, List.of("--protocol", "LMTP", "-tls"));
        assertEquals(RCPT_REFUSED, swaks("lmtp", "x@elsewhere.example", -1, List.of("--protocol", "LMTP")).status());
        assertTrue(swaks("lmtp", "lena@example.test", -1, List.of("--protocol", "ESMTP")).status() != 0, "LMTP was taken for SMTP");
        assertEach("lena", 3);
    }

    @Test
    void swaksSubmitsOnlyWithTlsAndAPasswordAndAsItself() throws Exception {
        var letters = new ArrayList<List<String>>();
        for (var way : List.of(List.of("submission", "-tls"), List.of("submissions", "-tlsc"))) {
            for (var mechanism : List.of("PLAIN", "LOGIN")) {
                assertSent(way.getFirst(), "bob@example.test", letters.size(), user("bob", "secret", way.getLast(), "--auth", mechanism));
                letters.add(way);
                assertEquals(MAIL_REFUSED, swaks(way.getFirst(), "bob@example.test", -1,
                        user("bob", "secret", way.getLast(), "--auth", mechanism, "--from", "ann@example.test")).status());
            }
            assertEquals(AUTH_FAILED, swaks(way.getFirst(), "bob@example.test", -1,
                    user("bob", "wrong", way.getLast(), "--auth", "PLAIN")).status());
            var without = swaks(way.getFirst(), "bob@example.test", -1, List.of(way.getLast(), "--from", "bob@example.test"));
            assertEquals(MAIL_REFUSED, without.status(), without.output());
            assertTrue(without.output().contains("530 5.7.0"), without.output());
        }
        assertEquals(AUTH_FAILED, swaks("submission", "bob@example.test", -1, user("bob", "secret", "--auth", "PLAIN")).status());
        assertEquals(MAIL_REFUSED, swaks("submission", "bob@example.test", -1, List.of("--from", "bob@example.test")).status());
        assertEach("bob", letters.size());

        assertSent("submission", "x@elsewhere.example", 77, user("bob", "secret", "-tls", "--auth", "PLAIN"));
        var queued = server.command("queue", "list").out();
        assertTrue(queued.contains("x@elsewhere.example"), queued);
        assertEquals(MAIL_REFUSED, swaks("submissions", "x@elsewhere.example", -1, List.of("-tlsc", "--from", "bob@example.test")).status());
        assertEquals(queued.lines().count(), server.command("queue", "list").out().lines().count());
    }

    private static List<String> user(String name, String password, String... more) {
        var words = new ArrayList<>(List.of("--auth-user", name, "--auth-password", password, "--from", name + "@example.test"));
        words.addAll(List.of(more));
        return words;
    }

    private static void assertSent(String listener, String to, int number, List<String> way) throws IOException, InterruptedException {
        var sent = swaks(listener, to, number, way);
        assertEquals(0, sent.status(), sent.output());
    }

    /** Of two words that contradict each other swaks takes the later one. */
    private static Tool.Ran swaks(String listener, String to, int number, List<String> more) throws IOException, InterruptedException {
        Tool.need("swaks", "swaks libnet-ssleay-perl");
        var words = new ArrayList<>(List.of("swaks", "--server", "127.0.0.1:" + server.port(listener), "--helo", "client.example",
                "--timeout", "20", "--header", "X-Number: " + number, "--body", "It came.\\n.\\n..\\nFrom here", "--from", "carl@example.org",
                "--to", to));
        words.addAll(more);
        return Tool.run(words.toArray(String[]::new));
    }

    /** The letters numbered so and no others came, each once and as it was sent. */
    private static void assertEach(String user, int letters) throws IOException {
        var numbers = new TreeSet<Integer>();
        try (var pop = new Pop3(server.port("pop3"), user, "secret")) {
            assertEquals(letters, pop.count());
            for (int i = 1; i <= letters; i++) {
                var text = pop.retrieve(i);
                numbers.add(Integer.valueOf(text.stream().filter(l -> l.startsWith("X-Number: ")).findFirst().orElseThrow().substring(10)));
                var body = text.subList(text.indexOf("") + 1, text.size());
                assertEquals(List.of("It came.", ".", "..", "From here"), body.subList(0, 4), text.toString());
            }
        }
        assertEquals(IntStream.range(0, letters).boxed().toList(), List.copyOf(numbers));
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
        deliver("cleo", 0, 10);
        settings("pop3tls", "sslproto \"TLS1.2+\"", "keep");
        assertEquals(0, fetchmail());
        assertEquals(10, files(box).size());
        assertEquals(NO_NEW_MAIL, fetchmail());
        assertEquals(10, files(box).size());
        deliver("cleo", 10, 3);
        assertEquals(0, fetchmail());
        assertEquals(13, files(box).size());
        assertEquals(13, count("cleo"));

        settings("pop3s", "ssl", "nokeep fetchall");
        assertEquals(0, fetchmail());
        assertEquals(26, files(box).size());
        assertEquals(0, count("cleo"));
        var times = new TreeMap<String, Integer>();
        for (var file : files(box)) {
            var text = Files.readString(file);
            assertTrue(text.contains("\n.dot\n..\nFrom here\n"), text);
            times.merge(text.lines().filter(l -> l.startsWith("Subject: ")).findFirst().orElseThrow(), 1, Integer::sum);
        }
        assertEquals(13, times.size(), times.toString());
        assertTrue(times.values().stream().allMatch(n -> n == 2), times.toString());
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

    private static void deliver(String user, int first, int messages) throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            for (int i = first; i < first + messages; i++) {
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
