package org.posthouse.filedirectory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.Editor;
import org.posthouse.message.Refusal;
import org.posthouse.net.Site;

/** Changes {@code conf/users} for {@code posthouse user}. Hashes are computed before the file is taken. */
final class FileEditor implements Editor {
    private final ConfFile<Users> users;
    private final ConfFile<Aliases> aliases;
    private final Passwords passwords;
    private final Site site;

    FileEditor(ConfFile<Users> users, ConfFile<Aliases> aliases, Passwords passwords, Site site) {
        this.users = users;
        this.aliases = aliases;
        this.passwords = passwords;
        this.site = site;
    }

    @Override public List<Account> list() throws IOException {
        return users.current().byName().values().stream().map(u -> new Account(u.id(), u.attributes())).toList();
    }

    @Override public void add(String name, char[] password) throws Refusal, IOException {
        var id = newId(name);
        if (users.current().find(id.name()).isPresent()) {
            throw exists(id);
        }
        var secrets = passwords.make(password);
        users.edit((text, now) -> {
            if (now.find(id.name()).isPresent()) {
                throw exists(id);
            }
            return UsersText.added(text, id, secrets);
        });
    }

    @Override public void password(String name, char[] password) throws Refusal, IOException {
        var folded = Names.fold(name);
        var user = find(users.current(), folded);
        var secrets = new ArrayList<>(passwords.make(password));
        if (user.scram().isPresent() && secrets.size() == 1) {
            secrets.add(passwords.makeScram(password));
        }
        users.edit((text, now) -> UsersText.withSecrets(text, find(now, folded), secrets));
    }

    @Override public void remove(String name) throws Refusal, IOException {
        var folded = Names.fold(name);
        users.edit((text, now) -> UsersText.removed(text, find(now, folded)));
    }

    @Override public List<String> appPasswords(String name) throws Refusal, IOException {
        return find(users.current(), Names.fold(name)).apps().stream().map(AppPassword::label).toList();
    }

    @Override public void addAppPassword(String name, String label, char[] password) throws Refusal, IOException {
        if (!AppPassword.isLabel(label)) {
            throw new Refusal("5.1.3", "'" + Users.shown(label) + "' cannot be a label; " + AppPassword.RULE);
        }
        var folded = Names.fold(name);
        var secret = Passwords.makeApp(password);
        users.edit((text, now) -> {
            var user = find(now, folded);
            if (user.app(label).isPresent()) {
                throw new Refusal("5.1.3", folded + " has an application password " + label + " already; remove it first");
            }
            return UsersText.withApp(text, user, label, secret);
        });
    }

    @Override public void removeAppPassword(String name, String label) throws Refusal, IOException {
        var folded = Names.fold(name);
        users.edit((text, now) -> UsersText.withoutApp(text, find(now, folded).app(label).orElseThrow(() -> new Refusal("5.1.1",
                folded + " has no application password " + Users.shown(label) + "; user app-password list " + folded + " shows those that are"))));
    }

    private AccountId newId(String name) throws Refusal, IOException {
        var address = Names.parse(name)
                .orElseThrow(() -> new Refusal("5.1.3", "'" + Users.shown(name) + "' cannot be an account's name; " + Names.RULE));
        if (!site.domains().contains(address.domain())) {
            throw new Refusal("5.1.2", address.domain() + " is not one of this server's domains (" + String.join(", ", site.domains())
                    + "); use one of them, or add it to domains = in conf/posthouse.conf");
        }
        if (aliases.current().find(address.local(), address.domain()).isPresent()) {
            throw new Refusal("5.1.3", address + " is an alias; remove it from conf/aliases first");
        }
        return new AccountId(address.local() + "@" + address.domain());
    }

    private static Refusal exists(AccountId id) {
        return new Refusal("5.1.3", id + " exists already; change it with: posthouse user password " + id);
    }

    private static Users.User find(Users users, String name) throws Refusal {
        return users.find(name).orElseThrow(
                () -> new Refusal("5.1.1", "there is no account " + Users.shown(name) + "; posthouse user list shows those that are"));
    }
}
