package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;
import org.posthouse.net.TestCertificates.Key;

/** Which certificate is shown to whom, before and after the files change; two engines, no sockets. */
class ServerCertificatesTest {
    @TempDir
    Path folder;
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
    private ServerCertificates certificates;

    @BeforeEach
    void make() {
        certificates = new ServerCertificates(folder, now::get);
        configure("jdk");
    }

    private void configure(String provider) {
        certificates.configure(new Values("", Map.of("hostname", "mail.example.test", "tls-provider", provider)));
    }

    /** The names in the certificate that a client is shown when it asks for this name. */
    private List<String> shownTo(String asked) throws IOException {
        return shownTo(Optional.of(asked), "TLSv1.3");
    }

    private List<String> shownTo(Optional<String> asked, String version) throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Trusting()}, null);
            var client = context.createSSLEngine("x", 1);
            client.setUseClientMode(true);
            var parameters = client.getSSLParameters();
            parameters.setProtocols(new String[] {version});
            parameters.setServerNames(asked.stream().map(n -> (javax.net.ssl.SNIServerName) new SNIHostName(n)).toList());
            client.setSSLParameters(parameters);
            shakeHands(client, certificates.engine());
            var certificate = (X509Certificate) client.getSession().getPeerCertificates()[0];
            return certificate.getSubjectAlternativeNames().stream().map(n -> (String) n.get(1)).toList();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void shakeHands(SSLEngine client, SSLEngine server) throws IOException {
        var toServer = ByteBuffer.allocate(100_000);
        var toClient = ByteBuffer.allocate(100_000);
        client.beginHandshake();
        server.beginHandshake();
        while (busy(client) || busy(server)) {
            step(client, toServer, toClient);
            step(server, toClient, toServer);
        }
    }

    private static boolean busy(SSLEngine engine) {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void step(SSLEngine engine, ByteBuffer out, ByteBuffer in) throws IOException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> engine.getDelegatedTask().run();
            case NEED_WRAP -> engine.wrap(ByteBuffer.allocate(0), out);
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                in.flip();
                engine.unwrap(in, ByteBuffer.allocate(100_000));
                in.compact();
            }
            case FINISHED, NOT_HANDSHAKING -> { }
        }
    }

    @Test
    void makesACertificateWhenThereIsNone() throws IOException {
        certificates.reload();
        assertEquals(List.of("mail.example.test", "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"), shownTo("mail.example.test"));
        assertTrue(Files.exists(folder.resolve("mail.example.test.pem")));
        assertTrue(Files.exists(folder.resolve("mail.example.test.key")));
    }

    @Test
    void makesOneThatOpensslAndCurlTrust() throws Exception {
        certificates.reload();
        var file = folder.resolve("mail.example.test.pem").toString();
        var verify = new ProcessBuilder("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname",
                "mail.example.test", "-attime", "" + now.get().plusSeconds(60).getEpochSecond(), "-CAfile", file, file)
                .redirectErrorStream(true);
        Process process;
        try {
            process = verify.start();
        } catch (IOException e) {
            return; // no openssl here
        }
        var said = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0, said);
    }

    @Test
    void makesNoneBesideOneOfTheOperator() throws IOException {
        TestCertificates.write(folder, "own", Key.EC, "own.example.test");
        certificates.reload();
        assertFalse(Files.exists(folder.resolve("mail.example.test.pem")));
        assertEquals(List.of("own.example.test"), shownTo("whatever.example"));
    }

    @Test
    void choosesByName() throws IOException {
        TestCertificates.write(folder, "a", Key.EC, "a.example.org");
        TestCertificates.write(folder, "b", Key.EC, "*.example.org", "b.example.org");
        TestCertificates.write(folder, "z", Key.EC, "mail.example.test");
        for (var provider : List.of("jdk", "bc")) {
            configure(provider);
            certificates.reload();
            for (var version : List.of("TLSv1.2", "TLSv1.3")) {
                assertEquals(List.of("a.example.org"), shownTo(Optional.of("A.example.ORG"), version));
                assertEquals("*.example.org", shownTo(Optional.of("c.example.org"), version).getFirst());
                assertEquals(List.of("mail.example.test"), shownTo(Optional.of("x.c.example.org"), version), "one label only");
                assertEquals(List.of("mail.example.test"), shownTo(Optional.of("other.example"), version));
                assertEquals(List.of("mail.example.test"), shownTo(Optional.empty(), version));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Key.class)
    void readsKeysOfEveryKind(Key kind) throws IOException {
        TestCertificates.write(folder, "x", kind, "x.example.org");
        for (var provider : kind == Key.ED25519 ? List.of("jdk") : List.of("jdk", "bc")) {
            configure(provider);
            certificates.reload();
            assertEquals(List.of("x.example.org"), shownTo("x.example.org"), provider);
            assertEquals(List.of("x.example.org"), shownTo(Optional.of("x.example.org"), "TLSv1.2"), provider);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Key.class, names = {"EC", "RSA"})
    void readsKeysInTheirTraditionalForm(Key kind) throws IOException {
        TestCertificates.writeTraditional(folder, "x", kind, "x.example.org");
        certificates.reload();
        assertEquals(List.of("x.example.org"), shownTo("x.example.org"));
    }

    @Test
    void showsReplacedFilesWithinASecond() throws IOException {
        TestCertificates.write(folder, "x", Key.EC, "old.example.org");
        certificates.reload();
        assertEquals(List.of("old.example.org"), shownTo("x"));
        TestCertificates.write(folder, "x", Key.EC, "new.example.org");
        assertEquals(List.of("old.example.org"), shownTo("x"), "looked less than a second ago");
        now.set(now.get().plus(Duration.ofSeconds(1)));
        assertEquals(List.of("new.example.org"), shownTo("x"));
    }

    @Test
    void showsFilesThatWereAddedAndForgetsThoseRemoved() throws IOException {
        TestCertificates.write(folder, "x", Key.EC, "x.example.org");
        certificates.reload();
        TestCertificates.write(folder, "y", Key.EC, "y.example.org");
        now.set(now.get().plusSeconds(1));
        assertEquals(List.of("y.example.org"), shownTo("y.example.org"));
        Files.delete(folder.resolve("y.pem"));
        now.set(now.get().plusSeconds(1));
        assertEquals(List.of("x.example.org"), shownTo("y.example.org"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "junk", "-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    void keepsTheOldOneWhenItsReplacementIsBroken(String junk) throws IOException {
        TestCertificates.write(folder, "x", Key.EC, "x.example.org");
        certificates.reload();
        TestCertificates.put(folder.resolve("x.pem"), junk);
        TestCertificates.write(folder, "y", Key.EC, "y.example.org");
        certificates.reload();
        assertEquals(List.of("x.example.org"), shownTo("x.example.org"));
        assertEquals(List.of("y.example.org"), shownTo("y.example.org"), "the others are replaced");
    }

    @Test
    void keepsTheOldOneWhileKeyAndCertificateDoNotMatch() throws IOException {
        TestCertificates.write(folder, "x", Key.EC, "old.example.org");
        TestCertificates.write(folder, "y", Key.EC, "y.example.org");
        certificates.reload();
        Files.copy(folder.resolve("y.key"), folder.resolve("x.key"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        certificates.reload();
        assertEquals(List.of("old.example.org"), shownTo("old.example.org"));
    }

    @Test
    void namesTheFileWhenNoneCanBeUsed() throws IOException {
        TestCertificates.write(folder, "x", Key.EC, "x.example.org");
        TestCertificates.put(folder.resolve("x.key"), "junk");
        var e = assertThrows(IOException.class, () -> certificates.reload());
        assertTrue(e.getMessage().startsWith(folder.resolve("x.key") + ": no private key"), e::getMessage);
    }

    @Test
    void refusesAnUnknownProvider() {
        assertEquals("tls-provider", assertThrows(BadSetting.class, () -> configure("openssl")).key());
    }

    private static final class Trusting extends X509ExtendedTrustManager {
        @Override public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
