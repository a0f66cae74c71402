package org.posthouse.kernel;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.framework.Bundle;

/** A bundle that was started, with its services. */
record Running(Jar jar, Bundle bundle, List<Taken<?>> services) {
    String name() {
        return jar.name();
    }

    /** The service that has the same place as one of another version. */
    Optional<Taken<?>> counterpart(Taken<?> other) {
        return services.stream().<Taken<?>>map(s -> s).filter(s -> s.samePlace(other)).findFirst();
    }

    /** Whether it has one of these configurations. */
    boolean listens(Set<String> pids) {
        return jar.pids().stream().anyMatch(pids::contains);
    }

    /** Lets its services open what they hold; all or none of them. */
    void open(Duration longest) throws BadJar {
        try {
            for (var service : services) {
                service.open(longest);
            }
        } catch (BadJar e) {
            close();
            throw e;
        }
    }

    /** One that does not close keeps none of the others open. */
    void close() {
        services.forEach(Taken::closeQuietly);
    }
}
