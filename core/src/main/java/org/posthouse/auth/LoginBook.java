package org.posthouse.auth;

import java.util.List;
import java.util.Locale;
import org.posthouse.net.Peer;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down how attempts to log in end. Only the operator reads why; no password comes here. */
final class LoginBook {
    enum Ending { RIGHT, WRONG, NO_SUCH_USER, NO_SCRAM_KEYS, NO_READABLE_PASSWORD, OTHER_CHANNEL, THROTTLED, DIRECTORY_AWAY }

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryAccounts.class);

    private final Trace trace;
    private final Metrics metrics;

    LoginBook(Trace trace, Metrics metrics) {
        this.trace = trace;
        this.metrics = metrics;
    }

    void ended(Ending ending, String account, String mechanism, Peer client) {
        var why = ending.name().toLowerCase(Locale.ROOT).replace('_', '-');
        var address = client.address().getHostAddress();
        metrics.count("logins", "mechanism", mechanism, "result", why);
        if (ending == Ending.RIGHT) {
            trace.event(client.session().text(), "login", "account", account, "mechanism", mechanism, "address", address);
            LOG.debug("login account={} mechanism={} address={}", account, mechanism, address);
            return;
        }
        trace.event(client.session().text(), "login-failed", "account", account, "mechanism", mechanism, "address", address,
                "why", why);
        if (ending != Ending.DIRECTORY_AWAY) { // of which the cause is in the log already
            LOG.info("login-failed account={} mechanism={} address={} why={}", account, mechanism, address, why);
        }
    }

    void lockedOut(List<Throttle.Lockout> lockouts, Peer client) {
        for (var lockout : lockouts) {
            metrics.count("login_lockouts", "of", lockout.of());
            trace.event(client.session().text(), "locked-out", "of", lockout.of(), "name", lockout.name(), "for", lockout.time());
            LOG.warn("locked-out {}={} for={} after too many failed log-ins", lockout.of(), lockout.name(), lockout.time());
        }
    }
}
