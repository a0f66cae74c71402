package org.posthouse.queue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Resolution;
import org.posthouse.config.Values;
import org.posthouse.disk.Disk;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Refusal;
import org.posthouse.message.Setting;
import org.posthouse.message.Status;
import org.posthouse.message.Whom;
import org.posthouse.net.Site;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;

/**
 * Finds where an address leads: its canonical form first, then our domains with their aliases and accounts ({@link AliasWalk}),
 * then the domains we relay for; all else is outside. Which transport takes what is not for a mailbox here is said by
 * {@link Transports}. Names are asked for in lower case. What stands in a local part ({@code %}, {@code !}, a quoted
 * {@code @}) has no meaning here, and an address literal is never ours.
 *
 * <p>Mail for the postmaster of any of our domains, or of none, is never refused (RFC 5321 §4.5.1). It goes to: what the
 * directory says of that address; the setting {@code postmaster}; {@code postmaster} at the first domain; and where none of
 * these leads anywhere, into the mailbox of {@code postmaster} at the first domain, whether or not there is such an account
 * yet. Who adds it finds the mail.
 *
 * <p>Wrong aliases are a temporary failure, so that nothing bounces while the operator mends them; each is logged.
 */
public final class Routes {
    private static final String POSTMASTER = "postmaster";
    private static final Status BAD_ADDRESS = new Status("5.1.3", "not a full address");
    private static final Status NO_SUCH_USER = new Status("5.1.1", "no such user here");

    private record Settings(String delimiter, Optional<Address> postmaster, Routing routing) {}

    private final Resolver directories;
    private final Site site;
    private final Optional<Srs> srs;
    private final Routing.Files files;
    private volatile Settings settings = new Settings("+", Optional.empty(), Routing.USUAL);

    /** Without a disk: for mail that needs neither SRS nor lists in files. */
    public Routes(Resolver directories, Site site) {
        this.directories = directories;
        this.site = site;
        this.srs = Optional.empty();
        this.files = name -> {
            throw new IOException("there is no disk");
        };
    }

    public Routes(Resolver directories, Site site, Disk disk, Clock clock) {
        this.directories = directories;
        this.site = site;
        this.srs = Optional.of(new Srs(disk, clock));
        this.files = name -> Files.readAllLines(disk.conf(name));
    }

    /** Of the top lines: {@code recipient-delimiter} and {@code postmaster}; nothing of routing. */
    void configure(Values top) {
        configure(top, new Values("routing", Map.of()), List.of());
    }

    /**
     * Of the top lines: {@code recipient-delimiter}, {@code postmaster} and {@code domains}.
     *
     * @param routing {@code [routing]}
     * @param routes  each {@code [route NAME]}
     */
    public void configure(Values top, Values routing, List<Values> routes) {
        var delimiter = top.text("recipient-delimiter");
        if (delimiter.length() > 1 || delimiter.equals("@")) {
            throw new BadSetting("recipient-delimiter", "'" + delimiter + "' is not one character; write + or leave it empty");
        }
        var domains = top.has("domains") ? top.list("domains").stream().map(d -> d.toLowerCase(Locale.ROOT)).toList() : List.<String>of();
        settings = new Settings(delimiter, postmaster(top, domains), Routing.of(routing, routes, domains, files));
    }

    private static Optional<Address> postmaster(Values top, List<String> domains) {
        if (!top.has(POSTMASTER)) {
            return Optional.empty();
        }
        var address = lower(Setting.address(POSTMASTER, top.text(POSTMASTER)));
        if (!domains.contains(address.domain())) {
            throw new BadSetting(POSTMASTER, "'" + address + "' is not in one of our domains; write an address of " + domains);
        }
        return Optional.of(address);
    }

    Routing routing() {
        return settings.routing;
    }

    /** Empty where it has none. */
    Optional<Address> withoutTag(Address address) {
        var delimiter = settings.delimiter;
        int tag = delimiter.isEmpty() ? -1 : address.local().indexOf(delimiter);
        return tag > 0 ? Optional.of(address.withLocal(address.local().substring(0, tag))) : Optional.empty();
    }

    /** The sender as the envelope is to have it. */
    public Sender canonical(Sender from) {
        var address = settings.routing.sender(from.address());
        return address.equals(from.address()) ? from : new Sender(address, from.parameters());
    }

    /** Whoever sends. An IOException when a directory cannot say now. */
    public Route route(Address address) throws IOException {
        return route(address, Address.NULL);
    }

    public Route route(Address address, Address from) throws IOException {
        return route(address, from, Steps.NONE);
    }

    Route route(Address asNamed, Address from, Steps steps) throws IOException {
        if (!asNamed.hasDomain()) {
            return isPostmaster(asNamed) ? postmasterOf(site.firstDomain(), from, steps) : new Route.Unknown(BAD_ADDRESS);
        }
        var address = settings.routing.recipient(asNamed);
        if (!address.equals(asNamed)) {
            steps.step("<%s> is written <%s> (recipient-canonical)", asNamed, address);
        }
        if (Srs.isOne(address) && srs.isPresent() && settings.routing.srsDomain().filter(address.domain()::equals).isPresent()) {
            return way(back(address, steps));
        }
        var domain = ours(address.domain());
        if (domain.isEmpty()) {
            return settings.routing.relays(address) ? backup(address, from, steps) : outside(address, steps);
        }
        steps.step("%s is one of our domains", domain.get());
        return isPostmaster(address) ? postmasterOf(domain.get(), from, steps)
                : walk(lower(new Address(address.local(), domain.get())), from, steps);
    }

