package org.posthouse.state;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Small values (at most 4 KB) by key (at most 256 characters), each with a time to live. Safe for several threads. */
@ProviderType
public interface Space {
    Optional<String> get(String key) throws IOException;

    void put(String key, String value, Duration life) throws IOException;

    /** Puts only where nothing is; what was there before. Atomic. */
    Optional<String> putIfAbsent(String key, String value, Duration life) throws IOException;

    /**
     * Adds to a counter, which begins at 0 (also where a value is no number) and lives {@code life} from its first use; the
     * new value. Atomic.
     */
    long add(String key, long delta, Duration life) throws IOException;

    void remove(String key) throws IOException;

    /** How many live entries there are. */
    long size() throws IOException;
}
