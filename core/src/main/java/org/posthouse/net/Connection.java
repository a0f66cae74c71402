package org.posthouse.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One client's connection as its protocol sees it: blocking, buffered both ways, with a deadline on every wait. All methods
 * but {@link #wake} and {@link #askToEnd} belong to the one thread that serves it.
 */
@ProviderType
public interface Connection {
    /** What ended a wait: octets to read, a call of {@link #wake} or {@link #askToEnd}, the time, or the other side. */
    enum Event { INPUT, WOKEN, TIMEOUT, CLOSED }

    Peer peer();

    /** Whether TLS is on now. */
    boolean secure();

    /** Of the TLS in use, {@code TLSv1.3 TLS_AES_128_GCM_SHA256}; empty without TLS. */
    String cipher();

    /**
     * What names the TLS of this connection and no other, to bind a log-in to it (RFC 5056): {@code tls-exporter} (RFC 9266, with
     * TLS 1.3) or {@code tls-server-end-point} (RFC 5929 §4). Empty without TLS, and for a type that this TLS cannot serve.
     */
    default Optional<byte[]> channelBinding(String type) {
        return Optional.empty();
    }

    /**
     * Waits for input at a point where the connection may also be ended: between two commands. Flushes output first.
     * INPUT at once when something is buffered.
     */
    Event await(Duration longest) throws IOException;

    /**
     * Lets the client wait, whatever it sends, before it gets an answer it has not earned. Flushes output first; ends early with the
     * connection, or when that is asked to end.
     */
    void pause(Duration longest) throws IOException;

    /** Whether the server wants this connection to end at its next idle point (421, {@code * BYE}). */
    boolean ending();

    /** Makes a running or the next {@link #await} return WOKEN. From any thread. */
    void wake();

    /** Sets {@link #ending} and wakes. From any thread. */
    void askToEnd();

    /**
     * The octets that have arrived and were not taken yet; taking is moving the buffer's position. Blocks (after flushing
     * output) until there is at least one; a buffer with nothing remaining means the other side has ended its stream. The
     * buffer is valid until the next call of any reading method.
     *
     * @throws java.net.SocketTimeoutException when nothing came within {@link #readTimeout}
     */
    ByteBuffer input() throws IOException;

    /**
     * Reads one line. A line of more than {@code maxOctets} (line end included) is dropped without being kept, and comes back as
     * {@link Line.Ending#TOO_LONG} with its last octets, up to 30, by which it may announce what follows it; at most 1 MB is dropped so, then the connection is closed with an
     * IOException. Deadline as for {@link #input}.
     */
    Line readLine(int maxOctets) throws IOException;

    /** How long one read waits for the next octets; one minute until set. */
    void readTimeout(Duration longest);

    /** Puts octets into the output buffer; blocks while the other side reads too slowly, at most the listener's write time-out. */
    void write(byte[] octets, int from, int length) throws IOException;

    default void write(byte[] octets) throws IOException {
        write(octets, 0, octets.length);
    }

    /** Writes what remains in a buffer, and takes it. A large one is on its way when this returns, not copied. */
    default void write(ByteBuffer octets) throws IOException {
        var copy = new byte[octets.remaining()];
        octets.get(copy);
        write(copy);
    }

    /** Writes UTF-8 text as it is; the caller gives the line end. */
    default void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends what is in the output buffer. Reading methods flush by themselves before they block. */
    void flush() throws IOException;

    /** Whether octets are buffered that were not taken yet: the client pipelines (or talks early). */
    boolean hasInput();

    /**
     * STARTTLS: drops every octet that was received and not taken (RFC 3207 §4.2), sends {@code goAhead} in the clear, and
     * returns when the handshake is done.
     *
     * @throws IOException when the handshake fails; the connection is of no more use
     */
    void startTls(String goAhead) throws IOException;

    /**
     * Sends {@code goAhead} as it is; from then on octets are compressed in both directions (RFC 4978, DEFLATE). At most once, and
     * not before {@link #startTls}.
     */
    void compress(String goAhead) throws IOException;

    /** Ends the connection after sending what is buffered. */
    void close();
}