    private Optional<Address> back(Address address, Steps steps) throws IOException {
        var sender = srs.get().reverse(address);
        steps.step(sender.isPresent() ? "<%s> is a sender we have made (srs) for <%s>" : "<%s> is no sender we have made (srs), or too old",
                address, sender.orElse(Address.NULL));
        return sender;
    }

    private static Route way(Optional<Address> back) {
        return back.<Route>map(sender -> new Route.Local(List.of(), List.of(sender))).orElseGet(() -> new Route.Unknown(NO_SUCH_USER));
    }

    private static Route outside(Address address, Steps steps) {
        steps.step("%s is none of our domains: it may pass only from those we relay for", address.domain());
        return new Route.Outside(address);
    }

    /** Who is there is said by the settings or by a directory, where an alias also leads on. */
    private Route backup(Address address, Address from, Steps steps) throws IOException {
        steps.step("%s is a relay domain", address.domain());
        var known = settings.routing.names(address) ? new Resolution.Unknown() : directories.resolve(lower(address));
        return switch (known) {
            case Resolution.Aliases _, Resolution.Renamed _ -> walk(lower(address), from, steps);
            case Resolution.Local _ -> new Route.Backup(address);
            case Resolution.Unknown() -> {
                boolean named = settings.routing.names(address) || isPostmaster(address);
                steps.step(named ? "<%s> is one of its recipients" : "<%s> is none of relay-recipients", address);
                yield named ? new Route.Backup(address) : new Route.Unknown(NO_SUCH_USER);
            }
        };
    }

    private Route walk(Address address, Address from, Steps steps) throws IOException {
        return new AliasWalk(this, directories, settings.routing.rules(), from, steps).from(address);
    }

    /** Whether an address is this account's, whatever transport takes its mail. */
    public boolean belongs(Address asNamed, AccountId account) throws IOException {
        var address = settings.routing.recipient(asNamed);
        var domain = settings.routing.relays(address) ? Optional.of(address.domain()) : served(address.domain());
        return domain.isPresent()
                && new AliasWalk(this, directories, Rules.NONE, Address.NULL, Steps.NONE).from(lower(new Address(address.local(), domain.get())))
                        instanceof Route.Local(var destinations, _, _)
                && destinations.contains(Destination.local(account.name(), "INBOX"));
    }

    private Route postmasterOf(String domain, Address from, Steps steps) throws IOException {
        return switch (walk(new Address(POSTMASTER, domain), from, steps)) {
            case Route.Local local -> local;
            case Route.Unknown _, Route.Outside _, Route.Backup _ ->
                    new Route.Local(List.of(Destination.local(lastResort().name(), "INBOX")));
        };
    }

    /** The ways on which the mail of a recipient goes, by the transports there are; a Refusal where it is not taken. */
    public List<Way> ways(Route route, Sender from, Recipient named) throws Refusal, IOException {
        return new Transports(this, srs, Steps.NONE).ways(route, from, named);
    }

    List<Way> ways(Route route, Sender from, Recipient named, Steps steps) throws Refusal, IOException {
        return new Transports(this, srs, steps).ways(route, from, named);
    }

    /** Where to turn with a recipient's mail when its destination cannot be reached. */
    List<Destination> fallbacks(Destination to, Address from, Recipient recipient) throws IOException {
        return new Transports(this, srs, Steps.NONE).fallbacks(to, from, recipient);
    }

    /** Who gets the mail of a postmaster who is not there. */
    Resolution insteadOf(Address postmaster) {
        var first = new Address(POSTMASTER, site.firstDomain());
        var other = settings.postmaster.filter(p -> !p.equals(postmaster)).or(() -> Optional.of(first))
                .filter(p -> !p.equals(postmaster));
        return other.<Resolution>map(p -> new Resolution.Aliases(List.of(p))).orElseGet(() -> new Resolution.Local(lastResort()));
    }

    private AccountId lastResort() {
        return new AccountId(POSTMASTER + "@" + site.firstDomain());
    }

    /** The domain as our settings write it, or nothing if it is not ours; a satellite has none. */
    Optional<String> ours(String domain) {
        return settings.routing.preset() == Routing.Preset.SATELLITE ? Optional.empty() : served(domain);
    }

    private Optional<String> served(String domain) {
        var domains = site.domains();
        if (domains.contains(domain)) {
            return Optional.of(domain);
        }
        var ascii = Whom.ascii(domain);
        return ascii.equals(domain) && !ascii.contains("xn--") ? Optional.empty()
                : domains.stream().filter(d -> Whom.ascii(d).equals(ascii)).findFirst();
    }

    static boolean isPostmaster(Address address) {
        return address.local().equalsIgnoreCase(POSTMASTER);
    }

    static Address lower(Address address) {
        return address.withLocal(address.local().toLowerCase(Locale.ROOT));
    }
}
