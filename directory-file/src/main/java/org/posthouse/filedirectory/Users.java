package org.posthouse.filedirectory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.ScramKeys;

/**
 * What {@code conf/users} says: one account a line, in UTF-8.
 *
 * <pre>
 * file       = *( line LF )
 * line       = comment / blank / account / app
 * comment    = *WSP "#" *any
 * account    = name ":" verifier *( 1*WSP verifier ) [ ":" ( attributes / ignored ) ]
 * app        = name "/" label ":" verifier         ; a password for one program; label: letters, digits, ".", "_", "-"
 * name       = local "@" domain / local            ; without a domain it gets the first one; case does not matter
 * verifier   = "{" scheme "}" hash / crypt-hash    ; no blank and no ":"; any one that matches lets in
 *            / "!" *any / "*"                      ; matches nothing
 * attributes = attribute *( 1*WSP attribute )
 * attribute  = key "=" value                       ; key: a-z 0-9 "-"; value: no blank
 * ignored    = the further fields of a Dovecot passwd-file: uid:gid:gecos:home:shell:extra
 * </pre>
 */
record Users(Map<String, User> byName) {
    /** One verifier as written and as read. */
    record Secret(String text, Verifier verifier) {}

    /** @param line counted from 1 */
    record User(AccountId id, List<Secret> secrets, List<AppPassword> apps, Map<String, String> attributes, int line) {
        User with(List<AppPassword> others) {
            return new User(id, secrets, List.copyOf(others), attributes, line);
        }

        Optional<AppPassword> app(String label) {
            return apps.stream().filter(a -> a.label().equals(label)).findFirst();
        }

        /** One locked verifier locks all: who writes {@code !} before the first means the account. */
        boolean locked() {
            return secrets.stream().anyMatch(s -> s.verifier() instanceof Locked);
        }

        /** The password itself, where it is kept so. */
        Optional<char[]> readable() {
            return locked() ? Optional.empty() : secrets.stream().map(Secret::verifier).filter(PlainPassword.class::isInstance)
                    .map(v -> ((PlainPassword) v).characters()).findFirst();
        }

        /** What SCRAM needs, where it is there. */
        Optional<ScramKeys> scram() {
            return locked() ? Optional.empty() : secrets.stream().map(Secret::verifier).filter(ScramHash.class::isInstance).map(v -> ((ScramHash) v).keys()).findFirst();
        }
    }

    private static final Pattern ATTRIBUTE = Pattern.compile("([a-z][a-z0-9-]*)=(\\S*)");
    private static final Pattern UID = Pattern.compile("\\s*|[0-9]+");

    static Users parse(String text, Domains domains) throws BadLine {
        var byName = new LinkedHashMap<String, User>();
        var apps = new LinkedHashMap<String, List<AppPassword>>();
        int number = 0;
        for (var line : text.split("\n", -1)) {
            number++;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            int colon = colon(line, number);
            int slash = line.indexOf('/');
            if (slash >= 0 && slash < colon) {
                var name = name(line.substring(0, slash).strip(), number, domains.first()).name();
                add(apps.computeIfAbsent(name, _ -> new ArrayList<>()), app(line, slash, colon, number));
                continue;
            }
            var user = user(line.strip(), number, domains.first());
            var first = byName.putIfAbsent(user.id().name(), user);
            if (first != null) {
                throw new BadLine(number, user.id() + " stands in line " + first.line() + " already; remove one of them");
            }
        }
        for (var entry : apps.entrySet()) {
            var user = byName.get(entry.getKey());
            if (user == null) {
                throw new BadLine(entry.getValue().getFirst().line(), "there is no account " + entry.getKey() + "; remove this line too");
            }
            byName.put(entry.getKey(), user.with(entry.getValue()));
        }
        return new Users(byName);
    }

    private static int colon(String line, int number) throws BadLine {
        int colon = line.indexOf(':');
        if (colon < 0) {
            throw new BadLine(number, "no ':'; write name@domain:{SCHEME}hash");
        }
        return colon;
    }

    private static void add(List<AppPassword> apps, AppPassword app) throws BadLine {
        if (apps.stream().anyMatch(a -> a.label().equals(app.label()))) {
            throw new BadLine(app.line(), "the label " + app.label() + " stands here twice for one account; remove one of them");
        }
        apps.add(app);
    }

    private static AppPassword app(String line, int slash, int colon, int number) throws BadLine {
        var label = line.substring(slash + 1, colon).strip();
        if (!AppPassword.isLabel(label)) {
            throw new BadLine(number, "'" + shown(label) + "' cannot be a label; " + AppPassword.RULE);
        }
        var secrets = secrets(line.substring(colon + 1), number);
        if (secrets.size() > 1) {
            throw new BadLine(number, "an application password has one verifier; give the others labels of their own");
        }
        return new AppPassword(label, secrets.getFirst(), number);
    }

    Optional<User> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    private static User user(String line, int number, String firstDomain) throws BadLine {
        int first = colon(line, number);
        int second = line.indexOf(':', first + 1);
        var name = name(line.substring(0, first).strip(), number, firstDomain);
        var secrets = secrets(line.substring(first + 1, second < 0 ? line.length() : second), number);
        return new User(name, secrets, List.of(), second < 0 ? Map.of() : attributes(line.substring(second + 1), number), number);
    }

    private static AccountId name(String text, int number, String firstDomain) throws BadLine {
        var full = text.contains("@") ? text : text + "@" + firstDomain;
        var address = Names.parse(full)
                .orElseThrow(() -> new BadLine(number, "'" + shown(text) + "' cannot be an account's name; " + Names.RULE));
        return new AccountId(address.local() + "@" + address.domain());
    }

    private static List<Secret> secrets(String text, int number) throws BadLine {
        if (text.isBlank()) {
            throw new BadLine(number, "no password; write {SCHEME}hash after the name, or set one with: posthouse user password");
        }
        var secrets = new ArrayList<Secret>();
        for (var secret : text.strip().split("\\s+")) {
            try {
                secrets.add(new Secret(secret, Schemes.parse(secret)));
            } catch (BadVerifier e) {
                throw new BadLine(number, e.getMessage());
            }
        }
        return List.copyOf(secrets);
    }

    private static Map<String, String> attributes(String text, int number) throws BadLine {
        var field = text.split(":", 2)[0];
        if (!field.contains("=") && UID.matcher(field).matches()) {
            return Map.of();
        }
        var attributes = new LinkedHashMap<String, String>();
        for (var word : text.strip().split("\\s+")) {
            var attribute = ATTRIBUTE.matcher(word);
            if (!attribute.matches()) {
                throw new BadLine(number, "'" + shown(word) + "' is not an attribute; write key=value, with a-z, 0-9 and - in the key");
            }
            if (attributes.put(attribute.group(1), attribute.group(2)) != null) {
                throw new BadLine(number, attribute.group(1) + " is given twice; remove one of them");
            }
        }
        return attributes;
    }

    /** Short enough for a message. */
    static String shown(String text) {
        return text.length() > 80 ? text.substring(0, 80) + "..." : text;
    }
}
