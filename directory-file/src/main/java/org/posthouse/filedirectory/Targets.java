package org.posthouse.filedirectory;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.posthouse.message.Address;

/** Reads the targets of aliases, in {@code conf/aliases} and in the files it includes. */
final class Targets {
    private static final String INCLUDE = ":include:";
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

    private Targets() {}

    /** Separated by commas. */
    static List<Target> parse(String text, int line, Domains domains) throws BadLine {
        var targets = new ArrayList<Target>();
        for (var part : text.split(",", -1)) {
            var one = part.strip();
            targets.add(one.startsWith(INCLUDE) ? listed(one.substring(INCLUDE.length()).strip(), line) : new Target.One(address(one, line, domains)));
        }
        return List.copyOf(targets);
    }

    private static Target listed(String file, int line) throws BadLine {
        if (!FILE.matcher(file).matches()) {
            throw new BadLine(line, "'" + Users.shown(file) + "' cannot be included; write the name of a file in conf/, :include:lists/team");
        }
        return new Target.Listed(file);
    }

    /** A file that is included: one address a line, or several with commas between; lines that begin with {@code #} are comments. */
    static List<Address> list(String text, Domains domains) throws BadLine {
        var addresses = new ArrayList<Address>();
        int number = 0;
        for (var line : text.split("\n", -1)) {
            number++;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            for (var part : line.split(",")) {
                addresses.add(address(part.strip(), number, domains));
            }
        }
        return List.copyOf(addresses);
    }

    private static Address address(String text, int line, Domains domains) throws BadLine {
        var folded = Names.fold(text);
        if (Names.local(folded)) {
            return new Address(folded, "");
        }
        var target = Names.parse(folded)
                .orElseThrow(() -> new BadLine(line, "'" + Users.shown(text) + "' is not a mail address; write name@domain or name"));
        // RFC 5321 §2.4: only their own host knows what the case of others' names means
        return domains.all().contains(target.domain()) ? target : Address.parse(text).orElse(target);
    }
}
