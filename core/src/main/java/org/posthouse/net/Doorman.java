package org.posthouse.net;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.posthouse.message.SessionId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends away who is one too many for a limit of a listener. The client is told at once, in its protocol's words (RFC 5321 §3.8:
 * 421), and costs no thread of its own. The operator is told the first of them and then once a minute, in log and trace: thousands
 * a second would fill the disk, which is more than they could do inside.
 */
final class Doorman {
    private static final Duration TOLD_AGAIN_AFTER = Duration.ofMinutes(1);

    private static final class Told {
        Instant at = Instant.MIN;
        long since;
    }

    private static final Logger LOG = LoggerFactory.getLogger("net");

    private final Session.Services services;
    private final InstantSource clock;
    private final Map<String, Told> byLimit = new HashMap<>();

    Doorman(Session.Services services, InstantSource clock) {
        this.services = services;
        this.clock = clock;
    }

    /** @param limit the key of the setting */
    void sendAway(SessionId id, Wire wire, ListenerSettings listener, String limit) {
        var words = listener.tls() == Listener.Tls.IMPLICIT ? Optional.<String>empty()
                : services.protocols().property(listener.protocol(), Protocol.BUSY);
        wire.sendAway(words.map(line -> line + "\r\n").orElse(""));
        services.metrics().count("net_refused", "listener", listener.name());
        long times = timesToTell(limit);
        if (times > 0) {
            var remote = Session.text(wire.remote());
            services.trace().event(id.text(), "refused", "remote", remote, "listener", listener.name(), "times", times, "why", limit);
            LOG.info("refused listener={} remote={} limit={} times={}", listener.name(), remote, limit, times);
        }
    }

    /** Zero when it was told less than a minute ago. */
    private synchronized long timesToTell(String limit) {
        var told = byLimit.computeIfAbsent(limit, l -> new Told());
        told.since++;
        var now = clock.instant();
        if (now.isBefore(told.at.plus(TOLD_AGAIN_AFTER))) {
            return 0;
        }
        long times = told.since;
        told.at = now;
        told.since = 0;
        return times;
    }
}
