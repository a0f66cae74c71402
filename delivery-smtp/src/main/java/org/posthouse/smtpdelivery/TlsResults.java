package org.posthouse.smtpdelivery;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.posthouse.net.TlsFailure;
import org.posthouse.observe.Metrics;
import org.posthouse.state.Space;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts how sessions went for which their domain publishes what it demands (RFC 8460 §4.3): in a metric, and, where reports are
 * wanted, each kind of session of a day in the state, under
 *
 * <pre>
 * tls DAY            how many kinds there are
 * tls DAY NUMBER     a kind ({@link TlsResult})
 * tls DAY #DIGEST    how many sessions of that kind
 * </pre>
 *
 * A crash in between loses some; a report may lack them.
 */
final class TlsResults {
    /** What a session that was as it had to be came to. */
    static final String SUCCESSFUL = "successful";

    private static final Logger LOG = LoggerFactory.getLogger("delivery-smtp");
    private static final Duration KEPT = Duration.ofDays(3);
    private static final int MOST_KINDS = 10_000; // a day

    /** Whether they are kept for reports. */
    enum Keep { FOR_REPORTS, NOT }

    /** A kind of session, and how many were like that. */
    record Counted(TlsResult what, long sessions) {}

    private final Space space;
    private final Keep keep;
    private final Metrics metrics;
    private final InstantSource clock;

    TlsResults(Space space, Keep keep, Metrics metrics, InstantSource clock) {
        this.space = space;
        this.keep = keep;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * One session with a host; nothing is counted where nobody publishes anything.
     *
     * @param from our own address, where it is known
     */
    void count(Host host, Demand demand, String result, Optional<InetAddress> from) {
        if (demand.by() != Demand.By.SETTING) {
            count(new TlsResult(host.domain(), demand.by() == Demand.By.TLSA ? "tlsa" : "sts", demand.published(), result, host.name(),
                    host.address().getAddress().getHostAddress(), from.map(InetAddress::getHostAddress).orElse("")));
        }
    }

    /** A policy that could not be had (RFC 8460 §4.3.2.2). */
    void noPolicy(String domain, String result) {
        count(new TlsResult(domain, "sts", List.of(), result, "", "", ""));
    }

    private void count(TlsResult what) {
        metrics.count("smtp_delivery_tls", "policy", what.policy(), "result", what.result());
        if (keep == Keep.NOT) {
            return;
        }
        var day = key(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC));
        try {
            if (space.add(day + " #" + what.digest(), 1, KEPT) == 1) {
                long number = space.add(day, 1, KEPT);
                if (number <= MOST_KINDS) {
                    space.put(day + " " + number, what.written(), KEPT);
                }
            }
        } catch (IOException e) {
            LOG.debug("not counted domain={}", what.domain(), e);
        }
    }

    private static String key(LocalDate day) {
        return "tls " + day;
    }

    /** All of a day. */
    List<Counted> of(LocalDate day) throws IOException {
        var all = new ArrayList<Counted>();
        long kinds = Math.min(MOST_KINDS, space.get(key(day)).map(TlsResults::number).orElse(0L));
        for (long number = 1; number <= kinds; number++) {
            var what = space.get(key(day) + " " + number).flatMap(TlsResult::read);
            if (what.isPresent()) {
                long sessions = space.get(key(day) + " #" + what.get().digest()).map(TlsResults::number).orElse(0L);
                all.add(new Counted(what.get(), sessions));
            }
        }
        return all;
    }

    private static long number(String text) {
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    /** RFC 8460 §4.3. */
    static String name(TlsFailure.Why why) {
        return switch (why) {
            case HANDSHAKE -> "validation-failure";
            case EXPIRED -> "certificate-expired";
            case NOT_TRUSTED -> "certificate-not-trusted";
            case OTHER_NAME -> "certificate-host-mismatch";
            case NO_MATCH -> "tlsa-invalid";
        };
    }
}
