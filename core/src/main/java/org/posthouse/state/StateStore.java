package org.posthouse.state;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.posthouse.message.Held;

/** Keeps the values of {@link States}; methods as in {@link Space}. The kind of the {@code state-*} bundles. */
@ConsumerType
public interface StateStore extends Held {
    Optional<String> get(String space, States.Keep keep, String key) throws IOException;

    void put(String space, States.Keep keep, String key, String value, Duration life) throws IOException;

    Optional<String> putIfAbsent(String space, States.Keep keep, String key, String value, Duration life) throws IOException;

    long add(String space, States.Keep keep, String key, long delta, Duration life) throws IOException;

    void remove(String space, States.Keep keep, String key) throws IOException;

    long size(String space, States.Keep keep) throws IOException;
}
