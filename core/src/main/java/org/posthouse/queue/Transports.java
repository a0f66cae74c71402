package org.posthouse.queue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.message.Status;
import org.posthouse.message.Transport;
import org.posthouse.message.Whom;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;

/** From a route to ways: which transport takes each address that no mailbox here is for, and under which sender it leaves. */
final class Transports {
    private static final Transport BY_MX = new Transport("smtp", "");
    private static final Transport STAYS = new Transport("error", "5.7.1 this server sends no mail to other hosts");
    private static final String HELD = "by a route";

    private final Routes routes;
    private final Routing routing;
    private final Optional<Srs> srs;
    private final Steps steps;

    Transports(Routes routes, Optional<Srs> srs, Steps steps) {
        this.routes = routes;
        this.routing = routes.routing();
        this.srs = srs;
        this.steps = steps;
    }

    static String reason(Rule hold) {
        return hold.via().target().isEmpty() ? HELD + ", " + hold.name() : hold.via().target();
    }

    /** A Refusal where a rule says so for all of it. */
    List<Way> ways(Route route, Sender from, Recipient named) throws Refusal, IOException {
        var ways = switch (route) {
            case Route.Local(var destinations, var outside, var held) -> local(destinations, outside, held, from, named);
            case Route.Backup(var address) -> List.of(way(address, from, named, Optional.empty(), Optional.empty(), BY_MX));
            case Route.Outside(var address) -> List.of(way(address, from, named, Optional.empty(), Optional.empty(), usual()));
            case Route.Unknown(var why) -> throw new Refusal(why);
        };
        if (ways.stream().allMatch(way -> way.to().transport().equals("error"))) {
            throw new Refusal(status(ways.getFirst().to()));
        }
        return ways;
    }

    private List<Way> local(List<Destination> destinations, List<Address> outside, Optional<String> held, Sender from, Recipient named)
            throws IOException {
        var ways = new ArrayList<Way>();
        for (var mailbox : destinations) {
            ways.add(new Way(mailbox, named, Optional.empty(), held));
        }
        for (var target : outside) {
            ways.add(way(target, from, named, forwarder(from.address(), target), held, routing.relays(target) ? BY_MX : usual()));
        }
        return ways;
    }

    /** For what has no rule. */
    private Transport usual() {
        return switch (routing.preset()) {
            case INTERNET -> BY_MX;
            case SMARTHOST, SATELLITE -> routing.smarthosts().getFirst();
            case LOCAL -> STAYS;
        };
    }

    private Way way(Address to, Sender from, Recipient named, Optional<Address> as, Optional<String> held, Transport usual) {
        var rule = rule(to, from.address());
        var why = held;
        var via = usual;
        if (rule.isEmpty()) {
            steps.step("<%s> goes by %s: no route names it, preset = %s", to, via, routing.preset().name().toLowerCase(Locale.ROOT));
        } else if (rule.get().via().name().equals("hold")) {
            why = Optional.of(reason(rule.get()));
            steps.step("[route %s] holds what is for <%s>; when released it goes by %s", rule.get().name(), to, via);
        } else {
            via = rule.get().via();
            steps.step("[route %s] sends what is for <%s> by %s", rule.get().name(), to, via);
        }
        return new Way(destination(via, to), Way.instead(to, named), as, why);
    }

    private Optional<Rule> rule(Address to, Address from) {
        if (routes.ours(to.domain()).isEmpty()) {
            return routing.rules().forElsewhere(to, from);
        }
        var rules = routing.rules();
        return rules.forAddress(to, from).or(() -> routes.withoutTag(to).flatMap(plain -> rules.forAddress(plain, from)))
                .or(() -> rules.forDomain(to, from));
    }

    private static Destination destination(Transport via, Address to) {
        return switch (via.name()) {
            case "local" -> Destination.local(to.toString(), "INBOX");
            default -> new Destination(via.name(), via.target().isEmpty() ? to.domain() : via.target(), "INBOX");
        };
    }

    /** The status that an error transport has for the sender. */
    static Status status(Destination error) {
        int space = error.target().indexOf(' ');
        return new Status(error.target().substring(0, space), error.target().substring(space + 1));
    }

    /** The sender that a stranger's mail gets when an alias leads it to other hosts. */
    private Optional<Address> forwarder(Address sender, Address target) throws IOException {
        boolean ours = routes.ours(sender.domain()).isPresent() || routing.srsDomain().filter(sender.domain()::equals).isPresent();
        boolean strange = !sender.isNull() && sender.hasDomain() && !ours && !routing.relays(sender);
        if (routing.srsDomain().isEmpty() || srs.isEmpty() || !strange || routes.ours(target.domain()).isPresent()) {
            return Optional.empty();
        }
        var as = srs.get().forward(sender, routing.srsDomain().get());
        steps.step(as.isPresent() ? "it leaves as <%2$s>, since <%1$s> is a stranger (srs)"
                : "it keeps the sender <%s>, whose name is too long for srs", sender, as.orElse(Address.NULL));
        return as;
    }

    /**
     * Where to turn with a recipient's mail when its destination cannot be reached: what the route says that leads there for
     * this recipient and sender. A sender of ours (SRS) counts as whom it stands for.
     */
    List<Destination> fallbacks(Destination to, Address from, Recipient recipient) throws IOException {
        var rule = rule(recipient.address(), original(from)).filter(r -> leads(r.via(), to, recipient.address()));
        if (rule.isPresent()) {
            return rule.get().fallback().stream().map(t -> instead(t, to)).distinct().toList();
        }
        var smarthosts = routing.smarthosts();
        return smarthosts.isEmpty() || !leads(smarthosts.getFirst(), to, recipient.address()) ? List.of()
                : smarthosts.stream().skip(1).map(t -> instead(t, to)).distinct().toList();
    }

    private Address original(Address from) throws IOException {
        boolean made = srs.isPresent() && Srs.isOne(from) && routing.srsDomain().filter(from.domain()::equals).isPresent();
        return made ? srs.get().reverse(from).orElse(from) : from;
    }

    /** Without a target it leads to the domain of the address. */
    private static boolean leads(Transport via, Destination to, Address address) {
        return via.name().equals(to.transport()) && (via.target().isEmpty() ? address.domain() : via.target()).equals(to.target());
    }

    private static Destination instead(Transport other, Destination to) {
        return new Destination(other.name(), other.target().isEmpty() ? to.target() : other.target(), to.folder());
    }
}
