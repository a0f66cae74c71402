package org.posthouse.swap;

/** A plugin held for longer than one call, so that its version is not stopped meanwhile. Close it when done. */
public interface Lease<T> extends AutoCloseable {
    T plugin();

    /** Reports that the plugin threw; while it is on probation that may roll it back. */
    void failed(Throwable why);

    @Override
    void close();
}
