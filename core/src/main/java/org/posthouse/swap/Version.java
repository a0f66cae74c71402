package org.posthouse.swap;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * One version of a plugin: its service, and who holds it. Its leases are counted under the lock of its {@link Slot}.
 *
 * @param <T> the kind
 */
public final class Version<T> {
    private final T service;
    private final Map<String, String> properties;
    private final String label;
    private final Set<Held<T>> leases = new HashSet<>();

    /** @param label what the operator knows it by, {@code filter-greylist 0.1.0} */
    public Version(T service, Map<String, String> properties, String label) {
        this.service = service;
        this.properties = Map.copyOf(properties);
        this.label = label;
    }

    public T service() {
        return service;
    }

    public String label() {
        return label;
    }

    Map<String, String> properties() {
        return properties;
    }

    Set<Held<T>> leases() {
        return leases;
    }

    @Override
    public String toString() {
        return label;
    }
}
