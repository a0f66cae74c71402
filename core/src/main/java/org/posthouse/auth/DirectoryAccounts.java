package org.posthouse.auth;

import java.io.IOException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Refusal;
import org.posthouse.net.Peer;
import org.posthouse.net.Site;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs users in against the directories. Every attempt ends in one trace event, {@code login} or {@code login-failed} with
 * why; only the operator learns why. A bad password costs the client an attempt, a directory that is away costs it nothing.
 */
public final class DirectoryAccounts implements Accounts {
    private enum Ending { RIGHT, WRONG, NO_SUCH_USER, THROTTLED, DIRECTORY_AWAY }

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryAccounts.class);
    private static final int MOST_THROTTLE_KEYS = 100_000;
    private static final int LONGEST_ACCOUNT = 320;

    private final Directories directories;
    private final Site site;
    private final Trace trace;
    private final Metrics metrics;
    private final Throttle throttle;

    public DirectoryAccounts(Directories directories, Site site, Trace trace, Metrics metrics, Clock clock) {
        this.directories = directories;
        this.site = site;
        this.trace = trace;
        this.metrics = metrics;
        this.throttle = new Throttle(clock, MOST_THROTTLE_KEYS);
    }

    /** Reads {@code login-failures}, {@code login-window} and {@code login-lockout}. */
    public void configure(Values top) {
        int failures = top.number("login-failures");
        if (failures < 1) {
            throw new BadSetting("login-failures", "must be 1 or more; write login-failures = 20");
        }
        throttle.limits(new Throttle.Limits(failures, top.duration("login-window"), top.duration("login-lockout")));
    }

    @Override public List<String> mechanisms() {
        return List.of("PLAIN", "LOGIN");
    }

    @Override public Optional<Sasl> sasl(String mechanism, Peer client) {
        var name = mechanism.toUpperCase(Locale.ROOT); // RFC 4422 §3.1: upper case; some clients are careless
        return switch (name) {
            case "PLAIN" -> Optional.of(new PlainExchange(loginBy(name, client)));
            case "LOGIN" -> Optional.of(new LoginExchange(loginBy(name, client)));
            default -> Optional.empty();
        };
    }

    @Override public AccountId login(String name, char[] password, Peer client) throws Refusal {
        return login(name, password, "password", client);
    }

    private PasswordLogin loginBy(String mechanism, Peer client) {
        return new PasswordLogin() {
            @Override public String fullName(String name) throws Refusal {
                return DirectoryAccounts.this.fullName(name);
            }

            @Override public AccountId login(String name, char[] password) throws Refusal {
                return DirectoryAccounts.this.login(name, password, mechanism, client);
            }
        };
    }

    private String fullName(String name) throws Refusal {
        var prepared = SaslText.name(name);
        var full = prepared.contains("@") ? prepared : prepared + "@" + site.firstDomain();
        if (full.length() > LONGEST_ACCOUNT || full.startsWith("@") || full.endsWith("@")) {
            throw SaslText.wrong();
        }
        return full;
    }

    private AccountId login(String name, char[] password, String mechanism, Peer client) throws Refusal {
        char[] prepared = {};
        try {
            var account = fullName(name);
            prepared = SaslText.password(password);
            var ending = attempt(account, prepared, client);
            tell(ending, account, mechanism, client);
            return switch (ending) {
                case RIGHT -> {
                    throttle.succeeded(account, client.address());
                    yield new AccountId(account);
                }
                case WRONG, NO_SUCH_USER -> {
                    throttle.failed(account, client.address());
                    throw SaslText.wrong();
                }
                case THROTTLED -> throw new Refusal("4.7.0", "Too many failed log-ins, try again later");
                case DIRECTORY_AWAY -> throw new Refusal("4.7.0", "Temporary authentication failure"); // RFC 4954 §6
            };
        } finally {
            Arrays.fill(password, '\0');
            Arrays.fill(prepared, '\0');
        }
    }

    private Ending attempt(String account, char[] password, Peer client) {
        if (throttle.refuses(account, client.address())) {
            return Ending.THROTTLED;
        }
        try {
            return switch (directories.check(account, password)) {
                case RIGHT -> Ending.RIGHT;
                case WRONG -> Ending.WRONG;
                case NO_SUCH_USER -> Ending.NO_SUCH_USER;
            };
        } catch (IOException e) {
            LOG.warn("login account={} cannot be checked: {}", account, e.toString());
            return Ending.DIRECTORY_AWAY;
        }
    }

    private void tell(Ending ending, String account, String mechanism, Peer client) {
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
}
