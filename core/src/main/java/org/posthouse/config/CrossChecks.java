package org.posthouse.config;

import java.net.IDN;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Setting;

/**
 * What no single key shows: names that must be host names or bundles, listeners that contradict themselves or each other. A
 * bundle that is not there may come later, so one to be enabled is a mistake only where its name looks like another's.
 */
final class CrossChecks {
    /** RFC 1123 §2.1, RFC 1035 §2.3.4. */
    private static final Pattern HOST = Pattern.compile("(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
            + "(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");

    /** Those that a bundle of another name may speak, as protocol-smtp may speak lmtp. */
    private static final Set<String> PROTOCOLS = Set.of("smtp", "lmtp", "pop3", "imap");

    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Section> sections;

    CrossChecks(Map<String, Section> sections) {
        this.sections = sections;
    }

    List<Problem> problems() {
        if (sections.containsKey("")) {
            names(sections.get(""));
            bundles(sections.get(""));
        }
        var listeners = sections.values().stream().filter(s -> s.values().section().startsWith("listener ")).toList();
        listeners.forEach(this::listener);
        for (int i = 0; i < listeners.size(); i++) {
            for (int j = 0; j < i; j++) {
                together(listeners.get(j), listeners.get(i));
            }
        }
        return problems;
    }

    private void names(Section top) {
        var values = top.values();
        if (values.text("recipient-delimiter").equals("@")) {
            problem(top, "recipient-delimiter", "'@' comes before the domain", "write + or leave it empty");
        }
        if (top.given().contains("hostname") && !isHost(values.text("hostname"))) {
            problem(top, "hostname", "'" + values.text("hostname") + "' is not a host name", "write it like mail.example.test");
        }
        if (!top.given().contains("domains")) {
            return;
        }
        if (values.list("domains").isEmpty()) {
            problem(top, "domains", "the list is empty", "name at least one mail domain");
        }
        if (values.has("postmaster") && !isOurs(values.text("postmaster"), values.list("domains"))) {
            problem(top, "postmaster", "'" + values.text("postmaster") + "' is not in one of the domains",
                    "write an address of " + String.join(", ", values.list("domains")));
        }
        values.list("domains").stream().filter(d -> !isHost(d))
                .forEach(d -> problem(top, "domains", "'" + d + "' is not a mail domain",
                        "write them like example.test, example.org"));
    }

    private void bundles(Section top) {
        var known = sections.keySet().stream().map(s -> s.split(" ")[0]).filter(s -> s.contains("-")).distinct().toList();
        for (var key : List.of("enable", "disable")) {
            listed(top, key).filter(name -> !name.contains("*") && !known.contains(name))
                    .forEach(name -> misspelt(name, known).ifPresent(right ->
                            problem(top, key, "there is no bundle " + name, "write " + right)));
        }
        for (var kind : Map.of("store", "store-", "mailboxes", "mailboxes-", "directories", "directory-").entrySet()) {
            var names = known.stream().filter(name -> name.startsWith(kind.getValue())).toList();
            listed(top, kind.getKey()).filter(name -> !names.isEmpty() && !names.contains(name))
                    .forEach(name -> problem(top, kind.getKey(), "there is no bundle " + name,
                            Nearest.to(name, names).map(n -> "write " + n).orElse("there are " + String.join(", ", names))));
        }
    }

    private static Stream<String> listed(Section top, String key) {
        return top.given().contains(key) ? top.values().list(key).stream() : Stream.of();
    }

    private static Optional<String> misspelt(String name, List<String> known) {
        return Nearest.to(name, known).filter(n -> Nearest.to(afterKind(name), List.of(afterKind(n))).isPresent());
    }

    private static String afterKind(String name) {
        return name.substring(name.indexOf('-') + 1);
    }

    private static boolean isHost(String name) {
        try {
            return HOST.matcher(IDN.toASCII(name)).matches() && !name.matches("[0-9.]+");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isOurs(String address, List<String> domains) {
        var domain = address.substring(address.lastIndexOf('@') + 1);
        return domains.stream().anyMatch(domain::equalsIgnoreCase);
    }

    private void listener(Section listener) {
        var values = listener.values();
        var protocols = sections.keySet().stream().filter(s -> s.startsWith("protocol-")).map(CrossChecks::afterKind).toList();
        var protocol = values.has("protocol") ? values.text("protocol") : "";
        if (!protocols.contains(protocol) && !PROTOCOLS.contains(protocol)) {
            Nearest.to(protocol, protocols).ifPresent(right ->
                    problem(listener, "protocol", "'" + protocol + "' is not a protocol", "write " + right));
        }
        if (values.text("role").equals("submission") && values.text("tls").equals("none")) {
            problem(listener, "tls", "a submission listener needs TLS, since users send their passwords",
                    "write implicit or starttls");
        }
        if (protocol.equals("lmtp") && listener.given().contains("port") && values.number("port") == 25) {
            problem(listener, "port", "LMTP must not be spoken on port 25 (RFC 2033)", "write 24, for one");
        }
        if (values.has("address") && !isAddress(values.text("address"))) {
            problem(listener, "address", "'" + values.text("address") + "' is not an IP address",
                    "write it like 192.0.2.1 or 2001:db8::1");
        }
    }

    private static boolean isAddress(String text) {
        return address(text).isPresent();
    }

    private static Optional<InetAddress> address(String text) {
        try {
            return text.contains("/") ? Optional.empty() : Optional.of(Setting.network("address", text).first());
        } catch (BadSetting e) {
            return Optional.empty();
        }
    }

    private void together(Section first, Section second) {
        if (!first.given().contains("port") || !second.given().contains("port")) {
            return;
        }
        int port = second.values().number("port");
        if (port != 0 && port == first.values().number("port")
                && overlap(first.values().text("address"), second.values().text("address"))) {
            problem(second, "port", "port " + port + " is taken by [" + first.values().section() + "] at "
                    + first.places().get("port"), "choose another port or address");
        }
    }

    private static boolean overlap(String a, String b) {
        return isAny(a) || isAny(b) || isAddress(a) && address(a).equals(address(b));
    }

    private static boolean isAny(String address) {
        return address.isEmpty() || address(address).filter(InetAddress::isAnyLocalAddress).isPresent();
    }

    private void problem(Section section, String key, String what, String mend) {
        var place = section.places().getOrDefault(key, section.places().get(""));
        problems.add(new Problem(place, key + ": " + what, mend));
    }
}
