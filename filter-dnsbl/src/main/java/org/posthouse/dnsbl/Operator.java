package org.posthouse.dnsbl;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.posthouse.net.Dns;
import org.posthouse.net.Dns.Found;
import org.posthouse.net.Dns.None;
import org.posthouse.net.Dns.Unknown;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One zone and how far it can be believed. A list that lists what none may list (RFC 5782 §5), or that answers with something that is no
 * listing, as lists do that refuse to serve us or were given up, is not asked for a while.
 */
final class Operator {
    private static final Logger LOG = LoggerFactory.getLogger("filter-dnsbl");
    private static final int MOST_SILENCES = 3; // in a row
    private static final Duration AFTER_SILENCE = Duration.ofMinutes(1);
    private static final String LISTED_ADDRESS = "2.0.0.127";
    private static final String LISTED_ADDRESS_V6 = "2.0.0.0.0.0.f.7.f.f.f.f" + ".0".repeat(20); // ::ffff:7f00:2
    private static final String FREE_ADDRESS = "1.0.0.127";
    private static final String LISTED_DOMAIN = "test";
    private static final String FREE_DOMAIN = "invalid";

    /** What asking came to. */
    sealed interface Said {
        record Listed(InetAddress answer) implements Said {}

        record Clear() implements Said {}

        /** Nobody could say; never the same as listed. */
        record Silent(String why) implements Said {}
    }

    private final DnsList list;
    private final Clock clock;
    private final Duration pause;
    private final Duration testEvery;
    private volatile long offUntil;
    private volatile long nextTest;
    private volatile String why = "";
    private final AtomicInteger silences = new AtomicInteger();

    Operator(DnsList list, Clock clock, Duration pause, Duration testEvery) {
        this.list = list;
        this.clock = clock;
        this.pause = pause;
        this.testEvery = testEvery;
    }

    DnsList list() {
        return list;
    }

    /** Why it is not asked now. */
    Optional<String> off() {
        return clock.millis() < offUntil ? Optional.of(why) : Optional.empty();
    }

    /**
     * @param dns   as patient as time is left, whenever it is asked for
     * @param about a domain, or an address as {@link Subject#reversed} writes it
     */
    Said ask(Supplier<Dns> dns, String about) {
        var off = off();
        if (off.isPresent()) {
            return new Said.Silent(off.get());
        }
        if (testEvery.isPositive() && clock.millis() >= nextTest) {
            test(dns);
        }
        return off().<Said>map(Said.Silent::new).orElseGet(() -> answer(dns, about));
    }

    private Said answer(Supplier<Dns> dns, String about) {
        var answer = dns.get().a(about + "." + list.zone());
        if (answer instanceof Unknown<InetAddress>(var reason)) {
            boolean again = silences.incrementAndGet() < MOST_SILENCES;
            return new Said.Silent(again ? reason : rest(AFTER_SILENCE, "it did not answer " + MOST_SILENCES + " times in a row: " + reason));
        }
        silences.set(0);
        return answer instanceof Found<InetAddress> found ? judged(found) : new Said.Clear();
    }

    private Said judged(Found<InetAddress> found) {
        var wrong = found.records().stream().filter(Answers::wrong).findFirst();
        if (wrong.isPresent()) {
            return new Said.Silent(rest(pause, "it answers " + wrong.get().getHostAddress() + ", which is no listing: it does not serve us, or is no list any more"));
        }
        return found.records().stream().filter(list.answers()::count).findFirst().<Said>map(Said.Listed::new).orElseGet(Said.Clear::new);
    }

    /** So that a list that is away holds up no more mail. */
    private String rest(Duration howLong, String reason) {
        silences.set(0);
        why = reason;
        offUntil = clock.millis() + howLong.toMillis();
        LOG.warn("{} is not asked for {} s: {}", list.zone(), howLong.toSeconds(), reason);
        return reason;
    }

    /** By the entries that every list must have and must not have (RFC 5782 §5). What it found, if anything is wrong. */
    Optional<String> test(Supplier<Dns> dns) {
        nextTest = clock.millis() + testEvery.toMillis();
        boolean addresses = list.subject() == Subject.CLIENT;
        var free = dns.get().a((addresses ? FREE_ADDRESS : FREE_DOMAIN) + "." + list.zone());
        if (free instanceof Found<InetAddress>) {
            return Optional.of(rest(pause, "it lists " + (addresses ? "127.0.0.1" : FREE_DOMAIN) + ", and so maybe the world"));
        }
        if (free instanceof Unknown) {
            nextTest = clock.millis() + Math.min(testEvery.toMillis(), AFTER_SILENCE.toMillis()); // so long nothing is known of it
        }
        var listed = dns.get().a((addresses ? LISTED_ADDRESS : LISTED_DOMAIN) + "." + list.zone());
        if (addresses && listed instanceof None) {
            listed = dns.get().a(LISTED_ADDRESS_V6 + "." + list.zone());
        }
        return switch (listed) {
            case None<InetAddress> _ -> {
                var reason = "it has no entry for " + (addresses ? "127.0.0.2" : LISTED_DOMAIN) + ", so it seems to be no list, or an empty one";
                LOG.warn("{}: {}", list.zone(), reason);
                yield Optional.of(reason);
            }
            case Unknown<InetAddress>(var reason) -> Optional.of("it cannot be asked: " + reason);
            case Found<InetAddress> found -> judged(found) instanceof Said.Silent(var reason) ? Optional.of(reason) : Optional.empty();
        };
    }
}
