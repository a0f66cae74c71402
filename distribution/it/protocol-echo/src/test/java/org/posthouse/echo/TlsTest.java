package org.posthouse.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.net.TestServer;

/** TLS from the first octet and by STARTTLS, with both providers. */
@Timeout(20)
class TlsTest {
    private static final String NAME = "mail.example.test";

    @TempDir
    Path folder;
    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer(folder, Map.of("hostname", NAME), new EchoProtocol());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private SSLContext trust() throws Exception {
        return Client.trusting(folder.resolve(NAME + ".pem"));
    }

    private Client implicit(String... versions) throws Exception {
        server.listen("echo", "tls", "implicit");
        return new Client(server.connect()).secure(trust(), NAME, versions);
    }

    private Client starttls(String... versions) throws Exception {
        server.listen("echo", "tls", "starttls");
        var client = new Client(server.connect());
        client.line();
        assertEquals("220 go ahead", client.ask("STARTTLS"));
        return client.secure(trust(), NAME, versions);
    }

    @Test
    void speaksTls13FromTheFirstOctet() throws Exception {
        try (var client = implicit()) {
            assertEquals("echo ready", client.line());
            assertTrue(client.ask("CIPHER").startsWith("TLSv1.3 TLS_"));
            assertEquals("bye", client.ask("QUIT"));
            assertEquals("<>", client.line());
        }
    }

    @Test
    void speaksTls12FromTheFirstOctet() throws Exception {
        try (var client = implicit("TLSv1.2")) {
            assertEquals("echo ready", client.line());
            assertTrue(client.ask("CIPHER").startsWith("TLSv1.2 TLS_ECDHE_ECDSA_"));
        }
    }

    @Test
    void refusesOlderVersionsWithAnAlert() throws Exception {
        server.listen("echo", "tls", "implicit");
        var client = new Client(server.connect());
        // A ClientHello of TLS 1.0 (RFC 2246 §7.4.1.2) with one cipher suite.
        var hello = new byte[4 + 2 + 32 + 1 + 2 + 2 + 1 + 1];
        hello[0] = 1;
        hello[3] = (byte) (hello.length - 4);
        hello[4] = 3;
        hello[5] = 1;
        hello[40] = 2;
        hello[41] = (byte) 0xc0;
        hello[42] = 0x09;
        hello[43] = 1;
        client.send(new byte[] {0x16, 3, 1, 0, (byte) hello.length}).send(hello);
        byte[] alert = client.octets(7);
        assertEquals(List.of(0x15, 2, 70), List.of((int) alert[0], (int) alert[5], (int) alert[6])); // fatal protocol_version
    }

    @Test
    void turnsOnTlsWithStarttls() throws Exception {
        try (var client = starttls()) {
            assertTrue(client.ask("CIPHER").startsWith("TLSv1.3"));
        }
        try (var client = starttls("TLSv1.2")) {
            assertTrue(client.ask("CIPHER").startsWith("TLSv1.2"));
        }
    }

    @Test
    void neverAnswersWhatWasInjectedBehindStarttls() throws Exception {
        server.listen("echo", "tls", "starttls");
        try (var plain = new Client(server.connect())) {
            plain.line();
            plain.say("STARTTLS\r\ninjected\r\nSINK 100\r\n");
            assertEquals("220 go ahead", plain.line());
            try (var client = plain.secure(trust(), NAME)) {
                assertEquals("mine", client.ask("mine"));
            }
        }
    }

    @Test
    void failsTheHandshakeOnPlainTextBehindTheGoAhead() throws Exception {
        server.listen("echo", "tls", "starttls");
        try (var plain = new Client(server.connect())) {
            plain.line();
            assertEquals("220 go ahead", plain.ask("STARTTLS"));
            plain.say("injected\r\n");
            assertEquals(0x15, plain.octets(1)[0]); // an alert, and nothing else
            assertEquals(-1, plain.line().indexOf("injected"));
        }
    }

    @Test
    void endsAHandshakeThatDoesNotGoOn() throws Exception {
        server.listen("echo", "tls", "implicit", "tls-timeout", "200ms");
        try (var client = new Client(server.connect())) {
            client.send(new byte[] {0x16, 3, 1, 0});
            assertTrue(client.line().startsWith("<")); // the stream ends, perhaps behind an alert
        }
    }

    @Test
    void carriesMuchBothWays() throws Exception {
        try (var client = implicit()) {
            assertTrue(Bulk.comesBack(client, 20_000_000));
        }
    }

    @Test
    void carriesMuchBothWaysInTls12() throws Exception {
        try (var client = starttls("TLSv1.2")) {
            client.say("first\r\n");
            assertTrue(Bulk.comesBack(client, 10_000_000));
        }
    }

    @Test
    void seesTheEndOfATlsStream() throws Exception {
        try (var client = implicit()) {
            client.line();
            client.say("half");
            client.tls().shutdownOutput();
            assertEquals("rest half", client.line());
        }
    }

    @Test
    void answersPipelinedLinesInOrder() throws Exception {
        try (var client = implicit()) {
            client.line();
            client.say("a\r\nb\r\n").say("c\r\n");
            assertEquals(List.of("a", "b", "c"), List.of(client.line(), client.line(), client.line()));
        }
    }

