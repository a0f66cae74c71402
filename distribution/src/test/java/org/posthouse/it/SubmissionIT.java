package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.posthouse.auth.ScramClient;

/** Users log in in every way there is, and send as themselves. */
final class SubmissionIT {
    private static final String CONF = "login-failures = 3\n" + StraightPathIT.CONF + Sections.SUBMISSION + Sections.POP3_TLS
            + "\n[directory-file]\nscram = yes\n";

    @TempDir
    Path home;

    private Server start() throws IOException, InterruptedException {
        return new Server(home).configure(CONF).start();
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
        try (var server = start()) {
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
            try (var pop = new Line(server.port("pop3"))) {
                pop.line();
                assertTrue(scram(pop, "SCRAM-SHA-256", "wrong", ScramClient.Binding.NONE).startsWith("-ERR [AUTH]"));
                assertTrue(scram(pop, "SCRAM-SHA-256", "secret", ScramClient.Binding.NONE).startsWith("+OK"));
            }
            try (var pop = new Line(server.port("pop3tls"))) {
                pop.line();
                pop.send("STLS\r\n");
                pop.line();
                pop.tls();
                var here = new ScramClient.Binding("tls-exporter", pop.exporter());
                assertTrue(scram(pop, "SCRAM-SHA-256-PLUS", "secret", here).startsWith("+OK"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"store-maildir", "store-mbox"})
    void usersSendAsThemselvesAndOnlySoMuch(String store) throws Exception {
        try (var server = new Server(home)) {
            server.configure(Sections.store(store) + CONF + "\n[pipeline]\nsubmission-rate-account = 3/1h\nsubmission-hide-client = yes\n");
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
            try (var pop = new Pop3(server.port("pop3"), "bob", "secret")) {
                assertEquals(3, pop.count());
                var text = String.join("\n", pop.retrieve(1));
                assertTrue(text.contains("\nMessage-ID: <") && text.contains("\nDate: ") && !text.contains("127.0.0.1"), text);
            }
        }
    }

    @Test
    void applicationPasswordsAreShownOnceAndCanBeTakenAway() throws Exception {
        try (var server = start()) {
            var made = server.command("user", "app-password", "add", "ann", "phone");
            assertEquals(0, made.status(), made.err());
            var password = made.out().strip();
            try (var pop = new Pop3(server.port("pop3"), "ann", password)) {
                assertEquals(0, pop.count());
            }
            assertTrue(!Files.readString(home.resolve("conf/users")).contains(password));
            assertEquals("phone\n", server.command("user", "app-password", "list", "ann").out());
            assertEquals(0, server.command("user", "app-password", "remove", "ann", "phone").status());
            assertThrows(IOException.class, () -> new Pop3(server.port("pop3"), "ann", password).close());
        }
    }

    @Test
    void aLockOutOutlivesARestart() throws Exception {
        try (var server = start()) {
            for (int i = 0; i < 3; i++) {
                var wrong = assertThrows(IOException.class, () -> new Pop3(server.port("pop3"), "bob", "wrong").close());
                assertTrue(wrong.getMessage().startsWith("-ERR [AUTH]"), wrong.getMessage());
            }
            assertEquals(0, server.terminate());
            server.start();
            var locked = assertThrows(IOException.class, () -> new Pop3(server.port("pop3"), "bob", "secret").close());
            assertTrue(locked.getMessage().matches("-ERR \\[SYS/TEMP] Too many failed log-ins, try again in .*"), locked.getMessage());
        }
    }
}
