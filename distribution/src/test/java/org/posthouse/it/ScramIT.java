package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GNU SASL, which shares no line of code with this server, logs in by SCRAM (RFC 7677), also bound to the TLS below (RFC 9266). */
final class ScramIT {
    private static final String CONF = StraightPathIT.CONF.replace("enable   = ", "enable   = protocol-imap, ") + Sections.SUBMISSION + """

            [listener imap]
            address  = 127.0.0.1
            protocol = imap
            port     = 0
            tls      = starttls

            [directory-file]
            scram = yes
            """;
    private static final String TRUSTED = "(server trusted)"; // it has proved that it knows the password too

    @TempDir
    static Path home;

    private static Server server;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Tool.need("gsasl", "gsasl");
        server = new Server(home).configure(CONF).start();
        assertTrue(logIn("imap", "PLAIN", "secret").well(), "the password is seen once, and the keys are made of it");
    }

    @AfterAll
    static void stop() throws InterruptedException {
        server.close();
    }

    private static Tool.Ran logIn(String protocol, String mechanism, String password, String... more) throws IOException, InterruptedException {
        var port = server.port(protocol.equals("smtp") ? "submission" : protocol);
        var words = new ArrayList<>(List.of("gsasl", "--" + protocol, "--connect=127.0.0.1:" + port, "--hostname=mail.example.test", "--starttls",
                "--x509-ca-file=" + home.resolve("conf/tls/mail.example.test.pem"), "--verbose", "-a", "ann", "-p", password, "-m", mechanism));
        words.addAll(List.of(more));
        return Tool.run(words.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"imap", "smtp"})
    void aClientOfOthersLogsInByScram(String protocol) throws Exception {
        assertTrusted(logIn(protocol, "SCRAM-SHA-256", "secret", "--no-cb"));
        assertTrusted(logIn(protocol, "SCRAM-SHA-256", "secret", "--no-cb", "--no-client-first"));
        assertTrusted(logIn(protocol, "SCRAM-SHA-256-PLUS", "secret"));
        assertTrusted(logIn(protocol, "SCRAM-SHA-256-PLUS", "secret", "--no-client-first"));
    }

    private static void assertTrusted(Tool.Ran ran) {
        assertEquals(0, ran.status(), ran.output());
        assertTrue(ran.output().contains(TRUSTED), ran.output());
    }

    @ParameterizedTest
    @ValueSource(strings = {"imap", "smtp"})
    void aWrongPasswordIsRefused(String protocol) throws Exception {
        for (var mechanism : List.of("SCRAM-SHA-256-PLUS", "PLAIN")) {
            var ran = logIn(protocol, mechanism, "wrong");
            assertFalse(ran.well(), ran.output());
            assertFalse(mechanism.startsWith("SCRAM") && ran.output().contains(TRUSTED), ran.output());
            assertTrue(ran.output().contains(protocol.equals("imap") ? "[AUTHENTICATIONFAILED]" : "535 5.7.8"), ran.output());
        }
    }
}
