package org.posthouse.net;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A protocol a listener can speak. The kind of the {@code protocol-*} bundles. The service property {@link #BUSY} is the line that
 * a client is told who is one too many for a limit of its listener; without it the connection is closed in silence.
 */
@ConsumerType
public interface Protocol {
    /** The name of the property, whose value has no line end; said instead of a greeting, and never with implicit TLS. */
    String BUSY = "busy";

    /** As a listener's {@code protocol} names it: {@code smtp}, {@code pop3}. */
    String name();

    /**
     * Serves one connection from greeting to end: a straight loop on a virtual thread of its own. The connection is closed
     * by the caller. An IOException means the other side is gone or too slow; it is logged at debug.
     */
    void serve(Connection client) throws IOException;
}
