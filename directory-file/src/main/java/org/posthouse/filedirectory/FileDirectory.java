package org.posthouse.filedirectory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.posthouse.auth.Account;
import org.posthouse.auth.Check;
import org.posthouse.auth.Directory;
import org.posthouse.auth.Editor;
import org.posthouse.auth.Resolution;
import org.posthouse.auth.ScramKeys;
import org.posthouse.auth.Secrets;
import org.posthouse.disk.Disk;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.message.Setting;
import org.posthouse.net.Site;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The accounts of {@code conf/users} and the aliases of {@code conf/aliases}. An account goes before an alias of the same name. */
@Component(configurationPid = "directory-file")
@Designate(ocd = FileDirectory.Config.class)
public final class FileDirectory implements Directory {
    @ObjectClassDefinition(name = "directory-file", description = "Accounts in conf/users and aliases in conf/aliases")
    public @interface Config {
        @AttributeDefinition(
                description = "How new passwords are stored: argon2id, sha512-crypt, or plain for tests and benchmarks",
                options = {@Option(label = "argon2id", value = "argon2id"),
                    @Option(label = "sha512-crypt", value = "sha512-crypt"), @Option(label = "plain", value = "plain")})
        String scheme() default "argon2id";

        @AttributeDefinition(description = "Store SCRAM-SHA-256 keys beside new passwords, and offer log-in by SCRAM")
        boolean scram() default false;

        @AttributeDefinition(description = "Store a password anew at log-in when it was stored in a weaker way than scheme, or without the keys "
                + "that scram asks for; plain ones stay")
        boolean rehash() default true;

        @AttributeDefinition(name = "duration",
                description = "How long a log-in spares the next one with the same password its slow hash; 0s: not at all")
        String remember() default "10m";
    }

    private static final Logger LOG = LoggerFactory.getLogger("directory-file");

    private final ConfFile<Users> users;
    private final ConfFile<Aliases> aliases;
    private final Passwords passwords;
    private final Editor editor;
    private final Storing storing;
    private final Disk disk;
    private final Site site;
    private final ConcurrentMap<String, ConfFile<List<Address>>> lists = new ConcurrentHashMap<>();

    @Activate public FileDirectory(Config config, @Reference Disk disk, @Reference Site site) {
        this(new Storing(NewPasswords.of(config.scheme()), config.scram(), config.rehash(), Setting.duration("remember", config.remember())), disk, site);
    }

    FileDirectory(Storing storing, Disk disk, Site site) {
        this.users = new ConfFile<>(disk, "users", () -> Domains.of(site), Users::parse);
        this.aliases = new ConfFile<>(disk, "aliases", () -> Domains.of(site), this::readAliases);
        this.passwords = new Passwords(storing);
        this.editor = new FileEditor(users, aliases, passwords, site);
        this.storing = storing;
        this.disk = disk;
        this.site = site;
    }

    private Aliases readAliases(String text, Domains domains) throws BadLine {
        var read = Aliases.parse(text, domains);
        users.last().ifPresent(known -> read.byAlias().keySet().stream().filter(known.byName()::containsKey).forEach(both ->
                LOG.warn("conf/aliases: {} is an account too, so this alias is not used; remove it from conf/aliases or conf/users", both)));
        return read;
    }

    @Override public Resolution resolve(Address address) throws IOException {
        var local = Names.fold(address.local());
        var user = users.current().find(local + "@" + address.domain());
        if (user.isPresent()) {
            return new Resolution.Local(user.get().id());
        }
        var known = aliases.current();
        var targets = known.find(local, address.domain());
        if (targets.isPresent()) {
            return new Resolution.Aliases(addresses(targets.get(), address.domain()));
        }
        var domain = known.byDomain().get(address.domain());
        return domain == null || local.isEmpty() ? new Resolution.Unknown() : new Resolution.Renamed(new Address(local, domain));
    }

    /** Those of included files that cannot be read are an IOException: then nobody of the list is left out. */
    private List<Address> addresses(List<Target> targets, String domain) throws IOException {
        var addresses = new ArrayList<Address>();
        for (var target : targets) {
            switch (target) {
                case Target.One(var address) -> addresses.add(full(address, domain));
                case Target.Listed(var file) -> lists.computeIfAbsent(file, this::list).current().forEach(a -> addresses.add(full(a, domain)));
            }
        }
        return addresses;
    }

    private ConfFile<List<Address>> list(String file) {
        return new ConfFile<>(disk, file, () -> Domains.of(site), Targets::list);
    }

    private static Address full(Address address, String domain) {
        return address.hasDomain() ? address : new Address(address.local(), domain);
    }

    @Override public Optional<Account> account(String name) throws IOException {
        return users.current().find(Names.fold(name)).map(u -> new Account(u.id(), u.attributes()));
    }

    @Override public Check check(String name, char[] password) throws IOException {
        var user = users.current().find(Names.fold(name));
        if (user.isEmpty()) {
            passwords.matchNobody(password);
            return Check.NO_SUCH_USER;
        }
        if (user.get().locked()) {
            passwords.matchNobody(password);
            return Check.WRONG;
        }
        if (passwords.matchesApp(user.get(), password)) {
            return Check.RIGHT;
        }
        var secret = passwords.matching(user.get(), password);
        if (secret.isEmpty()) {
            return Check.WRONG;
        }
        renew(user.get(), secret.get(), password);
        return Check.RIGHT;
    }

    @Override public boolean keepsSecrets() {
        return storing.scram();
    }

    @Override public Secrets secrets(String name) throws IOException {
        var user = users.current().find(Names.fold(name));
        var keys = storing.scram() ? user.flatMap(Users.User::scram) : Optional.<ScramKeys>empty();
        return new Secrets() {
            @Override public Optional<char[]> password() {
                return user.flatMap(Users.User::readable);
            }

            @Override public Optional<ScramKeys> scramSha256() {
                return keys;
            }
        };
    }

    @Override public Optional<Editor> editor() {
        return Optional.of(editor);
    }

    /** The log-in succeeds even if this fails. Nothing is done when the account was changed meanwhile. */
    private void renew(Users.User user, Users.Secret matched, char[] password) {
        try {
            var before = user.secrets().stream().map(Users.Secret::text).toList();
            var after = passwords.renewed(user, matched, password);
            if (after.equals(before)) {
                return;
            }
            users.edit((text, now) -> now.find(user.id().name())
                    .filter(u -> u.secrets().stream().map(Users.Secret::text).toList().equals(before))
                    .map(u -> UsersText.withSecrets(text, u, after)).orElse(text));
            LOG.info("rehashed account={}", user.id());
        } catch (Refusal | IOException e) {
            LOG.warn("cannot rehash the password of account={}: {}", user.id(), e.getMessage());
        }
    }
}
