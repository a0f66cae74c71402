package org.posthouse.net;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.posthouse.config.Values;
import org.posthouse.disk.Disk;
import org.posthouse.message.BadSetting;

/** Connections over the JDK's sockets and JSSE, on the caller's thread. */
public final class SocketConnector implements Connector {
    private static final String ROOTS = "tls-roots";
    private static final int SOCKET_OCTETS = 256 * 1024;

    /** What handshakes need; the context lets everybody pass, since certificates are looked at afterwards. */
    record Tls(SSLContext context, X509TrustManager roots) {}

    private final Disk disk;
    private volatile Optional<Tls> tls = Optional.empty();
    private volatile String rootsFile = "";

    public SocketConnector(Disk disk) {
        this.disk = disk;
    }

    /** Of the top lines: {@code tls-roots}. */
    public void configure(Values top) {
        var file = top.text(ROOTS);
        var next = Optional.<Tls>empty();
        if (!file.isEmpty()) {
            try {
                next = Optional.of(new Tls(open(), roots(Path.of(file).isAbsolute() ? Path.of(file) : disk.conf(file))));
            } catch (IOException | GeneralSecurityException e) {
                throw new BadSetting(ROOTS, "'" + file + "' cannot be used (" + e.getMessage()
                        + "); name a file of certificates in PEM, or leave it empty for the JDK's");
            }
        }
        if (!file.isEmpty() || !rootsFile.isEmpty()) {
            tls = next;
        }
        rootsFile = file;
    }

    @Override
    public Outgoing connect(InetSocketAddress to, Optional<InetAddress> from, Duration longest) throws IOException {
        var deadline = Deadline.in(longest);
        var socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSendBufferSize(SOCKET_OCTETS);
            if (from.isPresent()) {
                socket.bind(new InetSocketAddress(from.get(), 0));
            }
            socket.connect(to, Math.clamp(longest.toMillis(), 1, Integer.MAX_VALUE));
            return new SocketOutgoing(socket, this::tls, deadline);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** The JDK's roots are read when they are first needed. */
    private Tls tls() throws IOException {
        var now = tls;
        if (now.isEmpty()) {
            try {
                now = Optional.of(new Tls(open(), roots((KeyStore) null)));
            } catch (GeneralSecurityException e) {
                throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
            }
            tls = now;
        }
        return now.get();
    }

    private static SSLContext open() throws GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Everybody()}, null);
        return context;
    }

    private static X509TrustManager roots(Path file) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("root" + store.size(), certificate);
            }
        }
        if (store.size() == 0) {
            throw new IOException("there is no certificate in it");
        }
        return roots(store);
    }

    private static X509TrustManager roots(KeyStore store) throws GeneralSecurityException {
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        return Arrays.stream(managers.getTrustManagers()).filter(X509TrustManager.class::isInstance).map(X509TrustManager.class::cast)
                .findFirst().orElseThrow(() -> new GeneralSecurityException("this JDK trusts in no certificates"));
    }

    /** Lets all certificates pass; {@link PeerCertificate} decides. */
    private static final class Everybody extends X509ExtendedTrustManager {
        @Override public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
