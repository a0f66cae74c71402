package org.posthouse.observe;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.osgi.annotation.versioning.ProviderType;

/** Counts and times. A core service. Names like {@code smtp_messages}, labels as alternating names and values. */
@ProviderType
public interface Metrics {
    void count(String name, String... labels);

    void add(String name, double amount, String... labels);

    void time(String name, Duration took, String... labels);

    /** Reads a value when asked; the supplier must not block. Registering a name again replaces it. */
    void gauge(String name, DoubleSupplier value, String... labels);
}
