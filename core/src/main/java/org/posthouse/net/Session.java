package org.posthouse.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.posthouse.message.SessionId;
import org.posthouse.message.Unavailable;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.swap.Lease;
import org.posthouse.swap.Plugins;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** One connection from its acceptance to its end, on a virtual thread of its own. */
final class Session {
    private static final Logger LOG = LoggerFactory.getLogger("net");
    private static final Duration LONGEST_BEFORE_LIVE = Duration.ofSeconds(30);
    private static final Duration LONGEST_LINGERING = Duration.ofSeconds(1);

    /** What every session needs of the house. */
    record Services(Plugins<Protocol> protocols, ServerCertificates certificates, SessionIds ids, Inflow inflow, Trace trace, Metrics metrics) {}

    private final SessionId id;
    private final Wire wire;
    private final ListenerSettings listener;
    private final Port port;
    private final Services services;
    private final Thread thread;
    private volatile boolean ending;
    private volatile Optional<MinaConnection> connection = Optional.empty();
    private volatile Optional<Protocol> served = Optional.empty();

    Session(SessionId id, Wire wire, ListenerSettings listener, Port port, Services services) {
        this.id = id;
        this.wire = wire;
        this.listener = listener;
        this.port = port;
        this.services = services;
        this.thread = Thread.ofVirtual().name("session " + id).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    Port port() {
        return port;
    }

    /** The plugin that serves it now. */
    Optional<Protocol> served() {
        return served;
    }

    void askToEnd() {
        ending = true;
        connection.ifPresent(MinaConnection::askToEnd);
    }

    void cut() {
        wire.cut();
    }

    void lookAtTheClock() {
        wire.lookAtTheClock();
    }

    /** Whether it came to its end in time. */
    boolean ended(Deadline until) throws InterruptedException {
        return thread.join(Duration.ofNanos(Math.max(1, until.nanosLeft())));
    }

    private void run() {
        try (var _ = MDC.putCloseable("session", id.text())) {
            if (port.awaitLive(LONGEST_BEFORE_LIVE)) {
                converse();
            }
        } catch (IOException e) {
            refused(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            wire.end();
            port.left(this);
        }
    }

    private void converse() throws IOException {
        var peer = peer();
        var limit = port.visitors().enter(peer.address(), listener.limits());
        if (limit.isPresent()) {
            port.doorman().sendAway(id, wire, listener, limit.get());
            return;
        }
        try {
            serve(peer);
        } finally {
            port.visitors().leave(peer.address());
        }
    }

    private Peer peer() throws IOException {
        var direct = new Peer(id, wire.remote(), wire.local(), listener, false);
        if (!listener.isProxy(direct.address())) {
            return direct;
        }
        return ProxyHeader.read(wire).map(h -> new Peer(id, h.remote(), h.local(), listener, true)).orElse(direct);
    }

    private void refused(String why) {
        services.metrics().count("net_refused", "listener", listener.name());
        services.trace().event(id.text(), "refused", "remote", text(wire.remote()), "listener", listener.name(), "why", why);
        LOG.debug("refused listener={} remote={} why={}", listener.name(), text(wire.remote()), why);
    }

    private void serve(Peer peer) {
        services.metrics().count("net_accepted", "listener", listener.name());
        services.trace().event(id.text(), "connected", "remote", text(peer.remote()), "listener", listener.name(),
                "proxy", peer.proxied() ? text(wire.remote()) : null);
        var client = new MinaConnection(wire, peer, services.certificates(), listener.tlsTimeout());
        connection = Optional.of(client);
        if (ending) {
            client.askToEnd();
        }
        String why = null;
        try {
            if (listener.tls() == Listener.Tls.IMPLICIT) {
                client.handshake();
            }
            speak(client);
        } catch (IOException e) {
            why = e.getMessage();
            LOG.debug("ended listener={} remote={} why={}", listener.name(), text(peer.remote()), why);
        } finally {
            client.close();
            wire.linger(LONGEST_LINGERING);
            services.trace().event(id.text(), "closed", "in", wire.octetsIn(), "out", wire.octetsOut(), "why", why);
        }
    }

    private void speak(MinaConnection client) throws IOException {
        try (var lease = services.protocols().lease(listener.protocol(), client::askToEnd)) {
            if (served(client, lease) || client.touched()) {
                return;
            }
            // A plugin that failed before a single octet passed has harmed nobody: the version before serves the client.
            var other = lease.instead();
            if (other.isPresent()) {
                try (var before = other.get()) {
                    served(client, before);
                }
            }
        } catch (Unavailable e) {
            LOG.warn("closed listener={} why={}", listener.name(), e.getMessage());
            throw e;
        }
    }

    /** False when the plugin failed. */
    private boolean served(MinaConnection client, Lease<Protocol> lease) throws IOException {
        served = Optional.of(lease.plugin());
        try {
            lease.plugin().serve(client);
            lease.succeeded();
            return true;
        } catch (RuntimeException | LinkageError e) {
            LOG.error("protocol {} failed", listener.protocol(), e);
            lease.failed(e);
            return false;
        } finally {
            served = Optional.empty();
        }
    }

    static String text(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        var host = ip.getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
