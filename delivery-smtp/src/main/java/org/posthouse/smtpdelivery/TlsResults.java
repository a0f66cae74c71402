package org.posthouse.smtpdelivery;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.posthouse.net.TlsFailure;
import org.posthouse.observe.Metrics;
import org.posthouse.state.Space;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts, for reports to domains (RFC 8460), how sessions went for which the domain publishes what it demands: by domain, day (UTC),
 * whose demand it was and what came of it.
 */
final class TlsResults {
    private static final Logger LOG = LoggerFactory.getLogger("delivery-smtp");
    private static final Duration KEPT = Duration.ofDays(3);
    private static final int DAY = 10;

    private final Space space;
    private final Metrics metrics;
    private final InstantSource clock;

    TlsResults(Space space, Metrics metrics, InstantSource clock) {
        this.space = space;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** @param failure empty for a session that was as it had to be */
    void count(String domain, Demand.By by, Optional<String> failure) {
        if (by == Demand.By.SETTING) {
            return;
        }
        var policy = by == Demand.By.TLSA ? "tlsa" : "sts";
        var result = failure.orElse("successful");
        metrics.count("smtp_delivery_tls", "policy", policy, "result", result);
        try {
            space.add(String.join(" ", "tls", clock.instant().toString().substring(0, DAY), policy, result,
                    domain.substring(0, Math.min(domain.length(), 180))), 1, KEPT);
        } catch (IOException e) {
            LOG.debug("not counted domain={}", domain, e); // a report may lack one
        }
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
