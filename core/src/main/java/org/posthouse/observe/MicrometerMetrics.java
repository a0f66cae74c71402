package org.posthouse.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

/** Keeps the metrics with Micrometer, named {@code posthouse_...}, and writes them as Prometheus text. */
public final class MicrometerMetrics implements Metrics {
    private static final int MOST_METERS = 10_000; // against a label that takes its value from a stranger
    private static final Duration[] BUCKETS = {Duration.ofMillis(1), Duration.ofMillis(10), Duration.ofMillis(100),
        Duration.ofSeconds(1), Duration.ofSeconds(10)};

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<List<String>, AtomicReference<DoubleSupplier>> gauges = new ConcurrentHashMap<>();

    public MicrometerMetrics() {
        registry.config().meterFilter(MeterFilter.maximumAllowableMetrics(MOST_METERS));
    }

    @Override
    public void count(String name, String... labels) {
        add(name, 1, labels);
    }

    @Override
    public void add(String name, double amount, String... labels) {
        registry.counter(named(name), labels).increment(amount);
    }

    @Override
    public void time(String name, Duration took, String... labels) {
        Timer.builder(named(name)).tags(labels).serviceLevelObjectives(BUCKETS).register(registry).record(took);
    }

    @Override
    public void gauge(String name, DoubleSupplier value, String... labels) {
        var key = Stream.concat(Stream.of(name), Arrays.stream(labels)).toList();
        gauges.computeIfAbsent(key, _ -> {
            var current = new AtomicReference<>(value);
            Gauge.builder(named(name), current, c -> c.get().getAsDouble()).tags(labels).strongReference(true).register(registry);
            return current;
        }).set(value);
    }

    /** All of it as Prometheus text, version 0.0.4. */
    public String scrape() {
        return registry.scrape();
    }

    private static String named(String name) {
        return "posthouse_" + name;
    }
}
