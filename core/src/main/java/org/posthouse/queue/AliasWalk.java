package org.posthouse.queue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Resolution;
import org.posthouse.message.Address;
import org.posthouse.message.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One walk from an address of ours to where its mail ends: exactly as written, then without {@code +tag}, then the domain's
 * catch-all; aliases are followed, each address once, at most {@link #MOST_STEPS} deep. A rule for the address, with its tag or
 * without, or for the domain where it is somebody's, takes it out of the directory's hands.
 */
final class AliasWalk {
    static final int MOST_STEPS = 10;

    private static final Logger log = LoggerFactory.getLogger(Routes.class);
    private static final Status NO_SUCH_USER = new Status("5.1.1", "no such user here");
    private static final Status WRONG_ALIAS = new Status("4.3.5", "address is wrongly set up here, try again later");
    private static final Status LOOP = new Status("4.4.6", "address leads back to itself, try again later"); // RFC 3463 §3.5

    private final Routes routes;
    private final Resolver directories;
    private final Address sender;
    private final Rules rules;
    private final Steps steps;
    private final Set<Destination> found = new LinkedHashSet<>();
    private final Set<Address> outside = new LinkedHashSet<>();
    private final Set<Address> followed = new HashSet<>();
    private final Set<Address> otherNames = new HashSet<>();
    private Optional<String> held = Optional.empty();

    AliasWalk(Routes routes, Resolver directories, Rules rules, Address sender, Steps steps) {
        this.routes = routes;
        this.directories = directories;
        this.rules = rules;
        this.sender = sender;
        this.steps = steps;
    }

    Route from(Address address) throws IOException {
        var wrong = follow(address, List.of());
        return wrong.<Route>map(Route.Unknown::new)
                .orElseGet(() -> new Route.Local(List.copyOf(found), List.copyOf(outside), held));
    }

    /**
     * Adds what the address leads to; a status if it leads nowhere. What holds for another name of a whole domain holds for the
     * address: nobody there is nobody here, and no mistake.
     */
    private Optional<Status> follow(Address address, List<Address> path) throws IOException {
        if (path.contains(address) || path.size() > MOST_STEPS) {
            return wrong(LOOP, path, address, path.contains(address) ? "is a loop" : "has too many steps");
        }
        if (!followed.add(address)) {
            return Optional.empty();
        }
        if (ruled(rules.forAddress(address, sender), address) || ruledWithoutTag(address)) {
            return Optional.empty();
        }
        return switch (lookUp(address)) {
            case Resolution.Local(var account) -> {
                mailbox(address, account);
                yield Optional.empty();
            }
            case Resolution.Aliases(var targets) -> {
                steps.step("<%s> is an alias of %s", address, targets);
                yield followAll(targets, longer(path, address));
            }
            case Resolution.Renamed(var as) -> {
                steps.step("<%s> is another name of <%s>", address, as);
                otherNames.add(address);
                if (Routing.goesOn(as) && routes.ours(as.domain()).isEmpty()) { // whoever writes it would choose the way from there
                    steps.step("<%s> is nobody: its local part would mean another way there", as);
                    yield Optional.of(NO_SUCH_USER);
                }
                yield followAll(List.of(as), longer(path, address));
            }
            case Resolution.Unknown() -> {
                steps.step("<%s> is nobody", address);
                yield otherNames.containsAll(path) ? Optional.of(NO_SUCH_USER) : wrong(WRONG_ALIAS, path, address, "leads to no such user");
            }
        };
    }

    /** Whether a rule says where its mail goes, beside keeping it back. */
    private boolean ruled(Optional<Rule> rule, Address address) {
        if (rule.isEmpty() || rule.get().via().name().equals("local")) {
            return false;
        }
        if (rule.get().via().name().equals("hold")) {
            held = Optional.of(Transports.reason(rule.get()));
            steps.step("[route %s] holds what is for <%s>", rule.get().name(), address);
            return false;
        }
        outside.add(address);
        return true;
    }

    /** Where nobody has the name with its tag. */
    private boolean ruledWithoutTag(Address address) throws IOException {
        var rule = routes.withoutTag(address).flatMap(plain -> rules.forAddress(plain, sender));
        return rule.isPresent() && isNobodys(directories.resolve(address)) && ruled(rule, address);
    }

    private static boolean isNobodys(Resolution exact) {
        return exact instanceof Resolution.Unknown || exact instanceof Resolution.Renamed;
    }

    private void mailbox(Address address, AccountId account) {
        steps.step("<%s> is the account %s", address, account);
        if (!ruled(rules.forDomain(address, sender), address)) {
            found.add(Destination.local(account.name(), "INBOX"));
        }
    }

    private Optional<Status> followAll(List<Address> targets, List<Address> path) throws IOException {
        if (targets.isEmpty()) {
            return wrong(WRONG_ALIAS, path, Address.NULL, "leads to nobody");
        }
        for (var target : targets) {
            var domain = routes.ours(target.domain());
            if (domain.isEmpty()) {
                outside.add(target);
                continue;
            }
            var wrong = follow(Routes.lower(new Address(target.local(), domain.get())), path);
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return Optional.empty();
    }

    /**
     * Exactly as written → without tag → for the postmaster one who is there → the domain's catch-all. The other name of the
     * whole domain comes after what stands there of the name without its tag, and keeps the tag.
     */
    private Resolution lookUp(Address address) throws IOException {
        var exact = directories.resolve(address);
        if (!isNobodys(exact)) {
            return exact;
        }
        var without = routes.withoutTag(address);
        if (without.isPresent()) {
            steps.step("<%s> is nobody's own name; without the tag it is <%s>", address, without.get());
            var other = lookUp(without.get());
            return exact instanceof Resolution.Renamed && other instanceof Resolution.Renamed ? exact : other;
        }
        if (exact instanceof Resolution.Renamed) {
            return exact;
        }
        if (Routes.isPostmaster(address)) {
            return routes.insteadOf(address);
        }
        var all = directories.resolve(new Address("", address.domain()));
        if (!(all instanceof Resolution.Unknown)) {
            steps.step("<%s> is nobody's own name; @%s has a catch-all", address, address.domain());
        }
        return all;
    }

    private static Optional<Status> wrong(Status status, List<Address> path, Address target, String what) {
        var alias = path.isEmpty() ? target : path.getFirst();
        log.warn("alias address=<{}> through={} to=<{}> wrong=\"{}\"", alias, path, target, what);
        return Optional.of(status);
    }

    private static List<Address> longer(List<Address> path, Address last) {
        var longer = new ArrayList<>(path);
        longer.add(last);
        return longer;
    }
}
