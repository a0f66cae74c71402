package org.posthouse.observe;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;

/** Keeps counts and times in maps. */
public final class MemoryMetrics implements Metrics {
    private final Map<List<String>, Double> counts = new ConcurrentHashMap<>();
    private final Map<List<String>, List<Duration>> times = new ConcurrentHashMap<>();
    private final Map<List<String>, DoubleSupplier> gauges = new ConcurrentHashMap<>();

    @Override
    public void count(String name, String... labels) {
        add(name, 1, labels);
    }

    @Override
    public void add(String name, double amount, String... labels) {
        counts.merge(key(name, labels), amount, Double::sum);
    }

    @Override
    public void time(String name, Duration took, String... labels) {
        times.computeIfAbsent(key(name, labels), _ -> new CopyOnWriteArrayList<>()).add(took);
    }

    @Override
    public void gauge(String name, DoubleSupplier value, String... labels) {
        gauges.put(key(name, labels), value);
    }

    /** A count, 0 when nothing was counted with exactly these labels. */
    public double counted(String name, String... labels) {
        return counts.getOrDefault(key(name, labels), 0.0);
    }

    public List<Duration> times(String name, String... labels) {
        return times.getOrDefault(key(name, labels), List.of());
    }

    /** A gauge's value now; NaN when there is none. */
    public double gauged(String name, String... labels) {
        return gauges.getOrDefault(key(name, labels), () -> Double.NaN).getAsDouble();
    }

    private static List<String> key(String name, String... labels) {
        return java.util.stream.Stream.concat(java.util.stream.Stream.of(name), java.util.Arrays.stream(labels)).toList();
    }
}
