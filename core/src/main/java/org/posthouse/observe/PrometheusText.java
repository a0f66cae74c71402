package org.posthouse.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Meters as Prometheus text, version 0.0.4: counters {@code _total}, times as histograms in {@code _seconds}, gauges. */
final class PrometheusText {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /** All meters of one name, of which the format wants the samples together. */
    private record Family(String type, StringBuilder samples) {}

    private final TreeMap<String, Family> families = new TreeMap<>();

    private PrometheusText() {}

    static String of(List<Meter> meters) {
        var text = new PrometheusText();
        meters.forEach(text::add);
        return text.families.entrySet().stream().map(f -> "# TYPE " + f.getKey() + " " + f.getValue().type() + "\n" + f.getValue().samples())
                .collect(Collectors.joining());
    }

    private void add(Meter meter) {
        var name = clean(meter.getId().getName());
        var labels = meter.getId().getTags().stream().map(t -> clean(t.getKey()) + "=\"" + escaped(t.getValue()) + "\"").collect(Collectors.joining(","));
        switch (meter) {
            case Counter counter -> sample(name + "_total", "counter", "", labels, counter.count());
            case Gauge gauge -> sample(name, "gauge", "", labels, gauge.value());
            case Timer timer -> times(name + "_seconds", labels, timer);
            default -> { } // there are no others in MicrometerMetrics
        }
    }

    private void times(String name, String labels, Timer timer) {
        var snapshot = timer.takeSnapshot();
        var before = labels.isEmpty() ? "" : labels + ",";
        for (var bucket : snapshot.histogramCounts()) {
            sample(name, "histogram", "_bucket", before + "le=\"" + bucket.bucket(TimeUnit.SECONDS) + "\"", bucket.count());
        }
        sample(name, "histogram", "_bucket", before + "le=\"+Inf\"", snapshot.count());
        sample(name, "histogram", "_sum", labels, snapshot.total(TimeUnit.SECONDS));
        sample(name, "histogram", "_count", labels, snapshot.count());
    }

    private void sample(String family, String type, String suffix, String labels, double value) {
        families.computeIfAbsent(family, _ -> new Family(type, new StringBuilder())).samples()
                .append(family).append(suffix).append(labels.isEmpty() ? "" : "{" + labels + "}").append(' ').append(number(value)).append('\n');
    }

    private static String number(double value) {
        return Double.isInfinite(value) ? value > 0 ? "+Inf" : "-Inf" : Double.toString(value);
    }

    private static String clean(String name) {
        return name.replaceAll("[^A-Za-z0-9_]", "_");
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
