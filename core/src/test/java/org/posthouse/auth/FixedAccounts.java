package org.posthouse.auth;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.posthouse.message.Refusal;
import org.posthouse.net.Peer;

/** Accounts with fixed names and passwords, PLAIN and LOGIN spoken by the real exchanges, and no throttling. */
public final class FixedAccounts implements Accounts {
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

    @Override public List<String> mechanisms() {
        return List.of("PLAIN", "LOGIN");
    }

    @Override public Optional<Sasl> sasl(String mechanism, Peer client) {
        return switch (mechanism.toUpperCase(Locale.ROOT)) {
            case "PLAIN" -> Optional.of(new PlainExchange(new Known(client)));
            case "LOGIN" -> Optional.of(new LoginExchange(new Known(client)));
            default -> Optional.empty();
        };
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

    private final class Known implements PasswordLogin {
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
    }
}
