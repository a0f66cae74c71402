package org.posthouse.auth;

import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.posthouse.message.Refusal;
import org.posthouse.net.Connection;
import org.posthouse.net.Peer;

/**
 * Accounts with fixed names and passwords, PLAIN, LOGIN and SCRAM spoken by the real exchanges, and no throttling. In SCRAM the
 * server's nonce, the salt and the rounds are those of RFC 7677 §3.
 */
public final class FixedAccounts implements Accounts {
    public static final String NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
    private static final int ROUNDS = 4096;

    private final String firstDomain;
    private final Map<String, String> passwords = new ConcurrentHashMap<>();
    private volatile boolean away;

    /** @param firstDomain completes names without {@code @} */
    public FixedAccounts(String firstDomain) {
        this.firstDomain = firstDomain;
    }

    /** Adds an account; the name may be without {@code @}. */
    public FixedAccounts with(String name, String password) {
        passwords.put(complete(name), password);
        return this;
    }

    /** From now on the directory is away: refusals 4.7.0. */
    public void away(boolean now) {
        away = now;
    }

    @Override public List<String> mechanisms(Connection client) {
        return client.secure() ? List.of("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN", "LOGIN")
                : List.of("SCRAM-SHA-256", "PLAIN", "LOGIN");
    }

    @Override public Optional<Sasl> sasl(String mechanism, Connection client) {
        var known = new Known(client.peer());
        return switch (mechanism.toUpperCase(Locale.ROOT)) {
            case "PLAIN" -> Optional.of(new PlainExchange(known));
            case "LOGIN" -> Optional.of(new LoginExchange(known));
            case "SCRAM-SHA-256" -> Optional.of(scram(ScramExchange.Plus.NO, client));
            case "SCRAM-SHA-256-PLUS" -> Optional.of(scram(ScramExchange.Plus.YES, client));
            default -> Optional.empty();
        };
    }

    private Sasl scram(ScramExchange.Plus plus, Connection client) {
        return new ScramExchange(plus, client::channelBinding, new Known(client.peer()), () -> NONCE);
    }

    @Override public AccountId login(String name, char[] password, Peer client) throws Refusal, IOException {
        var given = new String(password);
        Arrays.fill(password, '\0');
        if (away) {
            throw new Refusal("4.7.0", "Temporary authentication failure");
        }
        var full = complete(SaslText.name(name));
        if (!given.equals(passwords.get(full))) {
            throw SaslText.wrong();
        }
        return new AccountId(full);
    }

    private String complete(String name) {
        return name.contains("@") ? name : name + "@" + firstDomain;
    }

    private final class Known implements PasswordLogin, ScramLogin {
        private final Peer client;

        Known(Peer client) {
            this.client = client;
        }

        @Override public String fullName(String name) throws Refusal {
            return complete(SaslText.name(name));
        }

        @Override public AccountId login(String name, char[] password) throws Refusal, IOException {
            return FixedAccounts.this.login(name, password, client);
        }
    
        @Override public ScramKeys keys(String account) throws Refusal {
            if (away) {
                throw new Refusal("4.7.0", "Temporary authentication failure");
            }
            return ScramClient.keys(passwords.getOrDefault(account, "\0nobody"), SALT, ROUNDS);
        }

        @Override public AccountId loggedIn(String account) {
            return new AccountId(account);
        }

        @Override public Refusal failed(String account, Wrong why) {
            return SaslText.wrong();
        }
    }
}
