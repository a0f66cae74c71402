package org.posthouse.auth;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.posthouse.state.Space;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Failed log-ins in a space of {@code States}, over restarts. Nobody is kept out because the space is away: then it is left
 * alone for a minute, nothing is found and nothing kept.
 */
final class KeptFailures {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryAccounts.class);
    private static final Duration LEFT_ALONE = Duration.ofMinutes(1);

    private interface Use {
        Optional<String> of() throws IOException;
    }

    private final Space space;
    private final Clock clock;
    private volatile long leftAloneUntil;

    KeptFailures(Space space, Clock clock) {
        this.space = space;
        this.clock = clock;
    }

    FailureCount find(ThrottleKey key) {
        return use(() -> space.get(key.text())).map(FailureCount::read).orElse(FailureCount.NONE);
    }

    void keep(ThrottleKey key, FailureCount count, Duration life) {
        use(() -> {
            if (count.failures() == 0 && !count.known()) {
                space.remove(key.text());
            } else {
                space.put(key.text(), count.written(), life);
            }
            return Optional.empty();
        });
    }

    private Optional<String> use(Use use) {
        if (clock.millis() < leftAloneUntil) {
            return Optional.empty();
        }
        try {
            return use.of();
        } catch (IOException e) {
            leftAloneUntil = clock.millis() + LEFT_ALONE.toMillis();
            LOG.warn("failed log-ins are counted in memory only: {}", e.toString());
            return Optional.empty();
        }
    }
}
