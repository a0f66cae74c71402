package org.posthouse.queue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Setting;
import org.posthouse.message.Transport;
import org.posthouse.message.Whom;

/**
 * A {@code [route NAME]}.
 *
 * @param from     nobody: whoever sends
 * @param fallback where to turn when {@code via} cannot be reached
 */
record Rule(String name, Set<Whom> to, Set<Whom> from, Transport via, List<Transport> fallback) {
    private static final Set<String> NO_HOSTS = Set.of("local", "error", "discard", "hold");

    static Rule of(Values section) {
        try {
            var fallback = section.has("fallback") ? hosts("fallback", section.list("fallback")) : List.<Transport>of();
            var via = Setting.transport("via", section.text("via"));
            if (!fallback.isEmpty() && NO_HOSTS.contains(via.name())) {
                throw new BadSetting("fallback", "there is none for " + via.name() + "; take it out");
            }
            return new Rule(section.name(), section.has("to") ? whom("to", section.list("to")) : Set.of(new Whom("*")),
                    section.has("from") ? whom("from", section.list("from")) : Set.of(), via, fallback);
        } catch (BadSetting e) {
            throw e.in(section.section());
        }
    }

    static Set<Whom> whom(String key, List<String> texts) {
        return texts.stream().map(t -> Setting.whom(key, t)).collect(Collectors.toUnmodifiableSet());
    }

    /** Transports that lead to a host. */
    static List<Transport> hosts(String key, List<String> texts) {
        var hosts = texts.stream().map(t -> Setting.transport(key, t)).toList();
        hosts.stream().filter(t -> NO_HOSTS.contains(t.name())).findFirst().ifPresent(t -> {
            throw new BadSetting(key, t.name() + " is no host; write it like smtp:[relay.example]:587");
        });
        return hosts;
    }
}
