package org.posthouse.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A connection to another host, read and written by one thread that waits. Every wait ends at the deadline that was set last;
 * then the connection is closed and what was at work throws SocketTimeoutException. After any IOException there is nothing left
 * to do but to close it.
 */
@ProviderType
public interface Outgoing extends AutoCloseable {
    /** How a certificate was proven right; NONE for one that anybody could have made. */
    enum Proof { NONE, ROOTS, FINGERPRINT, DANE }

    /** What was reached: {@code TLSv1.3}, the cipher suite, how the other side was proven, whom its certificate names. */
    record Secured(String protocol, String cipher, Proof proof, String subject) {}

    InetSocketAddress remote();

    InetSocketAddress local();

    /** All that follows must be over within this time, until the next call says otherwise. */
    void within(Duration longest);

    /** A line of at most so many octets; TOO_LONG when it is longer, END when there is no more. */
    Line readLine(int mostOctets) throws IOException;

    /** Sent at the latest with {@link #flush}. */
    void write(byte[] octets, int from, int length) throws IOException;

    /** As UTF-8. */
    default void write(String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        write(octets, 0, octets.length);
    }

    void flush() throws IOException;

    /**
     * Makes the handshake and looks at the certificate, before anything else is sent or read. Input that came in front of it is
     * somebody's injection, and an error.
     *
     * @param name whom to ask for (SNI); empty for nobody
     * @throws TlsFailure when there is no handshake, or the certificate is not what is to be trusted
     */
    Secured startTls(Optional<String> name, Trust trust) throws TlsFailure, IOException;

    Optional<Secured> secured();

    /** Without a word; never throws, and takes no longer than a second. */
    @Override
    void close();
}
