package org.posthouse.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Setting;
import org.posthouse.message.Whom;
import org.posthouse.queue.Queue.Entry;
import org.posthouse.queue.Queue.Leg;
import org.posthouse.queue.Queue.Waiting;

/**
 * Which messages of the queue a command means: some by id, or all that every option fits.
 *
 * @param ids none: those that the options fit
 */
record Selection(List<String> ids, Optional<Whom> sender, boolean nullSender, Optional<Whom> recipient, Optional<String> destination,
        Optional<Duration> older, Optional<String> reason, boolean everything) {
    static final String OPTIONS = "--sender, --recipient, --destination, --older, --reason, or --all";

    /** Takes its words out of a command's; empty when they cannot be understood. */
    static Optional<Selection> of(List<String> words) {
        var left = new ArrayList<>(words);
        boolean all = left.remove("--all");
        try {
            var sender = option("--sender", left);
            boolean nobody = sender.filter("<>"::equals).isPresent();
            var selection = new Selection(List.of(), nobody ? Optional.empty() : sender.map(s -> Setting.whom("--sender", s)), nobody,
                    option("--recipient", left).map(s -> Setting.whom("--recipient", s)), option("--destination", left),
                    option("--older", left).map(s -> Setting.duration("--older", s)), option("--reason", left), all);
            boolean options = selection.hasOptions();
            boolean understood = left.stream().noneMatch(w -> w.startsWith("--")) && !(options && !left.isEmpty()) && !(all && selection.narrows());
            return understood ? Optional.of(selection.with(left)) : Optional.empty();
        } catch (BadSetting e) {
            return Optional.empty();
        }
    }

    private static Optional<String> option(String name, List<String> words) {
        int at = words.indexOf(name);
        if (at < 0) {
            return Optional.empty();
        }
        if (at + 1 == words.size()) {
            throw new BadSetting(name, "says nothing");
        }
        words.remove(at);
        return Optional.of(words.remove(at));
    }

    private Selection with(List<String> some) {
        return new Selection(List.copyOf(some), sender, nullSender, recipient, destination, older, reason, everything);
    }

    private boolean narrows() {
        return nullSender || sender.isPresent() || recipient.isPresent() || destination.isPresent() || older.isPresent() || reason.isPresent();
    }

    boolean hasOptions() {
        return everything || narrows();
    }

    /** Whether nothing was said. */
    boolean isEmpty() {
        return ids.isEmpty() && !hasOptions();
    }

    /** Whether the options fit; the ids do not count. */
    boolean fits(Entry entry, Instant now) {
        var item = entry.item();
        var from = item.from().address();
        return (!nullSender || from.isNull())
                && sender.map(s -> !from.isNull() && means(s, from)).orElse(true)
                && recipient.map(r -> recipients(item.legs()).anyMatch(one -> means(r, one.to().address()))).orElse(true)
                && destination.map(d -> item.legs().stream().anyMatch(leg -> leads(leg.to(), d))).orElse(true)
                && older.map(o -> item.arrived().isBefore(now.minus(o))).orElse(true)
                && reason.map(r -> item.held().filter(h -> has(h, r)).isPresent()
                        || recipients(item.legs()).anyMatch(one -> one.last().filter(last -> has(last.toString(), r)).isPresent())).orElse(true);
    }

    private static Stream<Waiting> recipients(List<Leg> legs) {
        return legs.stream().flatMap(leg -> leg.recipients().stream());
    }

    private static boolean means(Whom whom, Address address) {
        return Whom.all(address).contains(whom);
    }

    /** {@code smtp:example.org}, or only what comes after the transport. */
    private static boolean leads(Destination to, String text) {
        return to.toString().equalsIgnoreCase(text) || to.target().equalsIgnoreCase(text);
    }

    private static boolean has(String text, String part) {
        return text.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
    }
}
