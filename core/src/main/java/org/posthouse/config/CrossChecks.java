package org.posthouse.config;

import java.net.IDN;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Setting;

/** What no single key shows: names that must be host names, listeners that contradict themselves or each other. */
final class CrossChecks {
    /** RFC 1123 §2.1, RFC 1035 §2.3.4. */
    private static final Pattern HOST = Pattern.compile("(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
            + "(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");

    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Section> sections;

    CrossChecks(Map<String, Section> sections) {
        this.sections = sections;
    }

    List<Problem> problems() {
        if (sections.containsKey("")) {
            names(sections.get(""));
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
        if (top.given().contains("hostname") && !isHost(values.text("hostname"))) {
            problem(top, "hostname", "'" + values.text("hostname") + "' is not a host name", "write it like mail.example.test");
        }
        if (!top.given().contains("domains")) {
            return;
        }
        if (values.list("domains").isEmpty()) {
            problem(top, "domains", "the list is empty", "name at least one mail domain");
        }
        values.list("domains").stream().filter(d -> !isHost(d))
                .forEach(d -> problem(top, "domains", "'" + d + "' is not a mail domain",
                        "write them like example.test, example.org"));
    }

    private static boolean isHost(String name) {
        try {
            return HOST.matcher(IDN.toASCII(name)).matches() && !name.matches("[0-9.]+");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void listener(Section listener) {
        var values = listener.values();
        if (values.text("role").equals("submission") && values.text("tls").equals("none")) {
            problem(listener, "tls", "a submission listener needs TLS, since users send their passwords",
                    "write implicit or starttls");
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
