package org.posthouse.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;

@Timeout(20)
final class MetricsTest {
    private final MicrometerMetrics metrics = new MicrometerMetrics();
    private final MetricsPort port = new MetricsPort(metrics::scrape);

    @AfterEach
    void close() {
        port.close();
    }

    @Test
    void writesPrometheusText() {
        metrics.count("smtp_messages", "listener", "mx");
        metrics.add("smtp_messages", 2, "listener", "mx");
        metrics.time("filter_call", Duration.ofMillis(50), "filter", "filter-greylist");
        metrics.gauge("sessions", () -> 3);
        metrics.gauge("sessions", () -> 4);
        var text = metrics.scrape();
        assertHas(text, "posthouse_smtp_messages_total{listener=\"mx\"} 3.0");
        assertHas(text, "posthouse_filter_call_seconds_count{filter=\"filter-greylist\"} 1");
        assertHas(text, "posthouse_filter_call_seconds_bucket{filter=\"filter-greylist\",le=\"0.1\"} 1");
        assertHas(text, "posthouse_sessions 4.0");
    }

    @Test
    void oneNameMayHaveDifferentLabels() {
        metrics.count("refused", "stage", "rcpt");
        metrics.count("refused", "stage", "rcpt", "why", "relay");
        metrics.count("refused");
        assertHas(metrics.scrape(), "posthouse_refused_total{stage=\"rcpt\"} 1.0");
    }

    @Test
    void aGaugeThatThrowsHarmsNoOther() {
        metrics.gauge("broken", () -> {
            throw new IllegalStateException("bug");
        });
        metrics.gauge("sessions", () -> 4);
        assertHas(metrics.scrape(), "posthouse_sessions 4.0");
    }

    @Test
    void strangersCannotMakeMetersWithoutEnd() {
        for (int i = 0; i < 20_000; i++) {
            metrics.count("helo", "name", "host" + i);
        }
        assertEquals(10_000, metrics.scrape().lines().filter(l -> l.startsWith("posthouse_helo_total{")).count());
    }

    @Test
    void servesMetricsAndNothingElse() throws IOException {
        metrics.count("smtp_messages");
        int number = port.openAnywhere();
        assertHas(ask(number, "GET /metrics HTTP/1.0\r\n\r\n"), "posthouse_smtp_messages_total 1.0");
        assertHas(ask(number, "GET /metrics HTTP/1.0\r\n\r\n"), "HTTP/1.1 200");
        assertHas(ask(number, "GET / HTTP/1.0\r\n\r\n"), "404");
        assertHas(ask(number, "GET /metrics/x HTTP/1.0\r\n\r\n"), "404");
        assertHas(ask(number, "POST /metrics HTTP/1.0\r\nContent-Length: 0\r\n\r\n"), "405");
        assertEquals("", ask(number, "JUNK\r\n\r\n").lines().filter(l -> l.contains("posthouse")).findAny().orElse(""));
    }

    @Test
    void manyIdleClientsAreTurnedAway() throws IOException {
        int number = port.openAnywhere();
        var idle = new ArrayList<Socket>();
        for (int i = 0; i < 40; i++) {
            var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), number);
            socket.getOutputStream().write("GET /met".getBytes(StandardCharsets.US_ASCII));
            idle.add(socket);
        }
        idle.getLast().setSoTimeout(5_000);
        assertEquals(-1, read(idle.getLast()));
        for (var socket : idle) {
            socket.close();
        }
    }

    @Test
    void configureOpensAndCloses() throws IOException {
        port.configure(top("0"));
        try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            var refused = assertThrows(BadSetting.class, () -> port.configure(top(String.valueOf(taken.getLocalPort()))));
            assertTrue(refused.mend().contains("cannot be opened"), refused.mend());
        }
        for (var text : List.of("-1", "65536", "x")) {
            assertEquals("metrics-port", assertThrows(BadSetting.class, () -> port.configure(top(text))).key());
        }
    }

    private static Values top(String number) {
        return new Values("", Map.of("metrics-port", number));
    }

    private static int read(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (IOException e) {
            return e instanceof java.net.SocketTimeoutException ? 0 : -1;
        }
    }

    private static String ask(int number, String request) throws IOException {
        try (var socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), number)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void assertHas(String text, String part) {
        assertTrue(text.contains(part), text);
    }
}