    @Test
    void losesNothingThatFollowsTheHandshakeAtOnce() throws Exception {
        for (var provider : List.of("jdk", "bc")) {
            server.configure(Map.of("hostname", NAME, "tls-provider", provider));
            for (var version : List.of("TLSv1.2", "TLSv1.3")) {
                try (var client = implicit(version).say("early\r\nQUIT\r\n")) {
                    assertEquals(List.of("echo ready", "early", "bye"), List.of(client.line(), client.line(), client.line()));
                }
            }
        }
    }

    @Test
    void resumesSessions() throws Exception {
        for (var version : List.of("TLSv1.2", "TLSv1.3")) {
            server.listen("echo", "tls", "implicit");
            var context = trust();
            long created;
            try (var first = new Client(server.connect()).secure(context, NAME, version)) {
                first.line();
                created = first.tls().getSession().getCreationTime();
            }
            Thread.sleep(5);
            try (var second = new Client(server.connect()).secure(context, NAME, version)) {
                second.line();
                assertEquals(created, second.tls().getSession().getCreationTime(), version);
            }
        }
    }

    @Test
    void refusesToRenegotiate() throws Exception {
        try (var client = implicit("TLSv1.2")) {
            client.line();
            client.tls().startHandshake();
            assertThrows(IOException.class, () -> {
                client.say("x\r\n");
                assertNotEquals("x", client.line());
                throw new IOException("closed");
            });
        }
    }

    /** RFC 8446 §4.6.3: each may ask for one of ours, and none brings anything on. */
    @Test
    void aFloodOfKeyUpdatesIsCutOff() throws Exception {
        try (var client = implicit("TLSv1.3")) {
            assertEquals("echo ready", client.line());
            for (int i = 0; i < 20; i++) {
                client.tls().startHandshake();
            }
            assertEquals("bye", client.ask("QUIT"));
        }
        try (var client = new Client(server.connect()).secure(trust(), NAME, "TLSv1.3")) {
            client.line();
            assertThrows(IOException.class, () -> {
                for (int i = 0; i < 2_000; i++) {
                    client.tls().startHandshake();
                    Thread.sleep(1);
                }
            });
        }
    }

    @Nested
    class WithBouncyCastle {
        @BeforeEach
        void configure() {
            server.configure(Map.of("hostname", NAME, "tls-provider", "bc"));
        }

        @Test
        void servesTheJdksClients() throws Exception {
            try (var client = implicit()) {
                client.line();
                assertTrue(client.ask("CIPHER").startsWith("TLSv1.3"));
            }
            try (var client = starttls("TLSv1.2")) {
                assertTrue(client.ask("CIPHER").startsWith("TLSv1.2"));
            }
        }

        @Test
        void carriesMuchBothWays() throws Exception {
            try (var client = implicit()) {
                assertTrue(Bulk.comesBack(client, 5_000_000));
            }
        }

        @Test
        void agreesOnAPostQuantumGroup() throws Exception {
            server.listen("echo", "tls", "implicit");
            try (var wire = new Tapped(server.address()); var client = postQuantum(wire)) {
                assertEquals("echo ready", client.line());
                assertTrue(wire.heard().matches(".*00330[0-9a-f]{3}11ec.*"), "key_share of X25519MLKEM768 (0x11ec)");
            }
        }

        @Test
        void jdkProviderDoesNotHaveThatGroup() throws Exception {
            server.configure(Map.of("hostname", NAME, "tls-provider", "jdk"));
            server.listen("echo", "tls", "implicit");
            try (var wire = new Tapped(server.address()); var client = postQuantum(wire)) {
                assertEquals("echo ready", client.line());
                assertTrue(wire.heard().matches(".*00330[0-9a-f]{3}0017.*"), "key_share of secp256r1");
            }
        }

        /** A client that likes the post-quantum key exchange best. */
        private Client postQuantum(Tapped wire) throws Exception {
            var context = SSLContext.getInstance("TLS", new BouncyCastleJsseProvider(new BouncyCastleProvider()));
            context.init(null, new TrustManager[] {new TrustsAll()}, null);
            var socket = (SSLSocket) context.getSocketFactory().createSocket(wire, NAME, 0, true);
            var parameters = socket.getSSLParameters();
            parameters.setNamedGroups(new String[] {"X25519MLKEM768", "secp256r1"});
            parameters.setProtocols(new String[] {"TLSv1.3"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new Client(socket);
        }
    }

    @Test
    void makesACertificateForTheHostAndThisMachine() throws Exception {
        server.listen("echo", "tls", "implicit");
        var context = trust();
        for (var name : List.of(NAME, "localhost")) {
            try (var client = new Client(server.connect()).secure(context, name)) {
                var names = ((java.security.cert.X509Certificate) client.tls().getSession().getPeerCertificates()[0])
                        .getSubjectAlternativeNames().stream().map(n -> n.get(1)).toList();
                assertEquals(List.of(NAME, "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"), names);
            }
        }
        assertEquals("rw-------", java.nio.file.attribute.PosixFilePermissions.toString(
                java.nio.file.Files.getPosixFilePermissions(folder.resolve(NAME + ".key"))));
    }
}
