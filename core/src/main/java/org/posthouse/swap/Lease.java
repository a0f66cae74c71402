package org.posthouse.swap;

import java.util.Optional;
import org.posthouse.message.Unavailable;

/** A plugin held for longer than one call, so that its version is not stopped meanwhile. Close it when done. */
public interface Lease<T> extends AutoCloseable {
    T plugin();

    /** Reports that what it was held for went well. */
    void succeeded();

    /** Reports that the plugin threw; while it is on probation that may roll it back. */
    void failed(Throwable why);

    /** While this version is on probation, or was just rolled back: the one to use instead. */
    Optional<Lease<T>> instead() throws Unavailable;

    @Override
    void close();
}
