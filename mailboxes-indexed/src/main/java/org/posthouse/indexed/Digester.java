package org.posthouse.indexed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.posthouse.mailbox.Digest;
import org.posthouse.message.Content;

/** Makes a message's digest. */
final class Digester {
    private Digester() {}

    /** An I/O error of the content comes as UncheckedIOException. */
    static Digest digest(Content content) {
        var nil = ByteBuffer.wrap("NIL".getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();
        return new Digest(nil, nil, nil, ByteBuffer.allocate(0), content.tree().body());
    }
}
