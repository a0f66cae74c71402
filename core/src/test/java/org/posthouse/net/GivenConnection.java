package org.posthouse.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * A connection whose client says all it has to say whatever it is told, for one thread: what arrives together is between two
 * {@link #APART}, and where nothing is between them the time is over. TLS begins with what arrives next.
 */
public final class GivenConnection implements Connection {
    public static final byte APART = 0x1e;

    private final Peer peer;
    private final byte[] input;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private ByteBuffer arrived = ByteBuffer.allocate(0);
    private int next;
    private boolean secure;

    public GivenConnection(Listener.Role role, Listener.Tls tls, byte[] input) {
        this.peer = ScriptedConnection.peer(new ScriptedConnection.TestListener(role, tls));
        this.secure = tls == Listener.Tls.IMPLICIT;
        this.input = input;
    }

    /** All that the server has said. */
    public String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    /** What no one has taken yet, of what arrived and of what did not. */
    public int left() {
        return arrived.remaining() + input.length - next;
    }

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
        return secure ? ScriptedConnection.CIPHER : "";
    }

    @Override
    public Optional<byte[]> channelBinding(String type) {
        return secure && type.equals("tls-exporter") ? Optional.of(cipher().getBytes(StandardCharsets.US_ASCII)) : Optional.empty();
    }

    @Override
    public Event await(Duration longest) {
        if (arrived.hasRemaining()) {
            return Event.INPUT;
        }
        if (next == input.length) {
            return Event.CLOSED;
        }
        arrive();
        return arrived.hasRemaining() ? Event.INPUT : Event.TIMEOUT;
    }

    private void arrive() {
        int end = next;
        while (end < input.length && input[end] != APART) {
            end++;
        }
        arrived = ByteBuffer.wrap(input, next, end - next).slice();
        next = Math.min(end + 1, input.length);
    }

    @Override
    public ByteBuffer input() throws IOException {
        if (!arrived.hasRemaining() && next < input.length) {
            arrive();
            if (!arrived.hasRemaining()) {
                throw new SocketTimeoutException("as the input has it");
            }
        }
        return arrived;
    }

    @Override
    public Line readLine(int maxOctets) throws IOException {
        var line = new ByteArrayOutputStream();
        boolean whole = true;
        for (var in = input(); in.hasRemaining(); in = input()) {
            byte octet = in.get();
            whole &= line.size() < maxOctets;
            if (whole) {
                line.write(octet);
            }
            if (octet == '\n') {
                return whole ? line(line.toByteArray()) : new Line(new byte[0], Line.Ending.TOO_LONG);
            }
        }
        return new Line(line.toByteArray(), Line.Ending.END);
    }

    private static Line line(byte[] withEnd) {
        int length = withEnd.length - 1;
        boolean crlf = length > 0 && withEnd[length - 1] == '\r';
        return new Line(Arrays.copyOf(withEnd, crlf ? length - 1 : length), crlf ? Line.Ending.CRLF : Line.Ending.LF);
    }

    @Override
    public boolean hasInput() {
        return arrived.hasRemaining();
    }

    @Override
    public void startTls(String goAhead) throws IOException {
        write(goAhead);
        arrived = ByteBuffer.allocate(0);
        if (next == input.length) {
            throw new IOException("the handshake failed");
        }
        secure = true;
    }

    /** Nobody waits. */
    @Override
    public void pause(Duration longest) {}

    /** Nothing is really compressed. */
    @Override
    public void compress(String goAhead) throws IOException {
        write(goAhead);
    }

    @Override
    public void write(byte[] octets, int from, int length) {
        output.write(octets, from, length);
    }

    @Override
    public boolean ending() {
        return false;
    }

    @Override
    public void wake() {
        throw new AssertionError("only other threads wake");
    }

    @Override
    public void askToEnd() {
        throw new AssertionError("only other threads end it");
    }

    @Override
    public void readTimeout(Duration longest) {
        // what comes late is in the input
    }

    @Override
    public void flush() {
        // all is there at once
    }

    @Override
    public void close() {
        next = input.length;
    }
}
