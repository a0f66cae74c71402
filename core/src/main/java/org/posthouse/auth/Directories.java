package org.posthouse.auth;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.Unavailable;
import org.posthouse.swap.Plugins;

/**
 * All directories as one: asked in order, the first that knows wins. One that is away before anybody knew makes the answer an
 * IOException, never "no such user"; so does a server without any directory.
 */
public final class Directories {
    private final Plugins<Directory> plugins;
    private volatile List<String> configured = List.of();

    public Directories(Plugins<Directory> plugins) {
        this.plugins = plugins;
    }

    /** Reads {@code directories}: bundle names in the order to ask; empty means all, in order of their names. */
    public void configure(Values top) {
        configured = top.list("directories");
    }

    public Resolution resolve(Address address) throws IOException {
        for (var name : order()) {
            Resolution found = plugins.call(name, d -> d.resolve(address));
            if (!(found instanceof Resolution.Unknown)) {
                return found;
            }
        }
        return new Resolution.Unknown();
    }

    public Optional<Account> account(String fullName) throws IOException {
        for (var name : order()) {
            Optional<Account> found = plugins.call(name, d -> d.account(fullName));
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** The password stays the caller's, to be wiped by the caller. */
    public Check check(String fullName, char[] password) throws IOException {
        for (var name : order()) {
            Check found = plugins.call(name, d -> d.check(fullName, password));
            if (found != Check.NO_SUCH_USER) {
                return found;
            }
        }
        return Check.NO_SUCH_USER;
    }

    /** Whether any of them keeps secrets. */
    boolean keepSecrets() throws IOException {
        for (var name : order()) {
            if (plugins.call(name, Directory::keepsSecrets)) {
                return true;
            }
        }
        return false;
    }

    /** Whether any of them can check tokens. */
    boolean checkTokens() throws IOException {
        for (var name : order()) {
            if (plugins.call(name, Directory::checksTokens)) {
                return true;
            }
        }
        return false;
    }

    /** The account that a token is for; the token stays the caller's. */
    Optional<String> bearer(char[] token) throws IOException {
        for (var name : order()) {
            Optional<String> found = plugins.call(name, d -> d.checksTokens() ? d.bearer(token) : Optional.empty());
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Empty when there is no such account. */
    Optional<Secrets> secrets(String fullName) throws IOException {
        for (var name : order()) {
            Optional<Secrets> found = plugins.call(name,
                    d -> d.account(fullName).isPresent() ? Optional.of(d.secrets(fullName)) : Optional.empty());
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Changes accounts where they are, and adds to the first directory that can be changed; empty when none can. */
    public Optional<Editor> editor() throws IOException {
        var editable = new ArrayList<String>();
        for (var name : order()) {
            if (plugins.call(name, d -> d.editor().isPresent())) {
                editable.add(name);
            }
        }
        return editable.isEmpty() ? Optional.empty() : Optional.of(new DirectoriesEditor(this, plugins, List.copyOf(editable)));
    }

    private List<String> order() throws Unavailable {
        var order = configured.isEmpty() ? plugins.names() : configured;
        if (order.isEmpty()) {
            throw new Unavailable("no directory is running");
        }
        return order;
    }
}
