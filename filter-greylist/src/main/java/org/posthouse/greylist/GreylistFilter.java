package org.posthouse.greylist;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Network;
import org.posthouse.message.Setting;
import org.posthouse.pipeline.Client;
import org.posthouse.pipeline.Filter;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Verdict;
import org.posthouse.state.Space;
import org.posthouse.state.States;
import org.posthouse.state.States.Keep;

/**
 * Asks unknown senders to come again (RFC 6647): a client network, sender and recipient that were not seen together before
 * are refused for now; who comes again after {@code delay} and within {@code window} passes, and so for {@code life} after
 * each message. Clients that have logged in, that this listener relays for, or that are whitelisted are never asked.
 *
 * <p>State, all of it soft: for each {@link Triplet} the moment it was first seen, or {@code passed}; for each sender and
 * recipient the moment they were first seen together; for each network how many triplets of it have passed.
 */
@Component(configurationPid = "filter-greylist")
@Designate(ocd = GreylistFilter.Config.class)
public final class GreylistFilter implements Filter {
    @ObjectClassDefinition(name = "filter-greylist", description = "Asks unknown senders to come again (RFC 6647)")
    public @interface Config {
        @AttributeDefinition(name = "duration", description = "How long a new triplet of network, sender and recipient is refused")
        String delay() default "5m";

        @AttributeDefinition(name = "duration", description = "How long after the first attempt a new one still counts as the same")
        String window() default "2d";

        @AttributeDefinition(name = "duration", min = "1ms",
                description = "How long a triplet that has passed is remembered after its last message")
        String life() default "36d";

        @AttributeDefinition(name = "duration", description = "After which the same sender and recipient pass from any network,"
                + " for senders that retry from many; 0s for never")
        String pool_delay() default "1h";

        @AttributeDefinition(min = "0", description = "After how many triplets that passed their network is trusted; 0 for never")
        int auto_whitelist() default 5;

        @AttributeDefinition(min = "1", max = "32", description = "How many bits of an IPv4 address make its network")
        int ipv4_prefix() default 24;

        @AttributeDefinition(min = "1", max = "128", description = "How many bits of an IPv6 address make its network")
        int ipv6_prefix() default 64;

        @AttributeDefinition(name = "network", description = "Networks whose clients are never asked to come again")
        String[] whitelist() default {};
    }

    private static final String PASSED = "passed";

    private final Duration delay;
    private final Duration window;
    private final Duration life;
    private final Duration poolDelay;
    private final int autoWhitelist;
    private final int ipv4Prefix;
    private final int ipv6Prefix;
    private final List<Network> whitelist;
    private final Space seen;
    private final Clock clock;

    @Activate
    public GreylistFilter(Config config, @Reference States states) {
        this(config, states, Clock.systemUTC());
    }

    GreylistFilter(Config config, States states, Clock clock) {
        delay = Setting.duration("delay", config.delay());
        window = Setting.duration("window", config.window());
        life = Setting.duration("life", config.life());
        poolDelay = Setting.duration("pool-delay", config.pool_delay());
        autoWhitelist = config.auto_whitelist();
        ipv4Prefix = prefix("ipv4-prefix", config.ipv4_prefix(), 32);
        ipv6Prefix = prefix("ipv6-prefix", config.ipv6_prefix(), 128);
        whitelist = Arrays.stream(config.whitelist()).map(n -> Setting.network("whitelist", n)).toList();
        if (window.compareTo(delay) <= 0) {
            throw new BadSetting("window", "must be longer than delay, or nobody ever passes");
        }
        if (!life.isPositive()) {
            throw new BadSetting("life", "must be longer than nothing");
        }
        if (autoWhitelist < 0) {
            throw new BadSetting("auto-whitelist", "is a number of triplets, or 0 for never");
        }
        seen = states.space("filter-greylist", Keep.SOFT);
        this.clock = clock;
    }

    private static int prefix(String key, int bits, int most) {
        if (bits < 1 || bits > most) {
            throw new BadSetting(key, bits + " is not a number of bits from 1 to " + most);
        }
        return bits;
    }

    @Override
    public Verdict onRecipient(Client client, Address from, Recipient to) throws IOException {
        if (neverAsked(client)) {
            return Verdict.PASS;
        }
        var triplet = Triplet.of(network(client.peer().address()), from, to.address());
        if (trusted(triplet.networkKey())) {
            return Verdict.PASS;
        }
        var first = seen.putIfAbsent(triplet.key(), moment(), window);
        if (first.filter(PASSED::equals).isPresent()) {
            seen.put(triplet.key(), PASSED, life);
            return Verdict.PASS;
        }
        var left = left(first, delay);
        if (left.isPositive() && !poolPasses(triplet)) {
            return Verdict.refuse("4.7.1", "Greylisted, please come again in " + left.plusMillis(999).toSeconds() + " seconds");
        }
        seen.put(triplet.key(), PASSED, life);
        if (autoWhitelist > 0) {
            seen.add(triplet.networkKey(), 1, life);
        }
        return Verdict.PASS;
    }

    /** Known clients are no target of greylisting (RFC 6647). Loopback is a client like any other. */
    private boolean neverAsked(Client client) {
        var peer = client.peer();
        return client.account().isPresent() || contains(whitelist, peer.address()) || contains(peer.listener().relayFrom(), peer.address());
    }

    private static boolean contains(List<Network> networks, InetAddress address) {
        return networks.stream().anyMatch(n -> n.contains(address));
    }

    private Network network(InetAddress address) {
        return Triplet.network(address, address instanceof Inet4Address ? ipv4Prefix : ipv6Prefix);
    }

    /** Trust lives on as long as it is used. */
    private boolean trusted(String networkKey) throws IOException {
        if (autoWhitelist == 0) {
            return false;
        }
        var passed = seen.get(networkKey).filter(count -> Long.parseLong(count) >= autoWhitelist);
        if (passed.isPresent()) {
            seen.put(networkKey, passed.get(), life);
        }
        return passed.isPresent();
    }

    /** Whether sender and recipient have waited long enough, from whatever networks; the null sender says nothing of a pool. */
    private boolean poolPasses(Triplet triplet) throws IOException {
        if (poolDelay.isZero() || triplet.sender().isEmpty()) {
            return false;
        }
        return !left(seen.putIfAbsent(triplet.pairKey(), moment(), window), poolDelay).isPositive();
    }

    /** What is left of a wait since a moment that was kept; all of it if none was. */
    private Duration left(Optional<String> since, Duration wait) {
        return since.map(m -> wait.minusMillis(clock.millis() - Long.parseLong(m))).orElse(wait);
    }

    private String moment() {
        return Long.toString(clock.millis());
    }
}
