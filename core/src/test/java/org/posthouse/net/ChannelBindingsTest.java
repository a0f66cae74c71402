package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.posthouse.config.Values;
import org.posthouse.net.TestCertificates.Key;

/** Whether both ends name a connection alike; two engines, no sockets. */
class ChannelBindingsTest {
    @TempDir
    Path folder;
    private SSLContext clients;

    /** A client's and a server's end of one connection. */
    private record Ends(SSLEngine client, SSLEngine server) {
        byte[] exporter() throws IOException {
            return ((ExtendedSSLSession) client.getSession()).exportKeyingMaterialData("EXPORTER-Channel-Binding", new byte[0], 32);
        }

        byte[] certificate(String hash) throws Exception {
            return MessageDigest.getInstance(hash).digest(client.getSession().getPeerCertificates()[0].getEncoded());
        }

        Optional<byte[]> binding(String type) {
            return ChannelBindings.of(server, type);
        }
    }

    private Ends connect(String provider, String version) throws Exception {
        var certificates = new ServerCertificates(folder);
        certificates.configure(new Values("", Map.of("hostname", "mail.example.test", "tls-provider", provider)));
        certificates.reload();
        clients = SSLContext.getInstance("TLS");
        clients.init(null, new TrustManager[] {new Trusting()}, null);
        return connect(certificates, version);
    }

    private Ends connect(ServerCertificates certificates, String version) throws Exception {
        var client = clients.createSSLEngine("mail.example.test", 1);
        client.setUseClientMode(true);
        client.setEnabledProtocols(new String[] {version});
        var server = certificates.engine();
        var toServer = ByteBuffer.allocate(100_000);
        var toClient = ByteBuffer.allocate(100_000);
        client.beginHandshake();
        server.beginHandshake();
        while (busy(client) || busy(server)) {
            step(client, toServer, toClient);
            step(server, toClient, toServer);
        }
        for (toClient.flip(); toClient.hasRemaining();) {
            client.unwrap(toClient, ByteBuffer.allocate(100_000)); // the tickets
        }
        return new Ends(client, server);
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
    void bothEndsNameTheConnectionAlike() throws Exception {
        var ends = connect("jdk", "TLSv1.3");
        assertArrayEquals(ends.exporter(), ends.binding("tls-exporter").orElseThrow());
        assertTrue(ends.binding("tls-unique").isEmpty());
        assertFalse(Arrays.equals(connect("jdk", "TLSv1.3").exporter(), ends.exporter()));
    }

    @ParameterizedTest
    @CsvSource({"jdk, TLSv1.3", "jdk, TLSv1.2", "bc, TLSv1.3", "bc, TLSv1.2"})
    void theServersCertificateNamesItsEnd(String provider, String version) throws Exception {
        var ends = connect(provider, version);
        assertArrayEquals(ends.certificate("SHA-256"), ends.binding("tls-server-end-point").orElseThrow());
        assertEquals(provider.equals("jdk") && version.equals("TLSv1.3"), ends.binding("tls-exporter").isPresent());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void aResumedConnectionHasNamesToo(String version) throws Exception {
        var certificates = new ServerCertificates(folder);
        certificates.configure(new Values("", Map.of("hostname", "mail.example.test", "tls-provider", "jdk")));
        certificates.reload();
        clients = SSLContext.getInstance("TLS");
        clients.init(null, new TrustManager[] {new Trusting()}, null);
        var first = connect(certificates, version);
        var second = connect(certificates, version);
        assertEquals(first.client().getSession().getCreationTime(), second.client().getSession().getCreationTime(), "resumed");
        assertArrayEquals(second.certificate("SHA-256"), second.binding("tls-server-end-point").orElseThrow());
        if (version.equals("TLSv1.3")) {
            assertArrayEquals(second.exporter(), second.binding("tls-exporter").orElseThrow());
            assertFalse(Arrays.equals(first.exporter(), second.exporter()));
        }
    }

    @Test
    void aCertificateSignedWithoutAHashOfItsOwnHasNoName() throws Exception { // RFC 5929 §4.1
        TestCertificates.write(folder, "a", Key.ED25519, "mail.example.test");
        var ends = connect("jdk", "TLSv1.3");
        assertTrue(ends.binding("tls-server-end-point").isEmpty());
        assertArrayEquals(ends.exporter(), ends.binding("tls-exporter").orElseThrow());
    }

    @Test
    void anRsaCertificateHasOne() throws Exception {
        TestCertificates.write(folder, "a", Key.RSA, "mail.example.test");
        var ends = connect("jdk", "TLSv1.3");
        assertArrayEquals(ends.certificate("SHA-256"), ends.binding("tls-server-end-point").orElseThrow());
    }

    private static final class Trusting extends X509ExtendedTrustManager {
        @Override public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
