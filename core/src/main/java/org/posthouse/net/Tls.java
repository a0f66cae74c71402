package org.posthouse.net;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.posthouse.net.Connection.Event;

/**
 * TLS 1.2 or 1.3 (RFC 5246, RFC 8446) on the session's own thread: it reads and writes whole records and blocks where it has
 * to, as everything else in a session does.
 */
final class Tls implements Layer {
    private static final int RECORDS_AT_ONCE = 4;
    private static final int MOST_EMPTY = 32; // records in a row without content: nobody needs them, each costs us and resets no deadline

    private final SSLEngine engine;
    private final Wire wire;
    private ByteBuffer encoded = Wire.NOTHING;
    private ByteBuffer decoded = Wire.NOTHING; // what came in one go with the end of the handshake
    private boolean ended;
    private int empty;

    Tls(SSLEngine engine, Wire wire) {
        this.engine = engine;
        this.wire = wire;
    }

    /** @throws SSLException when the two sides do not agree; the other side was told by an alert */
    void handshake(Duration longest) throws IOException {
        var until = Deadline.in(longest);
        try {
            engine.beginHandshake();
            while (true) {
                switch (engine.getHandshakeStatus()) {
                    case NEED_TASK -> runTasks();
                    case NEED_WRAP -> wrap(Wire.NOTHING);
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrapHandshake(until);
                    case FINISHED, NOT_HANDSHAKING -> {
                        return;
                    }
                }
            }
        } catch (SSLException e) {
            sendAlert();
            throw e;
        }
    }

    private void unwrapHandshake(Deadline until) throws IOException {
        var plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        switch (unwrap(plain).getStatus()) {
            case OK -> decoded = plain.flip();
            case CLOSED -> throw new EOFException("the other side ended the handshake");
            case BUFFER_OVERFLOW -> throw new SSLException("a record that is too large");
            case BUFFER_UNDERFLOW -> {
                if (!more()) {
                    var event = wire.awaitInput(until);
                    if (event == Event.TIMEOUT) {
                        throw new SocketTimeoutException("the TLS handshake takes too long");
                    }
                    if (event == Event.CLOSED) {
                        throw new EOFException("the other side left in the handshake");
                    }
                }
            }
        }
    }

    private void runTasks() {
        for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    /** After a failure the engine has an alert ready, if anything. */
    private void sendAlert() throws IOException {
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && wrap(Wire.NOTHING)) { }
    }

    @Override
    public ByteBuffer take() throws IOException {
        if (decoded.hasRemaining()) {
            var early = decoded;
            decoded = Wire.NOTHING;
            return early;
        }
        if (ended || !encoded.hasRemaining() && !more()) {
            return Wire.NOTHING;
        }
        var plain = ByteBuffer.allocate(Math.min(encoded.remaining(), engine.getSession().getApplicationBufferSize()));
        while (true) {
            var result = unwrap(plain);
            switch (result.getStatus()) {
                case OK -> {
                    tendTo(result.getHandshakeStatus());
                    if (plain.position() > 0) {
                        empty = 0;
                        return plain.flip();
                    }
                    if (++empty > MOST_EMPTY) { // also key updates (RFC 8446 §4.6.3), which ask for an answer each
                        throw new SSLException("records without content");
                    }
                }
                case BUFFER_OVERFLOW -> plain = ByteBuffer.allocate(larger(plain));
                case BUFFER_UNDERFLOW -> {
                    if (!more()) {
                        encoded = small(encoded);
                        return Wire.NOTHING;
                    }
                }
                case CLOSED -> {
                    ended = true;
                    return Wire.NOTHING;
                }
            }
        }
    }

    private int larger(ByteBuffer tooSmall) throws SSLException {
        int size = engine.getSession().getApplicationBufferSize();
        if (tooSmall.capacity() >= size) {
            throw new SSLException("a record that is too large");
        }
        return size;
    }

    private SSLEngineResult unwrap(ByteBuffer plain) throws IOException {
        try {
            return engine.unwrap(encoded, plain);
        } catch (SSLException e) {
            sendAlert();
            throw e;
        }
    }

    /** Joins the next buffer from the wire to what is left of the last; false when none is here. */
    private boolean more() {
        var next = wire.take();
        if (!next.hasRemaining()) {
            return false;
        }
        encoded = encoded.hasRemaining()
                ? ByteBuffer.allocate(encoded.remaining() + next.remaining()).put(encoded).put(next).flip() : next;
        return true;
    }

    /** The first octets of a record may lie in a large buffer, which is not kept for them while the session waits. */
    private static ByteBuffer small(ByteBuffer part) {
        return part.remaining() * 2 > part.capacity() ? part : ByteBuffer.allocate(part.remaining()).put(part).flip();
    }

    /** RFC 8446 §4.6: key updates are answered. RFC 5246 §7.4.1.1: a renegotiation is refused, it only costs. */
    private void tendTo(HandshakeStatus status) throws IOException {
        if (status == HandshakeStatus.NOT_HANDSHAKING || status == HandshakeStatus.FINISHED) {
            return;
        }
        if (!engine.getSession().getProtocol().equals("TLSv1.3")) {
            throw new SSLException("the other side wants to renegotiate");
        }
        runTasks();
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && wrap(Wire.NOTHING)) { }
    }

    @Override
    public boolean waiting() {
        return decoded.hasRemaining() || encoded.hasRemaining() || wire.waiting();
    }

    @Override
    public boolean ended() {
        return !decoded.hasRemaining() && (ended || wire.ended());
    }

    @Override
    public void write(ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            if (!wrap(octets)) {
                throw new EOFException("TLS was ended");
            }
        }
    }

    /** Encodes some records, of the handshake and of these octets, and sends them in one go; false when there are none. */
    private boolean wrap(ByteBuffer octets) throws IOException {
        int record = engine.getSession().getPacketBufferSize();
        boolean many = octets.remaining() > record || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
        var records = ByteBuffer.allocate(many ? RECORDS_AT_ONCE * record : record);
        SSLEngineResult result;
        do {
            result = engine.wrap(octets, records);
        } while (result.getStatus() == SSLEngineResult.Status.OK && result.bytesProduced() > 0
                && (octets.hasRemaining() || engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP));
        boolean some = records.flip().hasRemaining();
        if (some) {
            wire.write(records);
        }
        return some;
    }

    @Override
    public void finish() throws IOException {
        engine.closeOutbound();
        wrap(Wire.NOTHING);
        wire.finish();
    }

    @Override
    public boolean secure() {
        return true;
    }

    @Override
    public String cipher() {
        return engine.getSession().getProtocol() + " " + engine.getSession().getCipherSuite();
    }

    @Override
    public Optional<byte[]> channelBinding(String type) {
        return ChannelBindings.of(engine, type);
    }
}
