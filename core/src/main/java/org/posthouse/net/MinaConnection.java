package org.posthouse.net;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * A connection over a {@link Wire}. Buffers exist only while there is something in them: what an idle connection costs is
 * its parked thread. Output is flushed only when the thread is about to block, so that the replies to pipelined commands
 * leave together (RFC 2920 §3.2).
 */
final class MinaConnection implements Connection {
    private static final byte[] NO_OCTETS = {};
    private static final int FIRST_OUTPUT = 1024;
    private static final int MOST_OUTPUT = 16 * 1024; // one TLS record
    private static final int AT_ONCE = 64 * 1024; // what the JDK copies for the kernel, where that cannot read it itself

    private final Wire wire;
    private final Peer peer;
    private final ServerCertificates certificates;
    private final Duration tlsTimeout;

    private Layer layer;
    private ByteBuffer in = Wire.NOTHING;
    private byte[] out = NO_OCTETS;
    private int outLength;
    private Duration readTimeout = Duration.ofMinutes(1);
    private boolean touched;
    private boolean finished;
    private volatile boolean ending;

    MinaConnection(Wire wire, Peer peer, ServerCertificates certificates, Duration tlsTimeout) {
        this.wire = wire;
        this.peer = peer;
        this.certificates = certificates;
        this.tlsTimeout = tlsTimeout;
        this.layer = new Plain(wire);
    }

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public boolean secure() {
        return layer.secure();
    }

    @Override
    public String cipher() {
        return layer.cipher();
    }

    @Override
    public Optional<byte[]> channelBinding(String type) {
        return layer.channelBinding(type);
    }

    /** Whether the protocol has read or written anything yet. */
    boolean touched() {
        return touched;
    }

    @Override
    public boolean ending() {
        return ending;
    }

    @Override
    public void wake() {
        wire.wake();
    }

    @Override
    public void askToEnd() {
        ending = true;
        wire.wake();
    }

    @Override
    public Event await(Duration longest) throws IOException {
        return nextInput(Deadline.in(longest), wire::await);
    }

    @Override
    public void pause(Duration longest) throws IOException {
        flush();
        if (!ending) {
            wire.idle(Deadline.in(longest));
        }
    }

    @Override
    public ByteBuffer input() throws IOException {
        return input(Deadline.in(readTimeout));
    }

    private ByteBuffer input(Deadline until) throws IOException {
        if (nextInput(until, wire::awaitInput) == Event.TIMEOUT) {
            throw new SocketTimeoutException("the other side says nothing");
        }
        return in;
    }

    private interface Wait {
        Event until(Deadline end) throws IOException;
    }

    /** What comes may be records of TLS with nothing in them, which do not put the end off. */
    private Event nextInput(Deadline end, Wait wait) throws IOException {
        boolean some = false;
        while (!in.hasRemaining()) {
            in = layer.take();
            if (in.hasRemaining()) {
                break;
            }
            if (layer.ended()) {
                return Event.CLOSED;
            }
            flush();
            if (some && end.nanosLeft() <= 0) {
                return Event.TIMEOUT;
            }
            var event = wait.until(end);
            some = true;
            if (event == Event.WOKEN || event == Event.TIMEOUT) {
                return event;
            }
        }
        touched = true;
        return Event.INPUT;
    }

    @Override
    public Line readLine(int maxOctets) throws IOException {
        return new LineReader(maxOctets).read();
    }

    /** Puts one line together; its deadline is for the whole of it, so that nobody can send an octet a minute for ever. */
    private final class LineReader {
    private static final int LONGEST_END = 32; // of a line that is dropped
        private static final int MOST_DROPPED = 1024 * 1024;

        private final int maxOctets;
        private final Deadline until = Deadline.in(readTimeout);
        private byte[] line = NO_OCTETS;
        private long length;

        LineReader(int maxOctets) {
            this.maxOctets = maxOctets;
        }

        Line read() throws IOException {
            while (true) {
                var buffer = input(until);
                if (!buffer.hasRemaining()) {
                    return tooLong() ? dropped() : new Line(line, Line.Ending.END);
                }
                int end = lineFeed(buffer);
                boolean whole = end <= buffer.limit();
                add(buffer, Math.min(end, buffer.limit()));
                if (whole) {
                    return tooLong() ? dropped() : ended();
                }
            }
        }

