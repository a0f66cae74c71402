package org.posthouse.echo;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** The other end, in plain blocking code. */
final class Client implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    Client(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** Sends text as it is. */
    Client say(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Client send(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
        socket.getOutputStream().flush();
        return this;
    }

    /** The next line without its end; what came before the end of the stream, in angle brackets, where there is none. */
    String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                return "<" + line.toString(StandardCharsets.ISO_8859_1) + ">";
            }
            line.write(octet);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    /** Sends a line and hears one. */
    String ask(String line) throws IOException {
        return say(line + "\r\n").line();
    }

    /** Reads so many octets and no more. */
    byte[] octets(int count) throws IOException {
        return in.readNBytes(count);
    }

    Socket socket() {
        return socket;
    }

    /** TLS over this connection, as the client that asks for this name. */
    Client secure(SSLContext context, String name, String... versions) throws IOException {
        var tls = (SSLSocket) context.getSocketFactory().createSocket(socket, name, socket.getPort(), true);
        tls.setUseClientMode(true);
        if (versions.length > 0) {
            tls.setEnabledProtocols(versions);
        }
        var parameters = tls.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return new Client(tls);
    }

    SSLSocket tls() {
        return (SSLSocket) socket;
    }

    /** A context that trusts the certificates of this file. */
    static SSLContext trusting(Path file) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = Files.newInputStream(file)) {
            int n = 0;
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("c" + n++, certificate);
            }
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
