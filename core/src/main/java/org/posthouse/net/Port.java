package org.posthouse.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.service.IoHandlerAdapter;
import org.apache.mina.core.session.AttributeKey;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.transport.socket.nio.NioSession;
import org.posthouse.message.BadSetting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bound port and the sessions that came through it. It is bound before it is live: who connects meanwhile waits. Its
 * settings may change under it; a session keeps those it began with.
 */
final class Port extends IoHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger("net");
    private static final AttributeKey WIRE = new AttributeKey(Port.class, "wire");

    private final Session.Services services;
    private final Set<Session> sessions;
    private final Acceptor acceptor;
    private final InetSocketAddress bound;
    private final Visitors visitors = new Visitors(InstantSource.system());
    private final Doorman doorman;
    private final CountDownLatch live = new CountDownLatch(1);
    private volatile ListenerSettings settings;

    /**
     * Binds it.
     *
     * @param sessions of all ports; kept up to date
     */
    Port(ListenerSettings settings, List<Processor> processors, Session.Services services, Set<Session> sessions) {
        this.settings = settings;
        this.services = services;
        this.sessions = sessions;
        this.doorman = new Doorman(services, InstantSource.system());
        this.acceptor = new Acceptor(r -> Thread.ofPlatform().daemon().name("accept " + settings.name()).start(r), processors);
        acceptor.setHandler(this);
        try {
            acceptor.bind(settings.address());
        } catch (IOException e) {
            acceptor.dispose();
            throw new BadSetting("port", Session.text(settings.address()) + " cannot be bound: " + reason(e)
                    + "; write a free port, or end what uses it").in("listener " + settings.name());
        }
        this.bound = acceptor.getLocalAddress();
    }

    private static String reason(Throwable e) {
        return e.getCause() == null ? e.getMessage() : reason(e.getCause());
    }

    ListenerSettings settings() {
        return settings;
    }

    InetSocketAddress bound() {
        return bound;
    }

    Visitors visitors() {
        return visitors;
    }

    Doorman doorman() {
        return doorman;
    }

    /** Whether this section can have this port without binding anew. */
    boolean fits(ListenerSettings wanted) {
        return settings.address().equals(wanted.address()) && (wanted.address().getPort() != 0 || wanted.name().equals(settings.name()));
    }

    void live(ListenerSettings now) {
        settings = now;
        services.metrics().gauge("net_connections", visitors::open, "listener", now.name());
        live.countDown();
    }

    boolean awaitLive(Duration longest) throws InterruptedException {
        return live.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Frees the port; sessions go on. */
    void close() {
        acceptor.dispose();
    }

    /** Frees a port that never came to life, and turns away who waited for it. */
    void abandon() {
        close();
        sessions.stream().filter(s -> s.port() == this).forEach(Session::cut);
    }

    void left(Session session) {
        sessions.remove(session);
        visitors.leave();
    }

    // From here on: MINA's I/O thread.

    @Override
    public void sessionOpened(IoSession opened) {
        var now = settings;
        var id = services.ids().next();
        var wire = new Wire((NioSession) opened, now.writeTimeout(), services.inflow());
        if (wire.remote() == null) { // gone already
            wire.cut();
            return;
        }
        var limit = visitors.enter(now.limits());
        if (limit.isPresent()) {
            doorman.sendAway(id, wire, now, limit.get());
            return;
        }
        opened.setAttribute(WIRE, wire);
        var session = new Session(id, wire, now, this, services);
        sessions.add(session);
        session.start();
    }

    @Override
    public void messageReceived(IoSession session, Object octets) {
        if (session.getAttribute(WIRE) instanceof Wire wire) {
            wire.arrived(((IoBuffer) octets).buf());
        }
    }

    @Override
    public void messageSent(IoSession session, Object octets) {
        if (session.getAttribute(WIRE) instanceof Wire wire) {
            wire.sent();
        }
    }

    @Override
    public void inputClosed(IoSession session) {
        if (session.getAttribute(WIRE) instanceof Wire wire) {
            wire.inputEnded();
        } else {
            session.closeNow();
        }
    }

    @Override
    public void sessionClosed(IoSession session) {
        if (session.getAttribute(WIRE) instanceof Wire wire) {
            wire.closed();
        }
    }

    @Override
    public void exceptionCaught(IoSession session, Throwable why) {
        if (why instanceof IOException) {
            LOG.debug("connection lost: {}", why.toString()); // resets, and writes that came too late for them
        } else {
            LOG.error("connection failed", why);
        }
        session.closeNow();
    }
}
