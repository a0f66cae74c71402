package org.posthouse.queue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.posthouse.message.Address;
import org.posthouse.message.Whom;

/**
 * All {@code [route NAME]}: the recipient decides first, the closest wins (address, domain, nearest parent, all); among those
 * the sender, likewise, and last the rules for all senders. Of equals the first in the file.
 */
final class Rules {
    static final Rules NONE = new Rules(List.of());

    private final Map<Whom, List<Rule>> byRecipient = new HashMap<>();

    private final List<Rule> all;

    Rules(List<Rule> all) {
        this.all = List.copyOf(all);
        for (var rule : all) {
            rule.to().forEach(whom -> byRecipient.computeIfAbsent(whom, _ -> new ArrayList<>()).add(rule));
        }
    }

    List<Rule> all() {
        return all;
    }

    /** The rule for one recipient alone. */
    Optional<Rule> forAddress(Address to, Address from) {
        return byRecipient.isEmpty() ? Optional.empty() : of(Whom.of(to), from);
    }

    /** The rule for a domain, or one that it is under. */
    Optional<Rule> forDomain(Address to, Address from) {
        if (byRecipient.isEmpty()) {
            return Optional.empty();
        }
        return Whom.all(to).stream().filter(whom -> !whom.isAddress() && !whom.isEverybody())
                .flatMap(whom -> of(whom, from).stream()).findFirst();
    }

    /** The rule for a recipient elsewhere. */
    Optional<Rule> forElsewhere(Address to, Address from) {
        return byRecipient.isEmpty() ? Optional.empty()
                : Whom.all(to).stream().flatMap(whom -> of(whom, from).stream()).findFirst();
    }

    private Optional<Rule> of(Whom to, Address from) {
        var rules = byRecipient.getOrDefault(to, List.of());
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        return Whom.all(from).stream().flatMap(sender -> rules.stream().filter(r -> r.from().contains(sender))).findFirst()
                .or(() -> rules.stream().filter(r -> r.from().isEmpty()).findFirst());
    }
}
