package org.posthouse.auth;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;

/** A directory of plain passwords and aliases in memory, which can be changed and can fail. */
public final class MemoryDirectory implements Directory, Editor {
    private final Map<String, String> passwords = new ConcurrentSkipListMap<>();
    private final Map<Address, List<Address>> aliases = new ConcurrentHashMap<>();
    private volatile boolean failing;

    public MemoryDirectory with(String fullName, String password) {
        passwords.put(fullName, password);
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

    @Override public Resolution resolve(Address address) throws IOException {
        beThere();
        var name = address.local() + "@" + address.domain();
        if (passwords.containsKey(name)) {
            return new Resolution.Local(new AccountId(name));
        }
        var targets = aliases.get(address);
        return targets == null ? new Resolution.Unknown() : new Resolution.Aliases(targets);
    }

    @Override public Optional<Account> account(String name) throws IOException {
        beThere();
        return passwords.containsKey(name) ? Optional.of(new Account(new AccountId(name), Map.of())) : Optional.empty();
    }

    @Override public Check check(String name, char[] password) throws IOException {
        beThere();
        var right = passwords.get(name);
        if (right == null) {
            return Check.NO_SUCH_USER;
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

    private void beThere() throws IOException {
        if (failing) {
            throw new IOException("the directory fails");
        }
    }
}
