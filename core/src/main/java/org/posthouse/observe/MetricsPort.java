package org.posthouse.observe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;

/**
 * Serves the metrics as Prometheus text to this machine: {@code GET http://127.0.0.1:port/metrics}, and nothing else. Off
 * while {@code metrics-port} is 0. At most {@link #MOST_REQUESTS} requests at a time, each cut off after {@link #LONGEST}.
 */
public final class MetricsPort implements AutoCloseable {
    private static final int MOST_REQUESTS = 8;
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final Supplier<String> text;
    private final Semaphore requests = new Semaphore(MOST_REQUESTS);
    private int port;
    private Optional<HttpServer> server = Optional.empty();

    public MetricsPort(Supplier<String> text) {
        this.text = text;
    }

    /** Opens, moves or closes the port. When it cannot be opened the previous one stays. */
    public synchronized void configure(Values top) {
        int wanted = top.number("metrics-port");
        if (wanted < 0 || wanted > 65_535) {
            throw new BadSetting("metrics-port", "'" + wanted + "' is no port; write one from 1 to 65535, or 0 for none");
        }
        if (wanted == port) {
            return;
        }
        var next = wanted == 0 ? Optional.<HttpServer>empty() : Optional.of(start(wanted));
        close();
        server = next;
        port = wanted;
    }

    private HttpServer start(int wanted) {
        try {
            return start(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), wanted));
        } catch (IOException e) {
            throw new BadSetting("metrics-port",
                    "port " + wanted + " of 127.0.0.1 cannot be opened (" + e.getMessage() + "); choose a free one");
        }
    }

    /** Port 0 means any that is free. */
    synchronized int openAnywhere() throws IOException {
        server = Optional.of(start(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)));
        return server.orElseThrow().getAddress().getPort();
    }

    private HttpServer start(InetSocketAddress address) throws IOException {
        var http = HttpServer.create(address, MOST_REQUESTS);
        http.createContext("/", this::answer);
        http.setExecutor(this::execute);
        http.start();
        return http;
    }

    /** On a thread of its own; interrupting it closes the connection it waits for. */
    private void execute(Runnable request) {
        if (!requests.tryAcquire()) {
            throw new RejectedExecutionException("too many requests");
        }
        Thread.ofVirtual().start(() -> {
            try {
                var served = Thread.ofVirtual().start(request);
                if (!served.join(LONGEST)) {
                    served.interrupt();
                    served.join();
                }
            } catch (InterruptedException e) {
                // nobody does that; the permit goes back all the same
            } finally {
                requests.release();
            }
        });
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals("/metrics")) {
                exchange.sendResponseHeaders(404, -1);
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                exchange.sendResponseHeaders(405, -1);
            } else {
                byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public synchronized void close() {
        server.ifPresent(s -> s.stop(0));
        server = Optional.empty();
        port = 0;
    }
}
