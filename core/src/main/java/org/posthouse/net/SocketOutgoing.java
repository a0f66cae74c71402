package org.posthouse.net;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.posthouse.net.Line.Ending;

/**
 * A socket with a guard: a sleeping thread that closes it at the deadline, since a thread that waits for the other side to read
 * has no other clock.
 */
final class SocketOutgoing implements Outgoing {
    private static final int BUFFER = 16 * 1024;
    private static final Duration FAREWELL = Duration.ofSeconds(1);
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** What gives the context, which may have to be read from files. */
    interface TlsSource {
        SocketConnector.Tls get() throws IOException;
    }

    private final Socket plain;
    private final TlsSource tls;
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private final Thread guard;
    private final byte[] buffer = new byte[BUFFER];
    private int from;
    private int to;
    private Socket socket;
    private InputStream in;
    private OutputStream out;
    private Optional<Secured> secured = Optional.empty();
    private volatile Deadline deadline;
    private volatile boolean overdue;
    private volatile boolean closed;

    SocketOutgoing(Socket connected, TlsSource tls, Deadline deadline) throws IOException {
        this.plain = connected;
        this.tls = tls;
        this.deadline = deadline;
        this.remote = (InetSocketAddress) connected.getRemoteSocketAddress();
        this.local = (InetSocketAddress) connected.getLocalSocketAddress();
        use(connected);
        this.guard = Thread.ofVirtual().name("guard of " + remote).start(this::guard);
    }

    private void use(Socket next) throws IOException {
        socket = next;
        in = next.getInputStream();
        out = new BufferedOutputStream(next.getOutputStream(), BUFFER);
    }

    private void guard() {
        while (!closed) {
            long left = deadline.nanosLeft();
            if (left <= 0) {
                overdue = true;
                abort();
                return;
            }
            LockSupport.parkNanos(left);
        }
    }

    private void abort() {
        try {
            plain.close();
        } catch (IOException gone) {
            overdue = true; // there is nothing left of it
        }
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    @Override
    public void within(Duration longest) {
        var before = deadline;
        var next = Deadline.in(longest);
        deadline = next;
        if (next.nanoTime() - before.nanoTime() < 0) {
            LockSupport.unpark(guard);
        }
    }

    @Override
    public Line readLine(int mostOctets) throws IOException {
        var line = new ByteArrayOutputStream(128);
        while (true) {
            if (from == to && !fill()) {
                return new Line(line.toByteArray(), Ending.END);
            }
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            if (line.size() + end - from > mostOctets + 1) { // its CR is not counted
                return new Line(new byte[0], Ending.TOO_LONG);
            }
            line.write(buffer, from, end - from);
            from = Math.min(end + 1, to);
            if (end < to) {
                return ended(line.toByteArray());
            }
        }
    }

    private static Line ended(byte[] octets) {
        boolean cr = octets.length > 0 && octets[octets.length - 1] == '\r';
        return cr ? new Line(Arrays.copyOf(octets, octets.length - 1), Ending.CRLF) : new Line(octets, Ending.LF);
    }

    private boolean fill() throws IOException {
        try {
            from = 0;
            to = Math.max(in.read(buffer), 0);
            return to > 0;
        } catch (IOException e) {
            to = 0;
            throw failed(e);
        }
    }

    /** A closed socket says nothing of why. */
    private IOException failed(IOException e) {
        if (!overdue) {
            return e;
        }
        var late = new SocketTimeoutException("the other side took too long");
        late.initCause(e);
        return late;
    }

    @Override
    public void write(byte[] octets, int first, int length) throws IOException {
        try {
            out.write(octets, first, length);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public Secured startTls(Optional<String> name, Trust trust) throws IOException {
        if (from < to) {
            throw new TlsFailure(TlsFailure.Why.HANDSHAKE, "it went on before the handshake"); // RFC 3207 §6
        }
        flush();
        var made = tls.get();
        try {
            var layered = (SSLSocket) made.context().getSocketFactory().createSocket(plain, name.orElse(null), remote.getPort(), true);
            var parameters = layered.getSSLParameters();
            parameters.setProtocols(VERSIONS);
            parameters.setServerNames(List.of());
            name.ifPresent(n -> parameters.setServerNames(List.of(new SNIHostName(n))));
            layered.setSSLParameters(parameters);
            layered.startHandshake();
            use(layered);
            var proof = new PeerCertificate(layered.getSession().getPeerCertificates(), made.roots()).check(trust);
            secured = Optional.of(new Secured(layered.getSession().getProtocol(), layered.getSession().getCipherSuite(), proof.proof(),
                    proof.subject()));
            return secured.get();
        } catch (SSLException | IllegalArgumentException e) {
            throw overdue ? failed(new IOException(e)) : new TlsFailure(TlsFailure.Why.HANDSHAKE, "no handshake: " + e.getMessage(), e);
        } catch (TlsFailure e) {
            throw e;
        } catch (IOException e) {
            throw overdue ? failed(e) : new TlsFailure(TlsFailure.Why.HANDSHAKE, "no handshake: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<Secured> secured() {
        return secured;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        within(FAREWELL);
        try {
            socket.close();
        } catch (IOException gone) {
            overdue = true; // the other side was faster
        } finally {
            closed = true;
            abort();
            LockSupport.unpark(guard);
        }
    }
}
