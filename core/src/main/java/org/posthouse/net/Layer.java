package org.posthouse.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What lies between the wire and the protocol: nothing, TLS, or compression above them. Belongs to the session's thread. */
sealed interface Layer permits Plain, Tls, Deflated {
    /** The next octets that came, decoded; empty when nothing whole is here. The buffer has an array. Never blocks for input. */
    ByteBuffer take() throws IOException;

    /** Whether octets have come that were not taken yet, as far as can be told without decoding them. */
    boolean waiting();

    /** Whether the other side has ended its stream and all of it was taken. */
    boolean ended();

    /** Sends all that remains in the buffer; blocks until the kernel has it. */
    void write(ByteBuffer octets) throws IOException;

    /** Says to the other side that nothing more comes. */
    void finish() throws IOException;

    boolean secure();

    /** Version and cipher suite; empty without TLS. */
    String cipher();

    /** Empty without TLS, and for a type that it cannot serve. */
    Optional<byte[]> channelBinding(String type);
}
