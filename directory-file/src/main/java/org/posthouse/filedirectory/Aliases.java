package org.posthouse.filedirectory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.posthouse.message.Address;

/**
 * What {@code conf/aliases} says: other names for accounts, in UTF-8.
 *
 * <pre>
 * line   = comment / blank / alias ":" target *( "," target )
 * alias  = local "@" domain      ; this address
 *        / local                 ; this local part in every domain, unless a line with the domain says otherwise
 *        / "@" domain            ; the catch-all: whatever else comes for the domain
 * target = local "@" domain / local   ; without a domain: in the domain of the address that was asked for
 * </pre>
 *
 * @param byAlias the key as in the file, folded; targets without a domain have an empty one
 */
record Aliases(Map<String, List<Address>> byAlias) {
    static Aliases parse(String text, Domains domains) throws BadLine {
        var byAlias = new LinkedHashMap<String, List<Address>>();
        int number = 0;
        for (var line : text.split("\n", -1)) {
            number++;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new BadLine(number, "no ':'; write alias@domain: target, target");
            }
            var alias = alias(line.substring(0, colon).strip(), number);
            if (byAlias.put(alias, targets(line.substring(colon + 1), number, domains)) != null) {
                throw new BadLine(number, alias + " stands here twice; put all its targets into one line");
            }
        }
        return new Aliases(byAlias);
    }

    /** The targets for exactly this address; one without a local part asks for the catch-all. */
    Optional<List<Address>> find(String local, String domain) {
        var targets = byAlias.get(local + "@" + domain);
        if (targets == null && !local.isEmpty() && local.indexOf('@') < 0) { // "info@here"@there is not info@here
            targets = byAlias.get(local);
        }
        return Optional.ofNullable(targets).map(some -> some.stream().map(t -> t.hasDomain() ? t : new Address(t.local(), domain)).toList());
    }

    private static String alias(String text, int number) throws BadLine {
        var folded = Names.fold(text);
        boolean known = folded.startsWith("@") ? Names.parse("x" + folded).isPresent()
                : folded.contains("@") ? Names.parse(folded).isPresent() : Names.local(folded);
        if (!known) {
            throw new BadLine(number, "'" + Users.shown(text) + "' cannot be an alias; write alias@domain, alias or @domain");
        }
        return folded;
    }

    private static List<Address> targets(String text, int number, Domains domains) throws BadLine {
        var targets = new ArrayList<Address>();
        for (var part : text.split(",", -1)) {
            targets.add(target(part.strip(), number, domains));
        }
        return List.copyOf(targets);
    }

    private static Address target(String text, int number, Domains domains) throws BadLine {
        var folded = Names.fold(text);
        if (Names.local(folded)) {
            return new Address(folded, "");
        }
        var target = Names.parse(folded)
                .orElseThrow(() -> new BadLine(number, "'" + Users.shown(text) + "' is not a mail address; write name@domain or name"));
        // RFC 5321 §2.4: only their own host knows what the case of others' names means
        return domains.all().contains(target.domain()) ? target : Address.parse(text).orElse(target);
    }
}
