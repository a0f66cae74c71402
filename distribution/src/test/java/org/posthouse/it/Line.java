package org.posthouse.it;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A client's connection for protocols of lines, plain or TLS; trusts every certificate. Reads time out after 20 s. */
class Line implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private Socket socket;
    private InputStream in;
    private OutputStream out;

    Line(int port) throws IOException {
        this(port, "127.0.0.1");
    }

    /** @param from the client's own address, one of 127.0.0.0/8 */
    Line(int port, String from) throws IOException {
        socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        streams();
    }

    /** Goes on with another's connection. */
    Line(Line other) {
        socket = other.socket;
        in = other.in;
        out = other.out;
    }

    private void streams() throws IOException {
        in = new BufferedInputStream(socket.getInputStream(), 65_536);
        out = socket.getOutputStream();
    }

    void tls() throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Trusting()}, new SecureRandom());
            var secure = (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
            secure.startHandshake();
            socket = secure;
            streams();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** What RFC 9266 names this TLS connection by. */
    byte[] exporter() throws IOException {
        return ((ExtendedSSLSession) ((SSLSocket) socket).getSession()).exportKeyingMaterialData("EXPORTER-Channel-Binding", new byte[0], 32);
    }

    /** What RFC 5929 §4 names the server's end by; our own certificates are signed with SHA-256. */
    byte[] serverEndPoint() throws IOException {
        try {
            var certificate = ((SSLSocket) socket).getSession().getPeerCertificates()[0];
            return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] octets) throws IOException {
        out.write(octets);
        out.flush();
    }

    /** The next line without its CRLF; empty text at the end of the stream is an EOFException. */
    String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("closed after: " + line);
            }
            line.write(c);
        }
        var text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    /** All octets up to and with these, which must come. */
    byte[] until(String end) throws IOException {
        var all = new ByteArrayOutputStream();
        var wanted = end.getBytes(StandardCharsets.ISO_8859_1);
        var last = new byte[wanted.length];
        while (all.size() < wanted.length || !Arrays.equals(last, wanted)) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("closed after " + all.size() + " octets");
            }
            all.write(c);
            System.arraycopy(last, 1, last, 0, last.length - 1);
            last[last.length - 1] = (byte) c;
        }
        return all.toByteArray();
    }

    /** What still comes until the other side closes. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** From now on a line may take so long to come. */
    void patience(Duration time) throws IOException {
        socket.setSoTimeout(Math.toIntExact(time.toMillis()));
    }

    /** What comes within this time; empty text for nothing, or for the end. */
    String within(int millis) throws IOException {
        return next(millis).orElse("");
    }

    /** What comes within this time, or empty text; nothing at all when the other side has closed. */
    Optional<String> next(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            var some = new byte[65_536];
            int length = in.read(some);
            return length < 0 ? Optional.empty() : Optional.of(new String(some, 0, length, StandardCharsets.ISO_8859_1));
        } catch (SocketTimeoutException _) {
            return Optional.of("");
        } finally {
            socket.setSoTimeout(TIMEOUT_MILLIS);
        }
    }

    int read(byte[] some) throws IOException {
        return read(some, some.length);
    }

    int read(byte[] some, int most) throws IOException {
        return in.read(some, 0, most);
    }

    /** Its own port. */
    int port() {
        return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static final class Trusting extends X509ExtendedTrustManager {
        @Override public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
