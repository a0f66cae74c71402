package org.posthouse.mailbox;

import org.osgi.annotation.versioning.ConsumerType;

/** Is told that a folder may have changed; from any thread, soon, and perhaps for nothing. */
@ConsumerType
public interface Watch {
    void changed();

    /** Who watched is going away and tells nothing any more: watch anew. */
    default void ended() {
        changed();
    }

    /** Ends a watch; more than once is no error. */
    @FunctionalInterface
    interface Watching extends AutoCloseable {
        @Override
        void close();
    }
}
