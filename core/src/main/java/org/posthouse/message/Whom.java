package org.posthouse.message;

import java.net.IDN;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whom a setting means, compared without case and with domains in A-labels (RFC 5890 §2.3.2.1).
 *
 * <pre>
 * whom = local "@" domain   ; this address
 *      / ["@"] domain       ; all of the domain
 *      / "." domain         ; all of its subdomains
 *      / "*"                ; everybody
 * </pre>
 */
public record Whom(String text) {
    static final String RULE = "write ann@example.test, example.test for a domain, .example.test for its subdomains, or *";

    private static final Whom ALL = new Whom("*");

    static Optional<Whom> parse(String value) {
        if (value.equals("*")) {
            return Optional.of(ALL);
        }
        if (value.startsWith(".")) {
            return domain(value.substring(1)).map(d -> new Whom("." + d));
        }
        if (value.indexOf('@') > 0) {
            return Address.parse(value).filter(Address::hasDomain).map(Whom::of);
        }
        return domain(value.startsWith("@") ? value.substring(1) : value).map(Whom::new);
    }

    /** Only this address. */
    public static Whom of(Address address) {
        return new Whom(address.local().toLowerCase(Locale.ROOT) + "@" + ascii(address.domain()));
    }

    private static Optional<String> domain(String text) {
        return Address.parse("x@" + text).map(a -> ascii(a.domain()));
    }

    /** Everything that means this address, the closest first. */
    public static List<Whom> all(Address address) {
        var all = new ArrayList<Whom>();
        if (!address.isNull()) {
            all.add(of(address));
            var domain = ascii(address.domain());
            all.add(new Whom(domain));
            for (int dot = domain.indexOf('.'); dot >= 0 && !domain.startsWith("["); dot = domain.indexOf('.', dot + 1)) {
                all.add(new Whom(domain.substring(dot)));
            }
        }
        all.add(ALL);
        return all;
    }

    /** Whether it is one address. */
    public boolean isAddress() {
        return text.indexOf('@') >= 0;
    }

    public boolean isEverybody() {
        return this.equals(ALL);
    }

    /** The domain of an address, of all of it, or of which all subdomains are meant. */
    public String domain() {
        return text.substring(text.lastIndexOf('@') + 1).replaceFirst("^\\.", "");
    }

    /** With A-labels, or unchanged where that cannot be. */
    public static String ascii(String domain) {
        if (domain.chars().allMatch(c -> c < 0x80)) {
            return domain.toLowerCase(Locale.ROOT);
        }
        try {
            return IDN.toASCII(domain, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException notADomain) {
            return domain;
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
