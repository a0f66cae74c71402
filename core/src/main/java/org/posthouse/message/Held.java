package org.posthouse.message;

import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A bundle's service that holds something only one may hold: a store, an engine, a state file. Called by the kernel alone:
 * open after construction, close before the next version opens; a closed one can be opened again.
 */
@ConsumerType
public interface Held {
    void open() throws IOException;

    void close() throws IOException;
}
