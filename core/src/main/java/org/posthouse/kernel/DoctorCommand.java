package org.posthouse.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.posthouse.message.Address;
import org.posthouse.message.Network;
import org.posthouse.message.Refusal;
import org.posthouse.net.Listeners;
import org.posthouse.net.Site;
import org.posthouse.observe.Command;
import org.posthouse.observe.Json;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Routes;
import org.posthouse.queue.SideBySide;

/**
 * {@code posthouse doctor relay}: tries the running server's own listeners with thirty tricks by which strangers have made mail
 * servers send to other strangers. It comes from an address of this machine that {@code relay-from} does not trust, and ends
 * each try at the reply to RCPT.
 */
final class DoctorCommand implements Command {
    private static final int OTHER_LOOPBACKS = 250;

    private final Listeners listeners;
    private final Site site;
    private final Routes routes;

    private enum Result { REFUSED, KEPT, TAKEN, UNANSWERED }

    private record Tried(RelayTrick trick, String reply, Result result) {}

    /** Where to knock, and from where. */
    private record Door(InetAddress at, Optional<InetAddress> source) {}

    DoctorCommand(Listeners listeners, Site site, Routes routes) {
        this.listeners = listeners;
        this.site = site;
        this.routes = routes;
    }

    @Override
    public String name() {
        return "doctor";
    }

    @Override
    public String usage() {
        return "relay [--json]  tries whether strangers can send to strangers through this server's listeners";
    }

    @Override
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws IOException {
        var words = new ArrayList<>(args);
        boolean json = words.remove("--json");
        if (!words.equals(List.of("relay"))) {
            err.println("posthouse doctor: say relay");
            return 2;
        }
        var mail = listeners.bound().stream().filter(b -> b.protocol().equals("smtp") || b.protocol().equals("lmtp")).toList();
        if (mail.isEmpty()) {
            err.println("posthouse doctor: no listener takes mail; start the server first, posthouse start");
            return 1;
        }
        int status = 0;
        int taken = 0;
        for (var listener : mail) {
            var door = door(listener);
            if (door.isEmpty()) {
                err.println("posthouse doctor: [listener " + listener.name() + "] trusts every address this machine has; make its relay-from narrower");
                status = 1;
                continue;
            }
            var tried = tried(listener, door.get());
            print(listener, tried, json, out);
            taken += (int) tried.stream().filter(t -> t.result == Result.TAKEN).count();
            boolean asleep = tried.stream().anyMatch(t -> t.result == Result.UNANSWERED);
            status = asleep ? 1 : status;
        }
        if (!json) {
            out.println(taken + " taken of " + RelayTrick.all("", "", "").size() + " tricks at each of " + mail.size() + " listeners");
        }
        return taken > 0 ? 1 : status;
    }

    private List<Tried> tried(Listeners.Bound listener, Door door) throws IOException {
        var probe = new RelayProbe(listener, door.at, door.source);
        var text = door.at.getHostAddress().replaceFirst("%.*", "");
        var literal = "[" + (door.at instanceof Inet6Address ? "IPv6:" : "") + text + "]";
        return SideBySide.each(RelayTrick.all(site.firstDomain(), site.hostname(), literal), trick -> {
            var reply = probe.reply(trick);
            return new Tried(trick, reply, result(trick, reply));
        });
    }

    private Result result(RelayTrick trick, String reply) throws IOException {
        if (!reply.startsWith("2")) {
            return reply.matches("[45]\\d\\d.*") ? Result.REFUSED : Result.UNANSWERED;
        }
        return staysHere(trick.to()) ? Result.KEPT : Result.TAKEN;
    }

    /** A catch-all takes odd local parts of our domains into a mailbox: that is no relaying. */
    private boolean staysHere(String to) throws IOException {
        var address = Address.parse(to.replaceAll("^<|>$", ""));
        try {
            return address.isPresent() && routes.ways(routes.route(address.get()), new Sender(Address.NULL), new Recipient(address.get())).stream()
                    .allMatch(way -> way.to().transport().equals("local"));
        } catch (Refusal e) {
            return false;
        }
    }

    private static void print(Listeners.Bound listener, List<Tried> tried, boolean json, PrintStream out) {
        if (!json) {
            out.println(StatusCommand.line(listener));
        }
        for (var one : tried) {
            if (json) {
                out.println(Json.of(object(listener, one)));
            } else {
                out.printf("  %-10s  %-36s  %s%n", one.result.name().toLowerCase(Locale.ROOT), one.trick.name(), one.reply);
            }
        }
    }

    private static Map<String, Object> object(Listeners.Bound listener, Tried one) {
        var object = new LinkedHashMap<String, Object>();
        object.put("listener", listener.name());
        object.put("trick", one.trick.name());
        object.put("from", one.trick.from());
        object.put("to", one.trick.to());
        object.put("reply", one.reply);
        object.put("result", one.result.name().toLowerCase(Locale.ROOT));
        return object;
    }

    /** Addresses of this machine only; those of the network before the loopback, as a stranger comes. */
    private static Optional<Door> door(Listeners.Bound listener) throws IOException {
        var address = listener.address().getAddress();
        var doors = address.isAnyLocalAddress() ? own() : List.of(address);
        return Stream.concat(doors.stream().map(at -> new Door(at, Optional.<InetAddress>empty())), doors.stream().flatMap(DoctorCommand::loopbacks))
                .filter(door -> !trusts(listener.relayFrom(), door.source.orElse(door.at))).findFirst();
    }

    private static List<InetAddress> own() throws IOException {
        var own = new ArrayList<InetAddress>();
        for (var network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            Collections.list(network.getInetAddresses()).stream().filter(a -> !a.isLinkLocalAddress()).forEach(own::add);
        }
        own.sort((a, b) -> Boolean.compare(a.isLoopbackAddress(), b.isLoopbackAddress()));
        return own;
    }

    /** The IPv4 loopback has many addresses, of which perhaps not all are trusted. */
    private static Stream<Door> loopbacks(InetAddress at) {
        return !at.isLoopbackAddress() || at instanceof Inet6Address ? Stream.of()
                : IntStream.rangeClosed(2, OTHER_LOOPBACKS).mapToObj(n -> new Door(at, Optional.of(InetAddress.ofLiteral("127.0.0." + n))));
    }

    private static boolean trusts(List<Network> relayFrom, InetAddress client) {
        return relayFrom.stream().anyMatch(network -> network.contains(client));
    }
}
