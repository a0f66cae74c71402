package org.posthouse.smtp;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.posthouse.auth.AccountId;
import org.posthouse.net.Peer;
import org.posthouse.pipeline.Client;

/**
 * What a trusted client says of the client behind it, in the forms of Postfix: XCLIENT makes it that client, XFORWARD is only written
 * down. Values are in xtext (RFC 3461 §4); one that is not known is {@code [UNAVAILABLE]} or {@code [TEMPUNAVAIL]} and left out here, but
 * for the address: who is nobody knows where is not where the one is who speaks for him, and has none of its rights.
 */
final class Introduction {
    static final Set<String> XCLIENT = Set.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "DESTADDR", "DESTPORT");
    static final Set<String> XFORWARD = Set.of("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE");

    private static final String NOWHERE = "0.0.0.0";
    private static final int LONGEST_VALUE = 255;
    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern ATTRIBUTE = Pattern.compile("([A-Za-z]{1,20})=([!-~&&[^=]]{1,800})");
    private static final Pattern XTEXT = Pattern.compile("(?:[!-*,-<>-~]|\\+[0-9A-Fa-f]{2})+");
    private static final Set<String> NOT_KNOWN = Set.of("[UNAVAILABLE]", "[TEMPUNAVAIL]");

    private final Client client;
    private final SmtpProtocol.Services services;
    private Optional<String> name = Optional.empty();

    Introduction(Client client, SmtpProtocol.Services services) {
        this.client = client;
        this.services = services;
    }

    /** What EHLO says to who may introduce others. */
    static List<String> announced() {
        return List.of("XCLIENT " + String.join(" ", XCLIENT.stream().sorted().toList()),
                "XFORWARD " + String.join(" ", XFORWARD.stream().sorted().toList()));
    }

    /** What the client is called: as XCLIENT said, or as it says itself. */
    String hello(String itself) {
        return name.orElse(itself);
    }

    /** After XCLIENT the conversation begins anew, with the greeting. */
    Reply take(Command command, Reply greeting) {
        return switch (command) {
            case Command.Xclient(var attributes) -> peer(client.peer(), attributes).map(other -> become(other, attributes, greeting))
                    .orElseGet(Parameters::malformed);
            case Command.Xforward(var attributes) -> {
                services.trace().event(session(), "xforward", new TreeMap<>(attributes).entrySet().stream()
                        .flatMap(a -> Stream.of(a.getKey().toLowerCase(Locale.ROOT), a.getValue())).toArray());
                yield Reply.OK;
            }
            default -> throw new IllegalArgumentException("introduces nobody");
        };
    }

    private Reply become(Peer other, Map<String, String> attributes, Reply greeting) {
        client.speaksFor(other);
        name = Optional.ofNullable(attributes.get("HELO"));
        var login = attributes.getOrDefault("LOGIN", "").toLowerCase(Locale.ROOT);
        if (!login.isEmpty()) {
            client.account(new AccountId(login.contains("@") ? login : login + "@" + services.site().firstDomain()));
        }
        services.trace().event(session(), "xclient", "remote", other.address().getHostAddress(), "name", attributes.get("NAME"),
                "login", attributes.get("LOGIN"));
        return greeting;
    }

    private String session() {
        return client.peer().session().text();
    }

    /** Names in upper case; empty when one is unknown, comes twice or is not well formed. */
    static Optional<Map<String, String>> attributes(String text, Set<String> known) {
        var attributes = new HashMap<String, String>();
        var seen = new HashMap<String, String>();
        for (String word : text.split(" +")) {
            var attribute = ATTRIBUTE.matcher(word);
            if (!attribute.matches() || !XTEXT.matcher(attribute.group(2)).matches()) {
                return Optional.empty();
            }
            var name = attribute.group(1).toUpperCase(Locale.ROOT);
            var value = decoded(attribute.group(2));
            if (!known.contains(name) || seen.put(name, value) != null || !printable(value)) {
                return Optional.empty();
            }
            if (!NOT_KNOWN.contains(value.toUpperCase(Locale.ROOT))) {
                attributes.put(name, value);
            } else if (known.equals(XCLIENT) && name.equals("ADDR")) {
                attributes.put(name, NOWHERE);
            }
        }
        return Optional.of(attributes);
    }

    private static boolean printable(String value) {
        return value.length() <= LONGEST_VALUE && value.chars().noneMatch(c -> Character.isISOControl(c) || c == '\ufffd');
    }

    private static String decoded(String xtext) {
        var octets = new ByteArrayOutputStream();
        for (int i = 0; i < xtext.length(); i++) {
            if (xtext.charAt(i) == '+') {
                octets.write(Integer.parseInt(xtext.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                octets.write(xtext.charAt(i));
            }
        }
        return octets.toString(StandardCharsets.UTF_8);
    }

    /** The other end as XCLIENT describes it; empty when an address or port is none. */
    static Optional<Peer> peer(Peer before, Map<String, String> attributes) {
        try {
            return Optional.of(new Peer(before.session(), place(before.remote(), attributes, "ADDR", "PORT"),
                    place(before.local(), attributes, "DESTADDR", "DESTPORT"), before.listener(), true));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static InetSocketAddress place(InetSocketAddress before, Map<String, String> attributes, String addr, String port) {
        var named = attributes.get(addr);
        var address = named == null ? before.getAddress()
                : InetAddress.ofLiteral(named.regionMatches(true, 0, "IPV6:", 0, 5) ? named.substring(5) : named);
        var number = attributes.getOrDefault(port, named == null ? Integer.toString(before.getPort()) : "0");
        if (!number.matches("\\d{1,5}") || Integer.parseInt(number) > HIGHEST_PORT) {
            throw new IllegalArgumentException("no port");
        }
        return new InetSocketAddress(address, Integer.parseInt(number));
    }
}
