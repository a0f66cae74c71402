package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.ScramClient;

/** Users log in in every way there is, and send as themselves. */
final class SubmissionIT {
    private static final String TOP = """
            hostname       = mail.example.test
            domains        = example.test
            enable         = protocol-smtp, protocol-pop3
            login-failures = 3
            """;
    private static final String REST = """

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

            [listener pop3]
            address  = 127.0.0.1
            protocol = pop3
            port     = 0
            tls      = starttls

            [listener plain]
            address  = 127.0.0.1
            protocol = pop3
            port     = 0
            tls      = none

            [directory-file]
            scram = yes
            """;

    @TempDir
    Path home;

    private Server start(String top) throws IOException, InterruptedException {
        return new Server(home).configure(top + REST).start();
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    private static byte[] plain(String name, String password) {
        return ("\0" + name + "\0" + password).getBytes(StandardCharsets.UTF_8);
    }

    /** The last reply of AUTH by SCRAM; it begins with 235 or +OK where all is well. */
    private static String scram(Line line, String mechanism, String password, ScramClient.Binding binding) throws Exception {
        var client = new ScramClient("ann", password, "fyko+d2lbbFgONRv9qkxdawL", binding);
        line.send("AUTH " + mechanism + " " + base64(client.first()) + "\r\n");
        var challenge = line.line();
        if (!challenge.startsWith("334 ") && !challenge.startsWith("+ ")) {
            return challenge;
        }
        line.send(base64(client.last(octets(challenge))) + "\r\n");
        var proof = line.line();
        if (!proof.startsWith("334 ") && !proof.startsWith("+ ")) {
            return proof;
        }
        assertTrue(client.trusts(octets(proof)));
        line.send("\r\n");
        return line.line();
    }

    private static byte[] octets(String challenge) {
        return Base64.getDecoder().decode(challenge.substring(challenge.indexOf(' ') + 1));
    }

    private static Smtp secure(Server server) throws IOException {
        var smtp = new Smtp(server.port("submission"));
        smtp.startTls();
        return smtp;
    }

    @Test
    void scramComesWithTheFirstLogInByPasswordAndIsBoundToItsConnection() throws Exception {
        try (var server = start(TOP)) {
            try (var smtp = secure(server)) {
                assertTrue(scram(smtp, "SCRAM-SHA-256", "secret", ScramClient.Binding.NONE).startsWith("535 5.7.8"));
                smtp.command("AUTH PLAIN " + base64(plain("ann", "secret")), "235");
            }
            assertTrue(Files.readString(home.resolve("conf/users")).contains("ann@example.test:{PLAIN}secret {SCRAM-SHA-256}15000,"));
            try (var smtp = secure(server)) {
                assertTrue(scram(smtp, "SCRAM-SHA-256", "secret", ScramClient.Binding.NONE).startsWith("235"));
                assertTrue(smtp.message("ann@example.test", "bob@example.test", "Subject: one\r\n\r\n").startsWith("250"));
            }
            try (var smtp = secure(server)) {
                var elsewhere = new ScramClient.Binding("tls-exporter", new byte[32]);
                assertTrue(scram(smtp, "SCRAM-SHA-256-PLUS", "secret", elsewhere).startsWith("535 5.7.8"));
                var here = new ScramClient.Binding("tls-exporter", smtp.exporter());
                assertTrue(scram(smtp, "SCRAM-SHA-256-PLUS", "secret", here).startsWith("235"));
            }
            try (var smtp = secure(server)) {
                var end = new ScramClient.Binding("tls-server-end-point", smtp.serverEndPoint());
                assertTrue(scram(smtp, "SCRAM-SHA-256-PLUS", "secret", end).startsWith("235"));
            }
            try (var pop = new Line(server.port("plain"))) {
                pop.line();
                assertTrue(scram(pop, "SCRAM-SHA-256", "wrong", ScramClient.Binding.NONE).startsWith("-ERR [AUTH]"));
                assertTrue(scram(pop, "SCRAM-SHA-256", "secret", ScramClient.Binding.NONE).startsWith("+OK"));
            }
            try (var pop = new Line(server.port("pop3"))) {
                pop.line();
                pop.send("STLS\r\n");
                pop.line();
                pop.tls();
                var here = new ScramClient.Binding("tls-exporter", pop.exporter());
                assertTrue(scram(pop, "SCRAM-SHA-256-PLUS", "secret", here).startsWith("+OK"));
            }
        }
    }

    @Test
    void usersSendAsThemselvesAndOnlySoMuch() throws Exception {
        try (var server = new Server(home)) {
            server.configure(TOP + REST + "\n[pipeline]\nsubmission-rate-account = 3/1h\nsubmission-hide-client = yes\n");
            Files.writeString(home.resolve("conf/users"), "ann@example.test:{PLAIN}secret:send-as=@elsewhere.example\nbob@example.test:{PLAIN}secret\n");
            Files.writeString(home.resolve("conf/aliases"), "info: ann, bob\noffice: bob\n");
            server.start();
            try (var smtp = secure(server)) {
                assertTrue(smtp.message("ann@example.test", "bob@example.test", "\r\n").startsWith("530 5.7.0"));
                smtp.command("AUTH PLAIN " + base64(plain("ann", "secret")), "235");
                assertTrue(smtp.message("office@example.test", "bob@example.test", "\r\n").startsWith("550 5.7.1"));
                for (var own : List.of("info@example.test", "ann+x@example.test", "boss@elsewhere.example")) {
                    assertTrue(smtp.message(own, "bob@example.test", "Subject: x\r\n\r\n").startsWith("250"), own);
                }
                assertTrue(smtp.message("ann@example.test", "bob@example.test", "\r\n").matches("45\\d 4\\.7\\.1 .*"));
            }
            try (var pop = new Pop3(server.port("plain"), "bob", "secret")) {
                assertEquals(3, pop.count());
                var text = String.join("\n", pop.retrieve(1));
                assertTrue(text.contains("\nMessage-ID: <") && text.contains("\nDate: ") && !text.contains("127.0.0.1"), text);
            }
        }
    }

    @Test
    void applicationPasswordsAreShownOnceAndCanBeTakenAway() throws Exception {
        try (var server = start(TOP)) {
            var made = server.command("user", "app-password", "add", "ann", "phone");
            assertEquals(0, made.status(), made.err());
            var password = made.out().strip();
            try (var pop = new Pop3(server.port("plain"), "ann", password)) {
                assertEquals(0, pop.count());
            }
            assertTrue(!Files.readString(home.resolve("conf/users")).contains(password));
            assertEquals("phone\n", server.command("user", "app-password", "list", "ann").out());
            assertEquals(0, server.command("user", "app-password", "remove", "ann", "phone").status());
            assertThrows(IOException.class, () -> new Pop3(server.port("plain"), "ann", password).close());
        }
    }

    @Test
    void aLockOutOutlivesARestart() throws Exception {
        try (var server = start(TOP)) {
            for (int i = 0; i < 3; i++) {
                var wrong = assertThrows(IOException.class, () -> new Pop3(server.port("plain"), "bob", "wrong").close());
                assertTrue(wrong.getMessage().startsWith("-ERR [AUTH]"), wrong.getMessage());
            }
            assertEquals(0, server.terminate());
            server.start();
            var locked = assertThrows(IOException.class, () -> new Pop3(server.port("plain"), "bob", "secret").close());
            assertTrue(locked.getMessage().matches("-ERR \\[SYS/TEMP] Too many failed log-ins, try again in .*"), locked.getMessage());
        }
    }

    /** How swaks ends: 0 sent, 23 MAIL refused, 24 no recipient, 28 not logged in, 29 no TLS. */
    private static int swaks(String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("swaks", "--server", "127.0.0.1", "--hide-all", "--timeout", "20", "--to", "bob@example.test"));
        command.addAll(List.of(words));
        var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        return process.waitFor();
    }

