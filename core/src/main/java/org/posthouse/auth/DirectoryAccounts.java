package org.posthouse.auth;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.posthouse.auth.LoginBook.Ending;
import org.posthouse.config.Values;
import org.posthouse.disk.Disk;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Refusal;
import org.posthouse.net.Connection;
import org.posthouse.net.Peer;
import org.posthouse.net.Site;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.state.States;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs users in against the directories. Every attempt ends in one trace event, {@code login} or {@code login-failed} with
 * why; only the operator learns why. A bad password costs the client an attempt, a directory that is away costs it nothing.
 */
public final class DirectoryAccounts implements Accounts {
    /** The other rooms that a log-in needs. */
    public record Rooms(Directories directories, Site site, States states, Disk disk, Trace trace, Metrics metrics, Clock clock) {}

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryAccounts.class);
    private static final int MOST_THROTTLE_KEYS = 100_000;
    private static final int LONGEST_ACCOUNT = 320;
    private static final String SCRAM = "SCRAM-SHA-256";
    private static final String SCRAM_PLUS = "SCRAM-SHA-256-PLUS";
    private static final String CRAM = "CRAM-MD5";
    private static final String DIGEST = "DIGEST-MD5";

    private final Directories directories;
    private final Site site;
    private final LoginBook book;
    private final Throttle throttle;
    private final Turns turns = new Turns(new Turns.Limits(16, 4));
    private final MadeUpKeys madeUp;
    private volatile List<String> challenging = List.of();

    public DirectoryAccounts(Rooms rooms) {
        this.directories = rooms.directories;
        this.site = rooms.site;
        this.book = new LoginBook(rooms.trace, rooms.metrics);
        this.throttle = new Throttle(rooms.clock, MOST_THROTTLE_KEYS, rooms.states.space("logins", States.Keep.SOFT));
        this.madeUp = new MadeUpKeys(rooms.disk);
    }

    /** Reads {@code challenge-mechanisms}, {@code login-failures}, {@code login-window}, {@code login-lockout}, {@code login-at-once} and {@code login-at-once-address}. */
    public void configure(Values top) {
        var named = challenging(top);
        var limits = new Throttle.Limits(positive("login-failures", top), top.duration("login-window"), top.duration("login-lockout"));
        turns.limits(new Turns.Limits(positive("login-at-once", top), positive("login-at-once-address", top)));
        throttle.limits(limits);
        challenging = named;
    }

    private static List<String> challenging(Values top) {
        var named = top.has("challenge-mechanisms") ? top.list("challenge-mechanisms") : List.<String>of();
        named.stream().filter(name -> !name.equals(CRAM) && !name.equals(DIGEST)).findAny().ifPresent(name -> {
            throw new BadSetting("challenge-mechanisms", "'" + name + "' is neither CRAM-MD5 nor DIGEST-MD5");
        });
        return named;
    }

    private static int positive(String key, Values top) {
        int number = top.number(key);
        if (number < 1) {
            throw new BadSetting(key, "must be 1 or more");
        }
        return number;
    }

    @Override public List<String> mechanisms(Connection client) {
        var mechanisms = new ArrayList<String>();
        if (offered("SCRAM", directories::keepSecrets)) {
            if (channel(client).canBind()) {
                mechanisms.add(SCRAM_PLUS);
            }
            mechanisms.add(SCRAM);
        }
        mechanisms.addAll(challenging);
        mechanisms.addAll(List.of("PLAIN", "LOGIN"));
        if (offered("OAUTHBEARER", directories::checkTokens)) {
            mechanisms.addAll(List.of("OAUTHBEARER", "XOAUTH2"));
        }
        return List.copyOf(mechanisms);
    }

    /** While a directory is away nobody knows what it keeps, and its users could not log in anyhow. */
    private static boolean offered(String mechanism, Asked directories) {
        try {
            return directories.answer();
        } catch (IOException e) {
            LOG.debug("{} is not offered: {}", mechanism, e.toString());
            return false;
        }
    }

    private interface Asked {
        boolean answer() throws IOException;
    }

    private static Channel channel(Connection client) {
        return client::channelBinding;
    }

    @Override public Optional<Sasl> sasl(String mechanism, Connection client) {
        var name = mechanism.toUpperCase(Locale.ROOT); // RFC 4422 §3.1: upper case; some clients are careless
        return switch (name) {
            case "PLAIN" -> Optional.of(new PlainExchange(loginBy(name, client.peer())));
            case "LOGIN" -> Optional.of(new LoginExchange(loginBy(name, client.peer())));
            case SCRAM, SCRAM_PLUS -> mechanisms(client).contains(name) ? Optional.of(scram(name, client)) : Optional.empty();
            case CRAM -> challenging.contains(name) ? Optional.of(new CramExchange(new ByScram(name, client.peer()), unique())) : Optional.empty();
            case DIGEST -> challenging.contains(name) ? Optional.of(new DigestExchange(new ByScram(name, client.peer()), site.firstDomain(),
                    ScramExchange.randomNonce())) : Optional.empty();
            case "OAUTHBEARER", "XOAUTH2" -> mechanisms(client).contains(name)
                    ? Optional.of(new BearerExchange(BearerExchange.Form.valueOf(name), (who, token) -> bearer(who, token, name, client.peer())))
                    : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** RFC 2195 §2: of the form of a message id, and never the same. */
    private String unique() {
        return "<" + ScramExchange.randomNonce() + "@" + site.hostname() + ">";
    }

    private Sasl scram(String name, Connection client) {
        var plus = name.equals(SCRAM_PLUS) ? ScramExchange.Plus.YES : ScramExchange.Plus.NO;
        return new ScramExchange(plus, channel(client), new ByScram(name, client.peer()), ScramExchange::randomNonce);
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
            try (var _ = turn(account, mechanism, client)) {
                beWelcome(account, mechanism, client); // others may have failed while this one waited
                var ending = check(account, prepared);
                if (ending == Ending.RIGHT) {
                    return loggedIn(account, mechanism, client);
                }
                throw failed(ending, account, mechanism, client);
            }
        } finally {
            Arrays.fill(password, '\0');
            Arrays.fill(prepared, '\0');
        }
    }

    /** Who does not say a name is counted by address alone. */
    private AccountId bearer(String name, char[] token, String mechanism, Peer client) throws Refusal {
        try {
            var account = name.isEmpty() ? "bearer." + client.address().getHostAddress() : fullName(name);
            try (var _ = turn(account, mechanism, client)) {
                beWelcome(account, mechanism, client);
                var holder = directories.bearer(token);
                if (holder.isPresent() && (name.isEmpty() || holder.get().equals(account))) {
                    return loggedIn(holder.get(), mechanism, client);
                }
                throw failed(Ending.WRONG, account, mechanism, client);
            } catch (IOException e) {
                throw failed(away(account, e), account, mechanism, client);
            }
        } finally {
            Arrays.fill(token, '\0');
        }
    }

    private Turns.Turn turn(String account, String mechanism, Peer client) throws Refusal {
        if (throttle.knows(account, client.address())) {
            return Turns.atOnce();
        }
        return turns.take(client.address()).orElseThrow(() -> {
            book.ended(Ending.THROTTLED, account, mechanism, client);
            return new Refusal("4.7.0", "Too many log-ins at once, try again later");
        });
    }

    /** Nothing is even tried for who has failed too often. */
    private void beWelcome(String account, String mechanism, Peer client) throws Refusal {
        var locked = throttle.lockedFor(account, client.address());
        if (locked.isPresent()) {
            book.ended(Ending.THROTTLED, account, mechanism, client);
            throw new Refusal("4.7.0", "Too many failed log-ins, try again in " + Throttle.words(locked.get()));
        }
    }

    private Ending check(String account, char[] password) {
        try {
            return switch (directories.check(account, password)) {
                case RIGHT -> Ending.RIGHT;
                case WRONG -> Ending.WRONG;
                case NO_SUCH_USER -> Ending.NO_SUCH_USER;
            };
        } catch (IOException e) {
            return away(account, e);
        }
    }

    private static Ending away(String account, IOException why) {
        LOG.warn("login account={} cannot be checked: {}", account, why.toString());
        return Ending.DIRECTORY_AWAY;
    }

    private AccountId loggedIn(String account, String mechanism, Peer client) {
        throttle.succeeded(account, client.address());
        book.ended(Ending.RIGHT, account, mechanism, client);
        return new AccountId(account);
    }

    private Refusal failed(Ending ending, String account, String mechanism, Peer client) {
        book.ended(ending, account, mechanism, client);
        if (ending == Ending.DIRECTORY_AWAY) {
            return new Refusal("4.7.0", "Temporary authentication failure"); // RFC 4954 §6
        }
        book.lockedOut(throttle.failed(account, client.address()), client);
        return SaslText.wrong();
    }

    /** One log-in in which the password is proved and not sent. */
    private final class ByScram implements ScramLogin {
        private final String mechanism;
        private final Peer client;
        private Ending whenWrong = Ending.WRONG;

        ByScram(String mechanism, Peer client) {
            this.mechanism = mechanism;
            this.client = client;
        }

        @Override public String fullName(String name) throws Refusal {
            return DirectoryAccounts.this.fullName(name);
        }

        /** The same work for everybody, so that its time tells nothing. */
        @Override public ScramKeys keys(String account) throws Refusal {
            beWelcome(account, mechanism, client);
            var others = madeUp.of(account);
            try {
                var secrets = directories.secrets(account);
                var keys = secrets.flatMap(Secrets::scramSha256);
                whenWrong = keys.isPresent() ? Ending.WRONG : secrets.isPresent() ? Ending.NO_SCRAM_KEYS : Ending.NO_SUCH_USER;
                return keys.orElse(others);
            } catch (IOException e) {
                throw DirectoryAccounts.this.failed(away(account, e), account, mechanism, client);
            }
        }

        @Override public Optional<char[]> password(String account) throws Refusal {
            beWelcome(account, mechanism, client);
            try {
                var secrets = directories.secrets(account);
                var password = secrets.flatMap(Secrets::password);
                whenWrong = password.isPresent() ? Ending.WRONG : secrets.isPresent() ? Ending.NO_READABLE_PASSWORD : Ending.NO_SUCH_USER;
                return password;
            } catch (IOException e) {
                throw DirectoryAccounts.this.failed(away(account, e), account, mechanism, client);
            }
        }

        @Override public AccountId loggedIn(String account) {
            return DirectoryAccounts.this.loggedIn(account, mechanism, client);
        }

        @Override public Refusal failed(String account, Wrong why) {
            return DirectoryAccounts.this.failed(why == Wrong.CHANNEL ? Ending.OTHER_CHANNEL : whenWrong, account, mechanism, client);
        }
    }
}