        /** Behind the next line feed; behind the limit where there is none. */
        private int lineFeed(ByteBuffer buffer) {
            byte[] octets = buffer.array();
            int offset = buffer.arrayOffset();
            int limit = buffer.limit();
            for (int i = buffer.position(); i < limit; i++) {
                if (octets[offset + i] == '\n') {
                    return i + 1;
                }
            }
            return limit + 1;
        }

        private void add(ByteBuffer buffer, int end) throws IOException {
            int more = end - buffer.position();
            length += more;
            if (tooLong()) {
                keepEnd(buffer, more);
                if (length > maxOctets + MOST_DROPPED) {
                    throw new IOException("a line of more than " + length + " octets");
                }
                return;
            }
            line = Arrays.copyOf(line, (int) length);
            buffer.get(line, (int) length - more, more);
        }

        private void keepEnd(ByteBuffer buffer, int more) {
            int fresh = Math.min(more, LONGEST_END);
            var kept = Arrays.copyOfRange(line, Math.max(0, line.length + fresh - LONGEST_END), line.length + fresh);
            buffer.position(buffer.position() + more - fresh);
            buffer.get(kept, kept.length - fresh, fresh);
            line = kept;
        }

        private boolean tooLong() {
            return length > maxOctets;
        }

        private Line dropped() {
            return line[line.length - 1] == '\n' ? new Line(ended().octets(), Line.Ending.TOO_LONG) : new Line(line, Line.Ending.TOO_LONG);
        }

        private Line ended() {
            int feed = line.length - 1;
            return feed > 0 && line[feed - 1] == '\r'
                    ? new Line(Arrays.copyOf(line, feed - 1), Line.Ending.CRLF)
                    : new Line(Arrays.copyOf(line, feed), Line.Ending.LF);
        }
    }

    @Override
    public void readTimeout(Duration longest) {
        readTimeout = longest;
    }

    @Override
    public void write(byte[] octets, int from, int length) throws IOException {
        write(ByteBuffer.wrap(octets, from, length));
    }

    @Override
    public void write(ByteBuffer octets) throws IOException {
        touched = true;
        int length = octets.remaining();
        if (outLength + length > MOST_OUTPUT) {
            flush();
        }
        if (length > MOST_OUTPUT) {
            writePast(octets);
            return;
        }
        if (outLength + length > out.length) {
            int size = Math.max(FIRST_OUTPUT, 4 * out.length);
            while (size < outLength + length) {
                size *= 4;
            }
            out = Arrays.copyOf(out, size);
        }
        octets.get(out, outLength, length);
        outLength += length;
    }

    private void writePast(ByteBuffer octets) throws IOException {
        int end = octets.limit();
        while (octets.position() < end) {
            octets.limit(octets.isDirect() ? end : Math.min(end, octets.position() + AT_ONCE));
            layer.write(octets);
        }
    }

    @Override
    public void flush() throws IOException {
        var octets = ByteBuffer.wrap(out, 0, outLength);
        out = NO_OCTETS;
        outLength = 0;
        if (octets.hasRemaining()) {
            layer.write(octets);
        }
    }

    @Override
    public boolean hasInput() {
        return in.hasRemaining() || layer.waiting();
    }

    /**
     * What came before the go-ahead is dropped here; what comes in the clear after it can only fail as a TLS record. So no
     * octet received without TLS is ever read with it.
     */
    @Override
    public void startTls(String goAhead) throws IOException {
        if (secure()) {
            throw new IllegalStateException("TLS is on already");
        }
        in = Wire.NOTHING;
        wire.drop();
        write(goAhead.getBytes(StandardCharsets.US_ASCII));
        flush();
        handshake();
    }

    /** Takes the server's side of a TLS handshake. There is no way back: when it fails, all reading and writing fails. */
    void handshake() throws IOException {
        var tls = new Tls(certificates.engine(), wire);
        layer = tls;
        tls.handshake(tlsTimeout);
    }

    /** What has come behind the client's wish is compressed already, or nothing that can be read. */
    @Override
    public void compress(String goAhead) throws IOException {
        if (layer instanceof Deflated) {
            throw new IllegalStateException("compression is on already");
        }
        write(goAhead.getBytes(StandardCharsets.US_ASCII));
        flush();
        layer = new Deflated(layer, in);
        in = Wire.NOTHING;
    }

    @Override
    public void close() {
        if (finished) {
            return;
        }
        finished = true;
        try {
            flush();
            layer.finish();
        } catch (IOException e) {
            wire.cut(); // the other side is gone, which is what was wanted
        }
    }
}
