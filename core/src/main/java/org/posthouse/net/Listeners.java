package org.posthouse.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Network;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.swap.Plugins;

/**
 * All ports of the server and who is connected to them. Ports belong to core, so that nobody is turned away while a protocol
 * is replaced. Core's own.
 */
public final class Listeners {
    private static final int PROCESSORS = 2;
    private static final Duration TICK = Duration.ofMillis(100);

    /**
     * A {@code [listener NAME]} section.
     *
     * @param values with the defaults filled in
     * @param given  the keys that stand in the file
     */
    public record Section(Values values, Set<String> given) {}

    /** A port that is open, with the address it really has. */
    public record Bound(String name, String protocol, Listener.Tls tls, InetSocketAddress address, List<Network> relayFrom) {
        /** {@code mx smtp starttls 0.0.0.0:25} */
        @Override
        public String toString() {
            return name + " " + protocol + " " + ListenerSettings.word(tls) + " " + Session.text(address);
        }
    }

    /** Sections that were checked and whose ports are bound; one of the two methods must follow. */
    public final class Prepared {
        private final Map<ListenerSettings, Port> wanted;
        private final List<Port> opened;

        private Prepared(Map<ListenerSettings, Port> wanted, List<Port> opened) {
            this.wanted = wanted;
            this.opened = opened;
        }

        /** From now on these ports are served, with these settings, and no others. */
        public void commit() {
            wanted.forEach((settings, port) -> port.live(settings));
            ports.stream().filter(p -> !wanted.containsValue(p)).forEach(Port::close);
            ports = List.copyOf(wanted.values());
        }

        /** All is as before. */
        public void rollback() {
            opened.forEach(Port::abandon);
        }
    }

    private final Session.Services services;
    private final List<Processor> processors = IntStream.rangeClosed(1, PROCESSORS).mapToObj(Listeners::processor).toList();
    private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
    private final Thread clock = Thread.ofPlatform().daemon().name("net-clock").unstarted(this::tick);
    private volatile List<Port> ports = List.of(); // changed by the kernel's one thread

    public Listeners(Plugins<Protocol> protocols, ServerCertificates certificates, SessionIds ids, Trace trace, Metrics metrics) {
        this.services = new Session.Services(protocols, certificates, ids, new Inflow(), trace, metrics);
        clock.start();
    }

    /** Every wait of a session that is long ends by this one clock. */
    private void tick() {
        try {
            while (true) {
                Thread.sleep(TICK);
                sessions.forEach(Session::lookAtTheClock);
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    private static Processor processor(int number) {
        return new Processor(r -> Thread.ofPlatform().daemon().name("net-" + number).start(r));
    }

    /**
     * Checks all listener sections and binds the ports that are new or changed; nobody is served by them before the commit.
     * A listener that keeps its address and port keeps its socket and its sessions.
     *
     * @throws BadSetting with its section, when one is wrong or a port cannot be bound; then all is as before
     */
    public Prepared prepare(List<Section> sections) {
        var wanted = new LinkedHashMap<ListenerSettings, Port>();
        var opened = new ArrayList<Port>();
        var all = settings(sections);
        readCertificates(all);
        try {
            for (var settings : all) {
                var kept = ports.stream().filter(p -> p.fits(settings)).findFirst();
                var port = kept.isPresent() ? kept.get() : open(settings);
                if (kept.isEmpty()) {
                    opened.add(port);
                }
                wanted.put(settings, port);
            }
        } catch (BadSetting e) {
            opened.forEach(Port::abandon);
            throw e;
        }
        return new Prepared(wanted, opened);
    }

    private Port open(ListenerSettings settings) {
        try {
            return new Port(settings, processors, services, sessions);
        } catch (BadSetting e) {
            // From one address to all or back: the old socket must go first, and then there would be no way back.
            if (ports.stream().anyMatch(p -> p.bound().getPort() == settings.address().getPort())) {
                throw new BadSetting("address", "cannot change to or from all addresses while the port is open; restart the server for it")
                        .in(e.section());
            }
            throw e;
        }
    }

    private static List<ListenerSettings> settings(List<Section> sections) {
        var all = new ArrayList<ListenerSettings>();
        for (var section : sections) {
            try {
                var settings = ListenerSettings.of(section);
                for (var other : all) {
                    if (settings.address().getPort() != 0 && settings.address().equals(other.address())) {
                        throw new BadSetting("port", settings.address().getPort() + " is already that of [listener " + other.name()
                                + "]; write another");
                    }
                }
                all.add(settings);
            } catch (BadSetting e) {
                throw e.in(section.values().section());
            }
        }
        return all;
    }

    private void readCertificates(List<ListenerSettings> all) {
        var needy = all.stream().filter(s -> s.tls() != Listener.Tls.NONE).findFirst();
        if (needy.isPresent()) {
            try {
                services.certificates().reload();
            } catch (IOException e) {
                throw new BadSetting("tls", e.getMessage()).in("listener " + needy.get().name());
            }
        }
    }

    /** The ports that are served, in the order of their sections. */
    public List<Bound> bound() {
        return ports.stream().map(p -> new Bound(p.settings().name(), p.settings().protocol(), p.settings().tls(), p.bound(), p.settings().relayFrom())).toList();
    }

    /** Connections that are open. */
    public int count() {
        return sessions.size();
    }

    /** Connections that such a plugin serves. */
    public int count(Predicate<Protocol> served) {
        return (int) servedBy(served).count();
    }

    /** Asks the connections that such a plugin serves to end at their next idle point. */
    public void askToEnd(Predicate<Protocol> served) {
        servedBy(served).forEach(Session::askToEnd);
    }

    /** Closes the connections that such a plugin serves, whatever they do. */
    public void cut(Predicate<Protocol> served) {
        servedBy(served).forEach(Session::cut);
    }

    private Stream<Session> servedBy(Predicate<Protocol> served) {
        return sessions.stream().filter(s -> s.served().filter(served).isPresent());
    }

    /** Frees all ports; sessions go on. */
    public void stopAccepting() {
        ports.forEach(Port::close);
        ports = List.of();
    }

    /** Frees all ports, asks all sessions to end, and after this time closes those that have not. Of no more use then. */
    public void close(Duration longest) {
        stopAccepting();
        var until = Deadline.in(longest);
        sessions.forEach(Session::askToEnd);
        try {
            for (var session : sessions) {
                if (!session.ended(until)) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sessions.forEach(Session::cut);
        processors.forEach(Processor::dispose);
        clock.interrupt();
    }
}
