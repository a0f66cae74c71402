package org.posthouse.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.posthouse.message.Network;
import org.posthouse.message.SessionId;

/**
 * A connection without sockets: {@link #serve} runs the protocol on a virtual thread, the test is the client and uses
 * {@link #send}, {@link #line}, {@link #handshake}, {@link #end}. What the client sends before {@code serve} has arrived
 * before the greeting.
 *
 * <p>Deadlines follow the test's own time: it stands still until {@link #pass} moves it, which waits first until the server
 * itself waits for input. The client's own waits are in real time and fail the test after some seconds.
 */
public final class ScriptedConnection implements Connection {
    public static final String CIPHER = "TLSv1.3 TEST";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_DROPPED = 1 << 20;

    /** A listener of that role and TLS, with nothing else special. */
    public record TestListener(String name, String protocol, Role role, Tls tls, List<Network> relayFrom) implements Listener {
        public TestListener(Role role, Tls tls) {
            this("test", "test", role, tls, List.of());
        }
    }

    private final Peer peer;
    private final Lock wire = new ReentrantLock();
    private final Condition moved = wire.newCondition();

    // changed under wire
    private final Deque<ByteBuffer> toServer = new ArrayDeque<>();
    private final ByteArrayOutputStream toClient = new ByteArrayOutputStream();
    private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private int segmentOctets = Integer.MAX_VALUE;
    private boolean clientEnded;
    private boolean serverEnded;
    private boolean returned;
    private boolean waiting;
    private boolean woken;
    private volatile boolean ending;
    private boolean handshaking;
    private boolean shaken;
    private volatile boolean secure;
    private Throwable failure;

    // of the serving thread
    private final ByteArrayOutputStream unflushed = new ByteArrayOutputStream();
    private ByteBuffer taken = ByteBuffer.allocate(0);
    private Duration readTimeout = Duration.ofMinutes(1);

    public ScriptedConnection(Peer peer) {
        this.peer = peer;
        this.secure = peer.listener().tls() == Listener.Tls.IMPLICIT;
    }

    public ScriptedConnection(Listener.Role role, Listener.Tls tls) {
        this(peer(new TestListener(role, tls)));
    }

    public static Peer peer(Listener listener) {
        return peer("S1", listener, "192.0.2.1");
    }

    public static Peer peer(String session, Listener listener, String address) {
        return new Peer(new SessionId(session), new InetSocketAddress(address, 40_000),
                new InetSocketAddress("192.0.2.25", 25), listener, false);
    }

    // ---- the client's side, for the test

    /** Serves this connection by that protocol on a virtual thread. */
    public ScriptedConnection serve(Protocol protocol) {
        Thread.ofVirtual().name("serve " + peer.session()).start(() -> {
            Throwable thrown = null;
            try {
                protocol.serve(this);
            } catch (Throwable e) {
                thrown = e;
            }
            ended(thrown);
        });
        return this;
    }

    private void ended(Throwable thrown) {
        close();
        locked(() -> {
            failure = thrown;
            returned = true;
        });
    }

