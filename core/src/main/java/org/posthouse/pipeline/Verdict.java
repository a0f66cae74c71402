package org.posthouse.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.posthouse.message.Status;

/**
 * What a filter wants done: one disposition, effects, and verdicts for some recipients only. The verdicts of several filters
 * combine: the strongest disposition wins (Pass &lt; Quarantine &lt; Refuse 4xx &lt; Refuse 5xx; among equals the first filter by
 * name), all effects are kept (per recipient the first FileInto by name counts).
 */
public record Verdict(Disposition disposition, List<Effect> effects, Map<Set<Recipient>, Verdict> some) {
    public static final Verdict PASS = new Verdict(new Disposition.Pass(), List.of(), Map.of());

    public sealed interface Disposition {
        record Pass() implements Disposition {}

        record Quarantine(String why) implements Disposition {}

        record Refuse(Status status) implements Disposition {}
    }

    public sealed interface Effect {
        /** Adds to the message's score under a symbol; the thresholds of {@code [pipeline]} judge the sum. */
        record Score(String symbol, double points, String why) implements Effect {}

        /** Puts a header field in front of the message; the body is folded and cleaned by core. */
        record AddHeader(String name, String body) implements Effect {}

        /** Delivers into this folder instead of the inbox. */
        record FileInto(String folder) implements Effect {}

        /** Puts whole header lines (each ended by CRLF) in front; only in the seal phase. */
        record Rewrite(String headerLines) implements Effect {}
    }

    public Verdict {
        effects = List.copyOf(effects);
        some = Map.copyOf(some);
    }

    public static Verdict refuse(String code, String text) {
        return new Verdict(new Disposition.Refuse(new Status(code, text)), List.of(), Map.of());
    }

    public static Verdict quarantine(String why) {
        return new Verdict(new Disposition.Quarantine(why), List.of(), Map.of());
    }

    public static Verdict score(String symbol, double points, String why) {
        return PASS.and(new Effect.Score(symbol, points, why));
    }

    /** This verdict with one more effect. */
    public Verdict and(Effect effect) {
        return new Verdict(disposition, Stream.concat(effects.stream(), Stream.of(effect)).toList(), some);
    }

    /** A verdict that holds for these recipients only. */
    public static Verdict only(Set<Recipient> recipients, Verdict verdict) {
        return new Verdict(PASS.disposition, List.of(), Map.of(Set.copyOf(recipients), verdict));
    }
}
