package org.posthouse.smtp;

import java.io.IOException;

/** Finds a message's octets in the stream of octets: between DATA and the lone dot, or in chunks of known size. */
interface Framing {
    /**
     * Reads at least one octet, or gives -1 at the end of what the client sends now.
     *
     * @param length at least 2
     */
    int read(byte[] into, int from, int length) throws IOException;
}
