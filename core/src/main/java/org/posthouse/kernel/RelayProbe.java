package org.posthouse.kernel;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.posthouse.net.Listener;
import org.posthouse.net.Listeners;

/** Plays a trick on a listener of ours, up to the reply to RCPT; no message is ever sent. */
final class RelayProbe {
    private static final Duration PATIENCE = Duration.ofSeconds(60); // greetings and refusals may be slow on purpose
    private static final int LONGEST_LINE = 2_048;
    private static final int MOST_LINES = 100;

    private final Listeners.Bound listener;
    private final InetAddress at;
    private final Optional<InetAddress> source;

    /** @param source the address to come from, where it matters */
    RelayProbe(Listeners.Bound listener, InetAddress at, Optional<InetAddress> source) {
        this.listener = listener;
        this.at = at;
        this.source = source;
    }

    /** The reply that decides: to the first command that is refused, else to RCPT. */
    String reply(RelayTrick trick) {
        try (var plain = new Socket()) {
            if (source.isPresent()) {
                plain.bind(new InetSocketAddress(source.get(), 0));
            }
            plain.connect(new InetSocketAddress(at, listener.address().getPort()), (int) PATIENCE.toMillis());
            plain.setSoTimeout((int) PATIENCE.toMillis());
            try (var socket = listener.tls() == Listener.Tls.IMPLICIT ? secured(plain) : plain) {
                return played(trick, socket);
            }
        } catch (IOException e) {
            return "no answer: " + e.getMessage();
        }
    }

    private String played(RelayTrick trick, Socket socket) throws IOException {
        var in = new BufferedInputStream(socket.getInputStream());
        var hello = (listener.protocol().equals("lmtp") ? "LHLO" : "EHLO") + " doctor.invalid";
        var reply = reply(in);
        if (reply.startsWith("2")) {
            reply = said(socket, in, hello);
        }
        if (reply.startsWith("2") && !trick.before().isEmpty()) {
            said(socket, in, trick.before()); // may be refused, and has no effect then
            reply = said(socket, in, hello);
        }
        if (reply.startsWith("2")) {
            reply = said(socket, in, "MAIL FROM:" + trick.from());
        }
        return reply.startsWith("2") ? said(socket, in, "RCPT TO:" + trick.to()) : reply;
    }

    private static String said(Socket socket, InputStream in, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        return reply(in);
    }

    /** Its last line. */
    private static String reply(InputStream in) throws IOException {
        var line = "";
        for (int i = 0; i < MOST_LINES; i++) {
            line = line(in);
            if (line.length() < 4 || line.charAt(3) != '-') {
                break;
            }
        }
        return line;
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c; (c = in.read()) != '\n' && line.length() < LONGEST_LINE;) {
            if (c < 0) {
                throw new IOException("the connection was closed");
            }
            line.append(c < ' ' ? ' ' : (char) c);
        }
        return line.toString().strip();
    }

    /** It is our own listener, at our own address: its certificate proves nothing more. */
    private static SSLSocket secured(Socket plain) throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Trusting()}, null);
            var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, plain.getInetAddress().getHostAddress(), plain.getPort(), true);
            socket.startHandshake();
            return socket;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static final class Trusting implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
