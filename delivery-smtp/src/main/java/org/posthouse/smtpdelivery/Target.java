package org.posthouse.smtpdelivery;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whom a destination names: {@code example.org}, a domain with mail exchangers; {@code [mx.example.org]}, that host;
 * {@code [192.0.2.1]} and {@code [IPv6:2001:db8::1]}, that address (RFC 5321 §4.1.3). Each may have {@code :port}.
 */
record Target(Kind kind, String name, Optional<InetAddress> address, int port) {
    enum Kind { DOMAIN, HOST }

    private static final Pattern FORM = Pattern.compile("(?:\\[(?<fixed>[^\\[\\]]{1,300})]|(?<domain>[^\\[\\]:]{1,300}))(?::(?<port>\\d{1,5}))?");
    private static final Pattern LITERAL = Pattern.compile("(?i)(?:ipv6:)?([0-9a-f:.]*:[0-9a-f:.]*)|(\\d{1,3}(?:\\.\\d{1,3}){3})");

    /** Empty when it is none of these. */
    static Optional<Target> parse(String text, int usualPort) {
        var form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            return Optional.empty();
        }
        int port = form.group("port") == null ? usualPort : Integer.parseInt(form.group("port"));
        if (port < 1 || port > 65_535) {
            return Optional.empty();
        }
        var fixed = form.group("fixed");
        return Optional.of(fixed == null ? new Target(Kind.DOMAIN, form.group("domain"), Optional.empty(), port)
                : new Target(Kind.HOST, fixed, literal(fixed), port));
    }

    /** By LMTP nobody is looked for: what is named is the host (RFC 2033 §5). */
    Target asHost() {
        return new Target(Kind.HOST, name, address.or(() -> literal(name)), port);
    }

    private static Optional<InetAddress> literal(String text) {
        var form = LITERAL.matcher(text);
        try {
            return form.matches() ? Optional.of(InetAddress.ofLiteral(form.group(1) != null ? form.group(1) : form.group(2)))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