    /** Sends text as UTF-8; the caller gives the line end. */
    public void send(String text) {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    public void send(byte[] octets) {
        if (octets.length > 0) {
            locked(() -> toServer.add(ByteBuffer.wrap(octets.clone())));
        }
    }

    /** Hands the server at most so many octets at a time, as if each came in a segment of its own. */
    public void segments(int octets) {
        locked(() -> segmentOctets = octets);
    }

    /** The next line the server sends, without its CRLF, as UTF-8; empty when the connection was closed before one. */
    public Optional<String> line() {
        wire.lock();
        try {
            hold("a line", () -> endOfLine() >= 0 || serverEnded);
            var line = firstLine();
            if (line.isPresent()) {
                takeOutput(endOfLine() + 1);
            }
            return line;
        } finally {
            wire.unlock();
        }
    }

    /** The line that {@link #line} will give; empty also when the server waits for us instead. */
    public Optional<String> peekLine() {
        wire.lock();
        try {
            hold("a line", () -> endOfLine() >= 0 || serverEnded || idle());
            return firstLine();
        } finally {
            wire.unlock();
        }
    }

    private Optional<String> firstLine() {
        int end = endOfLine();
        return end < 0 ? Optional.empty()
                : Optional.of(new String(toClient.toByteArray(), 0, end, StandardCharsets.UTF_8).replaceFirst("\r$", ""));
    }

    /** Waits until the server waits for us or has ended, and gives all it has sent and we have not read. */
    public String rest() {
        wire.lock();
        try {
            hold("the server to be idle", () -> idle() || serverEnded);
            return takeOutput(toClient.size());
        } finally {
            wire.unlock();
        }
    }

    /** Does the client's part of the TLS handshake, once the server has said its go-ahead. */
    public void handshake() {
        wire.lock();
        try {
            hold("the server to start TLS", () -> handshaking || serverEnded);
            if (serverEnded) {
                throw new AssertionError("the server closed the connection instead of starting TLS");
            }
            shaken = true;
            moved.signalAll();
            hold("the end of the handshake", () -> !handshaking);
        } finally {
            wire.unlock();
        }
    }

    /** Lets time pass for the server, once it waits for input. */
    public void pass(Duration time) {
        wire.lock();
        try {
            hold("the server to be idle", () -> idle() || serverEnded);
            now = now.plus(time);
            moved.signalAll();
        } finally {
            wire.unlock();
        }
    }

    /** Ends the client's stream. */
    public void end() {
        locked(() -> clientEnded = true);
    }

    /** Waits until the protocol has returned; what it threw, if it did. */
    public Optional<Throwable> outcome() {
        wire.lock();
        try {
            hold("the protocol to return", () -> returned);
            return Optional.ofNullable(failure);
        } finally {
            wire.unlock();
        }
    }

    /** The connection's time, for components that take a clock. */
    public Clock clock() {
        InstantSource source = () -> now;
        return source.withZone(ZoneOffset.UTC);
    }

    private void hold(String what, BooleanSupplier condition) {
        long nanos = PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (nanos <= 0) {
                throw new AssertionError("waited " + PATIENCE.toSeconds() + " s for " + what
                        + (waiting ? "; the server waits for input" : "; the server is busy") + "; unread output: "
                        + toClient.toString(StandardCharsets.UTF_8));
            }
            try {
                nanos = moved.awaitNanos(nanos);
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted", e);
            }
        }
    }

    private boolean inputOrEnd() {
        return !toServer.isEmpty() || clientEnded;
    }

    private boolean idle() {
        return waiting && !inputOrEnd() && !woken;
    }

