package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.config.Values;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.BadSetting;
import org.posthouse.net.Outgoing.Proof;
import org.posthouse.net.TlsFailure.Why;

class SocketConnectorTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration MOMENT = Duration.ofMillis(200);
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    /** What the other side does with the connection. */
    interface Part {
        void play(Socket socket) throws Exception;
    }

    @TempDir Path home;

    private ServerSocket server;
    private SocketConnector connector;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 5, LOOPBACK);
        connector = new SocketConnector(new HomeDisk(home));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Outgoing connect(Part part) throws IOException {
        Thread.ofVirtual().start(() -> {
            try (var socket = server.accept()) {
                part.play(socket);
            } catch (Exception over) {
                return; // the far side of the test
            }
        });
        return connector.connect(new InetSocketAddress(LOOPBACK, server.getLocalPort()), Optional.empty(), LONG);
    }

    private static Part says(String text) {
        return socket -> {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getInputStream().readAllBytes();
        };
    }

    private void trust(String file) {
        connector.configure(new Values("", Map.of("tls-roots", file)));
    }

    /** A server with this certificate. */
    private Part tls(String file) {
        return socket -> {
            var layered = (SSLSocket) serverContext(file).getSocketFactory().createSocket(socket, null, true);
            layered.setUseClientMode(false);
            layered.startHandshake();
            layered.getOutputStream().write("hello\r\n".getBytes(StandardCharsets.US_ASCII));
            layered.getInputStream().readAllBytes();
        };
    }

    private SSLContext serverContext(String file) throws Exception {
        var keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        var pem = Files.readString(home.resolve(file + ".key"));
        var key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(
                Base64.getMimeDecoder().decode(pem.replaceAll("-----[^-]*-----", ""))));
        keys.setKeyEntry("k", key, new char[0], new X509Certificate[] {certificate(file)});
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private X509Certificate certificate(String file) throws Exception {
        try (var in = Files.newInputStream(home.resolve(file + ".pem"))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private Outgoing.Secured handshake(Trust trust) throws IOException {
        try (var wire = connect(tls("cert"))) {
            var secured = wire.startTls(Optional.of("mx.test"), trust);
            assertEquals("hello", wire.readLine(100).latin1());
            return secured;
        }
    }

    private Why refused(Trust trust) {
        return assertThrows(TlsFailure.class, () -> handshake(trust)).why();
    }

    @Test
    void readsLinesWithinTheirBound() throws Exception {
        try (var wire = connect(says("one\r\ntwo\n" + "x".repeat(100) + "\r\n" + "y".repeat(40_000) + "\r\n"))) {
            assertEquals("one", wire.readLine(3).latin1());
            assertEquals(Line.Ending.LF, wire.readLine(100).ending());
            assertEquals("x".repeat(100), wire.readLine(100).latin1());
            assertEquals(Line.Ending.TOO_LONG, wire.readLine(1_000).ending());
        }
        try (var wire = connect(socket -> socket.getOutputStream().write("rest".getBytes(StandardCharsets.US_ASCII)))) {
            var rest = wire.readLine(100);
            assertEquals(Line.Ending.END, rest.ending());
            assertArrayEquals("rest".getBytes(StandardCharsets.US_ASCII), rest.octets());
        }
    }

    @Test
    void aSideThatIsSilentOrDripsIsLeftInTime() throws Exception {
        try (var wire = connect(says(""))) {
            wire.within(MOMENT);
            assertThrows(SocketTimeoutException.class, () -> wire.readLine(100));
        }
        try (var wire = connect(socket -> {
            while (true) {
                socket.getOutputStream().write('x');
                Thread.sleep(20);
            }
        })) {
            wire.within(MOMENT);
            assertThrows(SocketTimeoutException.class, () -> wire.readLine(10_000));
        }
    }

    @Test
    void aSideThatDoesNotReadIsLeftInTime() throws Exception {
        try (var wire = connect(socket -> Thread.sleep(20_000))) {
            wire.within(MOMENT);
            var much = new byte[1 << 20];
            assertThrows(SocketTimeoutException.class, () -> {
                for (int i = 0; i < 100; i++) {
                    wire.write(much, 0, much.length);
                }
                wire.flush();
            });
        }
    }

    @Test
    void aSideThatNeverFinishesTheHandshakeIsLeftInTime() throws Exception {
        try (var wire = connect(says(""))) {
            wire.within(MOMENT);
            assertThrows(SocketTimeoutException.class, () -> wire.startTls(Optional.empty(), new Trust.Anyone()));
        }
    }

    @Test
    void aLaterDeadlineTakesTheOldOnesPlace() throws Exception {
        try (var wire = connect(socket -> {
            Thread.sleep(400);
            says("late\r\n").play(socket);
        })) {
            wire.within(MOMENT);
            wire.within(LONG);
            assertEquals("late", wire.readLine(100).latin1());
        }
    }

    @Test
    void whatComesInFrontOfTheHandshakeIsAnInjection() throws Exception {
        try (var wire = connect(says("220 go\r\n250 injected\r\n"))) {
            assertEquals("220 go", wire.readLine(100).latin1());
            assertThrows(TlsFailure.class, () -> wire.startTls(Optional.empty(), new Trust.Anyone()));
        }
    }

    @Test
    void plainTextInsteadOfAHandshakeIsATlsFailure() throws Exception {
        try (var wire = connect(says("500 what?\r\n"))) {
            assertEquals(Why.HANDSHAKE, assertThrows(TlsFailure.class, () -> wire.startTls(Optional.empty(), new Trust.Anyone())).why());
        }
    }

    @Test
    void certificatesAreProvenAsTheCallerTrusts() throws Exception {
        TestCertificates.write(home, "cert", TestCertificates.Key.EC, "mx.test", "*.wild.test");
        assertEquals(Proof.NONE, handshake(new Trust.Anyone()).proof());
        assertEquals("mx.test", handshake(new Trust.Anyone()).subject());
        assertEquals(Why.NOT_TRUSTED, refused(new Trust.Roots(List.of("mx.test"))));

        trust(home.resolve("cert.pem").toString());
        assertEquals(Proof.ROOTS, handshake(new Trust.Roots(List.of("other.test", "MX.test"))).proof());
        assertEquals(Why.OTHER_NAME, refused(new Trust.Roots(List.of("other.test"))));

        var sha256 = MessageDigest.getInstance("SHA-256");
        byte[] whole = certificate("cert").getEncoded();
        byte[] key = certificate("cert").getPublicKey().getEncoded();
        var fingerprint = HexFormat.of().formatHex(sha256.digest(whole));
        assertEquals(Proof.FINGERPRINT, handshake(new Trust.Fingerprints(Set.of(fingerprint))).proof());
        assertEquals(Why.NO_MATCH, refused(new Trust.Fingerprints(Set.of("00"))));

        assertEquals(Proof.DANE, handshake(dane(new Dns.Tlsa(3, 1, 1, sha256.digest(key)), "other.test")).proof());
        assertEquals(Proof.DANE, handshake(dane(new Dns.Tlsa(3, 0, 0, whole), "other.test")).proof());
        assertEquals(Proof.DANE, handshake(dane(new Dns.Tlsa(2, 0, 1, sha256.digest(whole)), "mx.test")).proof());
        assertEquals(Why.OTHER_NAME, refused(dane(new Dns.Tlsa(2, 0, 1, sha256.digest(whole)), "other.test")));
        assertEquals(Why.NO_MATCH, refused(dane(new Dns.Tlsa(3, 1, 1, new byte[32]), "mx.test")));
        assertEquals(Why.NO_MATCH, refused(dane(new Dns.Tlsa(1, 1, 1, sha256.digest(key)), "mx.test")));
    }

    private static Trust dane(Dns.Tlsa record, String name) {
        return new Trust.Dane(List.of(record), List.of(name));
    }

    @Test
    void anAsteriskStandsForOneWholeLabel() {
        assertTrue(PeerCertificate.covers("*.wild.test", "a.Wild.test"));
        assertFalse(PeerCertificate.covers("*.wild.test", "a.b.wild.test"));
        assertFalse(PeerCertificate.covers("*.wild.test", "wild.test"));
        assertFalse(PeerCertificate.covers("*.test", "wild.test"));
        assertFalse(PeerCertificate.covers("a*.wild.test", "ab.wild.test"));
    }

    @Test
    void whatCannotBeRootsIsABadSetting() throws IOException {
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/empty.pem"), "");
        assertThrows(BadSetting.class, () -> trust("empty.pem"));
        assertThrows(BadSetting.class, () -> trust("/nowhere/roots.pem"));
    }

    @Test
    void nobodyThereIsAnIoExceptionAndTheSourceIsOurs() throws IOException {
        int port = server.getLocalPort();
        try (var wire = connector.connect(new InetSocketAddress(LOOPBACK, port), Optional.of(InetAddress.ofLiteral("127.0.0.9")), LONG)) {
            assertEquals("127.0.0.9", wire.local().getAddress().getHostAddress());
        }
        server.close();
        assertThrows(IOException.class, () -> connector.connect(new InetSocketAddress(LOOPBACK, port), Optional.empty(), LONG));
    }
}
