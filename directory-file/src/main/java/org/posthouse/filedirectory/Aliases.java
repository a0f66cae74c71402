package org.posthouse.filedirectory;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code conf/aliases} says: other names for accounts and domains, in UTF-8.
 *
 * <pre>
 * line   = comment / blank / alias ":" target *( "," target ) / "@" domain "->" "@" domain
 * alias  = local "@" domain      ; this address
 *        / local                 ; this local part in every domain, unless a line with the domain says otherwise
 *        / "@" domain            ; the catch-all: whatever else comes for the domain
 * target = local "@" domain / local   ; without a domain: in the domain of the address that was asked for
 *        / ":include:" file      ; all who stand in that file of conf/
 * </pre>
 * The last form of a line makes the first domain another name of the second: who is there is here.
 *
 * @param byAlias  the key as in the file, folded
 * @param byDomain the other names of domains, folded
 */
record Aliases(Map<String, List<Target>> byAlias, Map<String, String> byDomain) {
    static Aliases parse(String text, Domains domains) throws BadLine {
        var byAlias = new LinkedHashMap<String, List<Target>>();
        var byDomain = new LinkedHashMap<String, String>();
        int number = 0;
        for (var line : text.split("\n", -1)) {
            number++;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            int arrow = line.indexOf("->");
            if (arrow >= 0 && line.stripLeading().startsWith("@") && line.indexOf(':') < 0) {
                var domain = domain(line.substring(0, arrow).strip(), number);
                if (byDomain.put(domain, domain(line.substring(arrow + 2).strip(), number)) != null) {
                    throw new BadLine(number, "@" + domain + " stands here twice; keep one of the two lines");
                }
                continue;
            }
            int colon = line.indexOf(':');
            if (colon < 0) {
                throw new BadLine(number, "no ':'; write alias@domain: target, target");
            }
            var alias = alias(line.substring(0, colon).strip(), number);
            if (byAlias.put(alias, Targets.parse(line.substring(colon + 1), number, domains)) != null) {
                throw new BadLine(number, alias + " stands here twice; put all its targets into one line");
            }
        }
        return new Aliases(byAlias, byDomain);
    }

    /** The targets for exactly this address; one without a local part asks for the catch-all. */
    Optional<List<Target>> find(String local, String domain) {
        var targets = byAlias.get(local + "@" + domain);
        if (targets == null && !local.isEmpty() && local.indexOf('@') < 0) { // "info@here"@there is not info@here
            targets = byAlias.get(local);
        }
        return Optional.ofNullable(targets);
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

    private static String domain(String text, int number) throws BadLine {
        var folded = Names.fold(text);
        if (!folded.startsWith("@") || Names.parse("x" + folded).isEmpty()) {
            throw new BadLine(number, "'" + Users.shown(text) + "' is not a domain; write @old.example -> @new.example");
        }
        return folded.substring(1);
    }
}
