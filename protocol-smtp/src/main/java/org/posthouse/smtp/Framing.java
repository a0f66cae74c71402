package org.posthouse.smtp;

import java.io.IOException;

/** Finds a message's octets in what the client sends: between DATA and the lone dot, or in chunks of known size. */
interface Framing {
    /** Reads at least one octet, or gives -1 at the message's end. */
    int read(byte[] into, int from, int length) throws IOException;

    /** What the client sends in any case before it looks at a reply. */
    default Framing remainder() {
        return this;
    }
}
