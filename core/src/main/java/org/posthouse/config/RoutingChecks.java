package org.posthouse.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Setting;
import org.posthouse.message.Transport;
import org.posthouse.message.Whom;

/** What no single key of {@code [routing]} and {@code [route NAME]} shows. */
final class RoutingChecks {
    private static final Set<String> NO_HOSTS = Set.of("local", "error", "discard", "hold");
    private static final Set<String> TRANSPORTS = Set.of("local", "smtp", "lmtp", "error", "discard", "hold");

    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Section> sections;

    RoutingChecks(Map<String, Section> sections) {
        this.sections = sections;
    }

    List<Problem> problems() {
        if (sections.containsKey("routing")) {
            routing(sections.get("routing"));
        }
        var seen = new HashSet<String>();
        sections.values().stream().filter(s -> s.values().section().startsWith("route ")).forEach(route -> {
            route(route);
            twice(route, seen);
        });
        return problems;
    }

    private void routing(Section routing) {
        var preset = routing.values().text("preset");
        if ((preset.equals("smarthost") || preset.equals("satellite")) && routing.values().list("smarthost").isEmpty()) {
            problem(routing, "preset", preset + " sends all mail to one host, and none is named", "write smarthost = smtp:[relay.example]:587");
        }
        hosts(routing, "smarthost");
        relayDomains(routing);
        if (routing.values().has("srs-domain") && whom("srs-domain", "x@" + routing.values().text("srs-domain")).isEmpty()) {
            problem(routing, "srs-domain", "'" + routing.values().text("srs-domain") + "' is not a domain", "write one of domains, or leave it out");
        }
        for (var text : routing.values().list("relay-recipients")) {
            if (!text.startsWith(":include:") && whom("relay-recipients", text).isEmpty()) {
                problem(routing, "relay-recipients", "'" + text + "' is neither an address nor a domain",
                        "write ann@example.org, example.org for anybody there, or :include:FILE");
            }
        }
    }

    private void relayDomains(Section routing) {
        var ours = sections.containsKey("") && sections.get("").given().contains("domains")
                ? sections.get("").values().list("domains").stream().map(Whom::ascii).toList() : List.<String>of();
        for (var text : routing.values().list("relay-domains")) {
            var whom = whom("relay-domains", text);
            if (whom.isPresent() && (whom.get().isAddress() || whom.get().isEverybody())) {
                problem(routing, "relay-domains", "'" + text + "' is no domain", "write them like example.org, .example.org");
            } else if (whom.isPresent() && ours.contains(whom.get().text())) {
                problem(routing, "relay-domains", text + " is one of domains already", "take it out of one of the two");
            }
        }
    }

    private void route(Section route) {
        hosts(route, "fallback");
        var via = transports(route, "via").findFirst();
        if (via.isPresent() && NO_HOSTS.contains(via.get().name()) && !route.values().list("fallback").isEmpty()) {
            problem(route, "fallback", "there is none for " + via.get().name(), "take it out");
        }
        Stream.of("via", "fallback").flatMap(key -> transports(route, key).map(t -> Map.entry(key, t.name())))
                .filter(e -> !known().contains(e.getValue()))
                .forEach(e -> Nearest.to(e.getValue(), known()).ifPresent(near ->
                        problem(route, e.getKey(), "there is no transport " + e.getValue(), "write " + near)));
    }

    private List<String> known() {
        return Stream.concat(TRANSPORTS.stream(), sections.keySet().stream().filter(s -> s.startsWith("delivery-"))
                .map(s -> s.substring("delivery-".length()))).distinct().toList();
    }

    private void hosts(Section section, String key) {
        transports(section, key).filter(t -> NO_HOSTS.contains(t.name())).findFirst()
                .ifPresent(t -> problem(section, key, t.name() + " is no host", "write it like smtp:[relay.example]:587"));
    }

    /** The second of two that speak of the same recipients and senders is never used. */
    private void twice(Section route, Set<String> seen) {
        var senders = route.values().list("from").isEmpty() ? List.of("") : route.values().list("from");
        for (var to : route.values().list("to")) {
            for (var from : senders) {
                var pair = whom("to", to).map(Whom::text).orElse(to) + " " + whom("from", from).map(Whom::text).orElse(from);
                if (!seen.add(pair)) {
                    problem(route, "to", "another route speaks of " + to + (from.isEmpty() ? "" : " from " + from) + " already", "keep one of them");
                }
            }
        }
    }

    /** Those that can be read; what is wrong with the others has been said. */
    private static Stream<Transport> transports(Section section, String key) {
        var texts = key.equals("via") ? Stream.of(section.values().texts().getOrDefault(key, "")) : section.values().list(key).stream();
        return texts.flatMap(text -> {
            try {
                return Stream.of(Setting.transport(key, text));
            } catch (BadSetting e) {
                return Stream.of();
            }
        });
    }

    private static Optional<Whom> whom(String key, String text) {
        try {
            return Optional.of(Setting.whom(key, text));
        } catch (BadSetting e) {
            return Optional.empty();
        }
    }

    private void problem(Section section, String key, String what, String mend) {
        var place = section.places().getOrDefault(key, section.places().get(""));
        problems.add(new Problem(place, key + ": " + what, mend));
    }
}