    @Test
    void swaksSubmitsInEveryWay() throws Exception {
        Tool.need("swaks", "swaks libnet-ssleay-perl");
        try (var server = start(TOP)) {
            var starttls = String.valueOf(server.port("submission"));
            var implicit = String.valueOf(server.port("submissions"));
            for (var mechanism : List.of("PLAIN", "LOGIN")) {
                for (var way : List.of(List.of(starttls, "-tls"), List.of(implicit, "-tlsc"))) {
                    assertEquals(0, swaks("--port", way.getFirst(), way.getLast(), "--auth", mechanism, "--auth-user", "ann", "--auth-password", "secret",
                            "--from", "ann@example.test"), mechanism + way);
                    assertEquals(23, swaks("--port", way.getFirst(), way.getLast(), "--auth", mechanism, "--auth-user", "ann", "--auth-password", "secret",
                            "--from", "bob@example.test"), mechanism + way);
                }
            }
            assertEquals(28, swaks("--port", starttls, "-tls", "--auth", "PLAIN", "--auth-user", "ann", "--auth-password", "wrong", "--from", "ann@example.test"));
            assertEquals(28, swaks("--port", starttls, "--auth", "PLAIN", "--auth-user", "ann", "--auth-password", "secret", "--from", "ann@example.test"));
            assertEquals(23, swaks("--port", implicit, "-tlsc", "--from", "ann@example.test"));
            try (var pop = new Pop3(server.port("plain"), "bob", "secret")) {
                assertEquals(4, pop.count());
            }
        }
    }
}
