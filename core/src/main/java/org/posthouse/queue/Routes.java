package org.posthouse.queue;

import java.io.IOException;
import java.net.IDN;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Resolution;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Setting;
import org.posthouse.message.Status;
import org.posthouse.net.Site;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds where an address leads: our domains, then exactly as written, then without {@code +tag}, then the domain's catch-all;
 * aliases are followed, each address once. Names are asked for in lower case. What stands in a local part ({@code %},
 * {@code !}, a quoted {@code @}) has no meaning here, and an address literal is never ours.
 *
 * <p>Mail for the postmaster of any of our domains, or of none, is never refused (RFC 5321 §4.5.1). It goes to: what the
 * directory says of that address; the setting {@code postmaster}; {@code postmaster} at the first domain; and where none of
 * these leads anywhere, into the mailbox of {@code postmaster} at the first domain, whether or not there is such an account
 * yet. Who adds it finds the mail.
 *
 * <p>Wrong aliases are a temporary failure, so that nothing bounces while the operator mends them; each is logged.
 */
public final class Routes {
    static final int MOST_ALIAS_STEPS = 10;

    private static final Logger log = LoggerFactory.getLogger(Routes.class);
    private static final String POSTMASTER = "postmaster";
    private static final Status NO_SUCH_USER = new Status("5.1.1", "no such user here");
    private static final Status BAD_ADDRESS = new Status("5.1.3", "not a full address");
    private static final Status WRONG_ALIAS = new Status("4.3.5", "address is wrongly set up here, try again later");
    private static final Status LOOP = new Status("4.4.6", "address leads back to itself, try again later"); // RFC 3463 §3.5

    private record Settings(String delimiter, Optional<Address> postmaster) {}

    /** What one address has led to so far. */
    private record Walk(Set<Destination> found, Set<Address> outside, Set<Address> followed) {}

    private final Resolver directories;
    private final Site site;
    private volatile Settings settings = new Settings("+", Optional.empty());

    public Routes(Resolver directories, Site site) {
        this.directories = directories;
        this.site = site;
    }

    /** Of the top lines: {@code recipient-delimiter} and {@code postmaster}. */
    public void configure(Values top) {
        var delimiter = top.text("recipient-delimiter");
        if (delimiter.length() > 1 || delimiter.equals("@")) {
            throw new BadSetting("recipient-delimiter", "'" + delimiter + "' is not one character; write + or leave it empty");
        }
        settings = new Settings(delimiter, postmaster(top));
    }

    private static Optional<Address> postmaster(Values top) {
        if (!top.has(POSTMASTER)) {
            return Optional.empty();
        }
        var address = lower(Setting.address(POSTMASTER, top.text(POSTMASTER)));
        var domains = top.list("domains").stream().map(d -> d.toLowerCase(Locale.ROOT)).toList();
        if (!domains.contains(address.domain())) {
            throw new BadSetting(POSTMASTER, "'" + address + "' is not in one of our domains; write an address of " + domains);
        }
        return Optional.of(address);
    }

    /** An IOException when a directory cannot say now. */
    public Route route(Address address) throws IOException {
        if (!address.hasDomain()) {
            return isPostmaster(address) ? postmasterOf(site.firstDomain()) : new Route.Unknown(BAD_ADDRESS);
        }
        var domain = ours(address.domain());
        if (domain.isEmpty()) {
            return new Route.Outside(address);
        }
        return isPostmaster(address) ? postmasterOf(domain.get())
                : expand(lower(new Address(address.local(), domain.get())));
    }

    private Route postmasterOf(String domain) throws IOException {
        return switch (expand(new Address(POSTMASTER, domain))) {
            case Route.Local local -> local;
            case Route.Unknown _, Route.Outside _ -> new Route.Local(List.of(inbox(lastResort())));
        };
    }

    private Route expand(Address address) throws IOException {
        var walk = new Walk(new LinkedHashSet<>(), new LinkedHashSet<>(), new HashSet<>());
        var wrong = follow(address, List.of(), walk);
        return wrong.<Route>map(Route.Unknown::new).orElseGet(() -> new Route.Local(List.copyOf(walk.found), List.copyOf(walk.outside)));
    }