    private int endOfLine() {
        byte[] all = toClient.toByteArray();
        for (int i = 0; i < all.length; i++) {
            if (all[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private String takeOutput(int octets) {
        byte[] all = toClient.toByteArray();
        toClient.reset();
        toClient.write(all, octets, all.length - octets);
        return new String(all, 0, octets, StandardCharsets.UTF_8);
    }

    private void locked(Runnable change) {
        wire.lock();
        try {
            change.run();
            moved.signalAll();
        } finally {
            wire.unlock();
        }
    }

    // ---- the server's side

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public boolean secure() {
        return secure;
    }

    @Override
    public String cipher() {
        return secure() ? CIPHER : "";
    }

    /** With TLS, {@code tls-exporter} is the octets of {@link #CIPHER}. */
    @Override
    public Optional<byte[]> channelBinding(String type) {
        return secure() && type.equals("tls-exporter") ? Optional.of(CIPHER.getBytes(StandardCharsets.US_ASCII)) : Optional.empty();
    }

    @Override
    public Event await(Duration longest) throws IOException {
        flush();
        if (taken.hasRemaining()) {
            return Event.INPUT;
        }
        wire.lock();
        try {
            if (waits(longest, () -> inputOrEnd() || woken)) {
                return Event.TIMEOUT;
            }
            if (woken) {
                woken = false;
                return Event.WOKEN;
            }
            return !toServer.isEmpty() ? Event.INPUT : Event.CLOSED;
        } finally {
            wire.unlock();
        }
    }

    @Override
    public void pause(Duration longest) throws IOException {
        flush();
        wire.lock();
        try {
            waits(longest, () -> clientEnded || woken || ending);
        } finally {
            wire.unlock();
        }
    }

    /** Waits until something of that has happened; true when the time was over first. */
    private boolean waits(Duration longest, BooleanSupplier happened) throws IOException {
        var deadline = now.plus(longest);
        waiting = true;
        moved.signalAll();
        try {
            while (!happened.getAsBoolean()) {
                if (!now.isBefore(deadline)) {
                    return true;
                }
                moved.await(1, TimeUnit.MINUTES);
            }
            return false;
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        } finally {
            waiting = false;
        }
    }

    @Override
    public boolean ending() {
        return ending;
    }

    @Override
    public void wake() {
        locked(() -> woken = true);
    }

    @Override
    public void askToEnd() {
        locked(() -> {
            ending = true;
            woken = true;
        });
    }

    @Override
    public ByteBuffer input() throws IOException {
        if (taken.hasRemaining()) {
            return taken;
        }
        flush();
        wire.lock();
        try {
            if (waits(readTimeout, this::inputOrEnd)) {
                throw new SocketTimeoutException("nothing came within " + readTimeout);
            }
            taken = toServer.isEmpty() ? ByteBuffer.allocate(0) : segment(toServer.peek());
            return taken;
        } finally {
            wire.unlock();
        }
    }

    private ByteBuffer segment(ByteBuffer first) {
        int octets = Math.min(first.remaining(), segmentOctets);
        var segment = first.slice(first.position(), octets);
        first.position(first.position() + octets);
        if (!first.hasRemaining()) {
            toServer.remove();
        }
        return segment;
    }

    @Override
    public Line readLine(int maxOctets) throws IOException {
        var line = new ByteArrayOutputStream();
        var end = ""; // of all that came
        int dropped = 0;
        while (true) {
            var in = input();
            if (!in.hasRemaining()) {
                return new Line(line.toByteArray(), Line.Ending.END);
            }
            byte octet = in.get();
            end = end.substring(Math.max(0, end.length() - 31)) + (char) (octet & 0xff);
            if (line.size() < maxOctets) {
                line.write(octet);
            } else if (++dropped > MOST_DROPPED) {
                throw new IOException("a line without end");
            }
            if (octet == '\n') {
                return dropped > 0 ? new Line(line(end.getBytes(StandardCharsets.ISO_8859_1)).octets(), Line.Ending.TOO_LONG) : line(line.toByteArray());
            }
        }
    }

    private static Line line(byte[] withEnd) {
        int length = withEnd.length - 1;
        boolean crlf = length > 0 && withEnd[length - 1] == '\r';
        return new Line(Arrays.copyOf(withEnd, crlf ? length - 1 : length), crlf ? Line.Ending.CRLF : Line.Ending.LF);
    }

    @Override
    public void readTimeout(Duration longest) {
        readTimeout = longest;
    }

    @Override
    public void write(byte[] octets, int from, int length) {
        unflushed.write(octets, from, length);
    }

    @Override
    public void flush() throws IOException {
        wire.lock();
        try {
            if (serverEnded) {
                throw new IOException("closed");
            }
            toClient.writeBytes(unflushed.toByteArray());
            unflushed.reset();
            moved.signalAll();
        } finally {
            wire.unlock();
        }
    }

    @Override
    public boolean hasInput() {
        wire.lock();
        try {
            return taken.hasRemaining() || !toServer.isEmpty();
        } finally {
            wire.unlock();
        }
    }

    @Override
    public void startTls(String goAhead) throws IOException {
        taken = ByteBuffer.allocate(0);
        wire.lock();
        try {
            toServer.clear();
            write(goAhead);
            handshaking = true;
            flush();
            while (!shaken && !clientEnded) {
                moved.await(1, TimeUnit.MINUTES);
            }
            if (!shaken || !toServer.isEmpty()) {
                throw new IOException("the handshake failed");
            }
            secure = true;
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        } finally {
            handshaking = false;
            moved.signalAll();
            wire.unlock();
        }
    }

    /** Nothing is really compressed. */
    @Override
    public void compress(String goAhead) throws IOException {
        write(goAhead);
        flush();
    }

    @Override
    public void close() {
        try {
            flush();
        } catch (IOException _) {
            // closed already
        }
        locked(() -> serverEnded = true);
    }
}
