package org.posthouse.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;

/** A directory of plain passwords and aliases in memory, which can be changed and can fail. */
public final class MemoryDirectory implements Directory, Editor {
    private final Map<String, String> passwords = new ConcurrentSkipListMap<>();
    private final Map<String, String> apps = new ConcurrentSkipListMap<>();
    private final Map<String, Map<String, String>> attributes = new ConcurrentHashMap<>();
    private final Map<Address, List<Address>> aliases = new ConcurrentHashMap<>();
    private final Map<String, String> renamed = new ConcurrentHashMap<>();
    private final Set<String> withoutSecrets = ConcurrentHashMap.newKeySet();
    private final Map<String, String> tokens = new ConcurrentHashMap<>();
    private volatile boolean failing;
    private volatile boolean keepingSecrets;

    public MemoryDirectory with(String fullName, String password) {
        passwords.put(fullName, password);
        return this;
    }

    public MemoryDirectory attribute(String fullName, String key, String value) {
        attributes.put(fullName, Map.of(key, value));
        return this;
    }

    public MemoryDirectory alias(Address from, Address... to) {
        aliases.put(from, List.of(to));
        return this;
    }

    /** From now on every call throws IOException. */
    public void failing(boolean now) {
        failing = now;
    }

    /** From now on it has SCRAM keys for its passwords. */
    public void keepingSecrets(boolean now) {
        keepingSecrets = now;
    }

    /** But not for this account. */
    public void withoutSecrets(String fullName) {
        withoutSecrets.add(fullName);
    }

    /** From now on it knows this token. */
    public MemoryDirectory token(String token, String fullName) {
        tokens.put(token, fullName);
        return this;
    }

    @Override public boolean checksTokens() {
        return !tokens.isEmpty();
    }

    @Override public Optional<String> bearer(char[] token) throws IOException {
        beThere();
        return Optional.ofNullable(tokens.get(new String(token)));
    }

    @Override public boolean keepsSecrets() {
        return keepingSecrets;
    }

    @Override public Secrets secrets(String name) throws IOException {
        beThere();
        var password = passwords.get(name);
        if (password == null || withoutSecrets.contains(name)) {
            return Secrets.NONE;
        }
        return new Secrets() {
            @Override public Optional<char[]> password() {
                return Optional.of(password.toCharArray());
            }

            @Override public Optional<ScramKeys> scramSha256() {
                return !keepingSecrets ? Optional.empty() : Optional.of(ScramClient.keys(password, "0123456789abcdef".getBytes(StandardCharsets.US_ASCII), ScramKeys.USUAL_ROUNDS));
            }
        };
    }

    /** Makes one domain another name of one. */
    public MemoryDirectory renamed(String from, String to) {
        renamed.put(from, to);
        return this;
    }

    @Override public Resolution resolve(Address address) throws IOException {
        beThere();
        var name = address.local() + "@" + address.domain();
        if (passwords.containsKey(name)) {
            return new Resolution.Local(new AccountId(name));
        }
        var targets = aliases.get(address);
        if (targets != null) {
            return new Resolution.Aliases(targets);
        }
        var domain = renamed.get(address.domain());
        return domain == null || address.local().isEmpty() ? new Resolution.Unknown() : new Resolution.Renamed(new Address(address.local(), domain));
    }

    @Override public Optional<Account> account(String name) throws IOException {
        beThere();
        return passwords.containsKey(name)
                ? Optional.of(new Account(new AccountId(name), attributes.getOrDefault(name, Map.of()))) : Optional.empty();
    }

    @Override public Check check(String name, char[] password) throws IOException {
        beThere();
        var right = passwords.get(name);
        if (right == null) {
            return Check.NO_SUCH_USER;
        }
        if (apps.entrySet().stream().anyMatch(e -> e.getKey().startsWith(name + "/") && e.getValue().equals(new String(password)))) {
            return Check.RIGHT;
        }
        return right.equals(new String(password)) ? Check.RIGHT : Check.WRONG;
    }

    @Override public Optional<Editor> editor() {
        return Optional.of(this);
    }

    @Override public List<Account> list() throws IOException {
        beThere();
        return passwords.keySet().stream().map(n -> new Account(new AccountId(n), Map.of())).toList();
    }

    @Override public void add(String name, char[] password) throws Refusal, IOException {
        beThere();
        if (passwords.putIfAbsent(name, new String(password)) != null) {
            throw new Refusal("5.1.3", name + " exists");
        }
    }

    @Override public void password(String name, char[] password) throws Refusal, IOException {
        beThere();
        if (passwords.replace(name, new String(password)) == null) {
            throw new Refusal("5.1.1", "no account " + name);
        }
    }

    @Override public void remove(String name) throws Refusal, IOException {
        beThere();
        if (passwords.remove(name) == null) {
            throw new Refusal("5.1.1", "no account " + name);
        }
    }

    @Override public List<String> appPasswords(String name) throws Refusal, IOException {
        beThere();
        return apps.keySet().stream().filter(k -> k.startsWith(name + "/")).map(k -> k.substring(name.length() + 1)).toList();
    }

    @Override public void addAppPassword(String name, String label, char[] password) throws Refusal, IOException {
        beThere();
        apps.put(name + "/" + label, new String(password));
    }

    @Override public void removeAppPassword(String name, String label) throws Refusal, IOException {
        beThere();
        if (apps.remove(name + "/" + label) == null) {
            throw new Refusal("5.1.1", "no label " + label);
        }
    }

    private void beThere() throws IOException {
        if (failing) {
            throw new IOException("the directory fails");
        }
    }
}
