package org.posthouse.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.DoubleSupplier;
import org.posthouse.config.Values;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.swap.Plugins;

/** Real listeners on free loopback ports around plugins that are plain objects, for tests over sockets. */
public final class TestServer implements AutoCloseable {
    private static final Map<String, String> DEFAULTS = Map.ofEntries(Map.entry("address", "127.0.0.1"), Map.entry("port", "0"),
            Map.entry("role", "mx"), Map.entry("tls", "starttls"), Map.entry("relay-from", ""), Map.entry("proxy-from", ""),
            Map.entry("max-connections", "1000"), Map.entry("max-connections-per-address", "50"),
            Map.entry("connection-rate", "300"), Map.entry("write-timeout", "60s"), Map.entry("tls-timeout", "30s"));

    private final Plugins<Protocol> protocols = new Plugins<>("protocol");
    private final Queue<String> events = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();
    private final ServerCertificates certificates;
    private final Listeners listeners;

    /** @param tls the folder of certificates; {@code hostname} is mail.example.test */
    public TestServer(Path tls, Map<String, String> top, Protocol... served) {
        for (var protocol : served) {
            protocols.arrive(protocol.name(), protocol, Map.of());
        }
        certificates = new ServerCertificates(tls);
        configure(top);
        listeners = new Listeners(protocols, certificates, new SessionIds(), trace(), metrics());
    }

    public void configure(Map<String, String> top) {
        var texts = new HashMap<>(Map.of("hostname", "mail.example.test", "tls-provider", "jdk"));
        texts.putAll(top);
        certificates.configure(new Values("", texts));
    }

    /** A section of these keys, given in words: key, value, key, value. */
    public static Listeners.Section section(String name, String protocol, String... keysAndValues) {
        var given = new HashMap<String, String>(Map.of("protocol", protocol));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            given.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        var texts = new HashMap<>(DEFAULTS);
        texts.putAll(given);
        return new Listeners.Section(new Values("listener " + name, texts), given.keySet());
    }

    /** Replaces what is listened to. */
    public TestServer listen(Listeners.Section... sections) {
        listeners.prepare(List.of(sections)).commit();
        return this;
    }

    /** One listener for one protocol. */
    public TestServer listen(String protocol, String... keysAndValues) {
        return listen(section("mx", protocol, keysAndValues));
    }

    public Listeners listeners() {
        return listeners;
    }

    public Plugins<Protocol> protocols() {
        return protocols;
    }

    public ServerCertificates certificates() {
        return certificates;
    }

    /** Where the first listener really is. */
    public InetSocketAddress address() {
        return listeners.bound().getFirst().address();
    }

    public Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), address().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** What was traced: {@code connected remote=... listener=...}. */
    public List<String> events() {
        return List.copyOf(events);
    }

    /** How often a metric was counted. */
    public int count(String metric) {
        return counts.getOrDefault(metric, 0);
    }

    private Trace trace() {
        return (id, what, values) -> {
            var text = new StringBuilder(what);
            for (int i = 0; i < values.length; i += 2) {
                if (values[i + 1] != null) {
                    text.append(' ').append(values[i]).append('=').append(values[i + 1]);
                }
            }
            events.add(text.toString());
        };
    }

    private Metrics metrics() {
        return new Metrics() {
            @Override public void count(String name, String... labels) {
                counts.merge(name, 1, Integer::sum);
            }

            @Override public void add(String name, double amount, String... labels) {}

            @Override public void time(String name, Duration took, String... labels) {}

            @Override public void gauge(String name, DoubleSupplier value, String... labels) {}
        };
    }

    @Override
    public void close() {
        listeners.close(Duration.ofMillis(100));
    }
}