    /** Adds what the address leads to; a status if it leads nowhere. */
    private Optional<Status> follow(Address address, List<Address> path, Walk walk) throws IOException {
        if (path.contains(address) || path.size() > MOST_ALIAS_STEPS) {
            return wrong(LOOP, path, address, path.contains(address) ? "is a loop" : "has too many steps");
        }
        if (!walk.followed.add(address)) {
            return Optional.empty();
        }
        return switch (lookUp(address)) {
            case Resolution.Local(var account) -> {
                walk.found.add(inbox(account));
                yield Optional.empty();
            }
            case Resolution.Aliases(var targets) -> followAll(targets, longer(path, address), walk);
            case Resolution.Unknown() -> path.isEmpty() ? Optional.of(NO_SUCH_USER)
                    : wrong(WRONG_ALIAS, path, address, "leads to no such user");
        };
    }

    private Optional<Status> followAll(List<Address> targets, List<Address> path, Walk walk) throws IOException {
        if (targets.isEmpty()) {
            return wrong(WRONG_ALIAS, path, Address.NULL, "leads to nobody");
        }
        for (var target : targets) {
            var domain = ours(target.domain());
            if (domain.isEmpty()) {
                walk.outside.add(target);
                continue;
            }
            var wrong = follow(lower(new Address(target.local(), domain.get())), path, walk);
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return Optional.empty();
    }

    /** Exactly as written → without tag → for the postmaster one who is there → the domain's catch-all. */
    private Resolution lookUp(Address address) throws IOException {
        var exact = directories.resolve(address);
        if (!(exact instanceof Resolution.Unknown)) {
            return exact;
        }
        var delimiter = settings.delimiter;
        int tag = delimiter.isEmpty() ? -1 : address.local().indexOf(delimiter);
        if (tag > 0) {
            return lookUp(address.withLocal(address.local().substring(0, tag)));
        }
        if (isPostmaster(address)) {
            return insteadOf(address);
        }
        return directories.resolve(new Address("", address.domain()));
    }

    private Resolution insteadOf(Address postmaster) {
        var first = new Address(POSTMASTER, site.firstDomain());
        var other = settings.postmaster.filter(p -> !p.equals(postmaster)).or(() -> Optional.of(first))
                .filter(p -> !p.equals(postmaster));
        return other.<Resolution>map(p -> new Resolution.Aliases(List.of(p))).orElseGet(() -> new Resolution.Local(lastResort()));
    }

    private AccountId lastResort() {
        return new AccountId(POSTMASTER + "@" + site.firstDomain());
    }

    /** The domain as our settings write it, or nothing if it is not ours. */
    private Optional<String> ours(String domain) {
        var domains = site.domains();
        if (domains.contains(domain)) {
            return Optional.of(domain);
        }
        var ascii = ascii(domain);
        return ascii.equals(domain) && !ascii.contains("xn--") ? Optional.empty()
                : domains.stream().filter(d -> ascii(d).equals(ascii)).findFirst();
    }

    /** With A-labels (RFC 5890 §2.3.2.1), or unchanged where that cannot be. */
    private static String ascii(String domain) {
        try {
            return IDN.toASCII(domain, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException notADomain) {
            return domain;
        }
    }

    private static Optional<Status> wrong(Status status, List<Address> path, Address target, String what) {
        var alias = path.isEmpty() ? target : path.getFirst();
        log.warn("alias address=<{}> through={} to=<{}> wrong=\"{}\"", alias, path, target, what);
        return Optional.of(status);
    }

    private static boolean isPostmaster(Address address) {
        return address.local().equalsIgnoreCase(POSTMASTER);
    }

    private static Destination inbox(AccountId account) {
        return Destination.local(account.name(), "INBOX");
    }

    private static Address lower(Address address) {
        return address.withLocal(address.local().toLowerCase(Locale.ROOT));
    }

    private static List<Address> longer(List<Address> path, Address last) {
        var longer = new ArrayList<>(path);
        longer.add(last);
        return longer;
    }
}
