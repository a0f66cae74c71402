package org.posthouse.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.posthouse.pipeline.Verdict.Disposition;
import org.posthouse.pipeline.Verdict.Effect;

/**
 * The verdicts of several filters, in order of the filters' names, and what they mean together for each recipient: the
 * strongest disposition (Pass &lt; Quarantine &lt; Refuse 4xx &lt; Refuse 5xx; among equals the first), all effects, the first
 * folder. Within one filter's verdict, what holds for some recipients comes before what holds for all.
 */
record Ruling(List<Ruled> given) {
    /**
     * One filter's part.
     *
     * @param answered whether it said so itself, and not its {@code on-failure}
     */
    record Ruled(String filter, Verdict verdict, boolean answered) {}

    static final Ruling NONE = new Ruling(List.of());

    Ruling {
        given = given.stream().sorted(Comparator.comparing(Ruled::filter)).toList();
    }

    /** Both together; this one's come first where a filter has ruled in both. */
    Ruling and(Ruling later) {
        if (later.given.isEmpty()) {
            return this;
        }
        return given.isEmpty() ? later : new Ruling(Stream.concat(given.stream(), later.given.stream()).toList());
    }

    /** What it says, for one recipient only. Kept for each of a thousand: what says nothing is not. */
    Ruling only(Recipient to) {
        return new Ruling(given.stream().filter(r -> !r.verdict.equals(Verdict.PASS))
                .map(r -> new Ruled(r.filter, Verdict.only(Set.of(to), r.verdict), r.answered)).toList());
    }

    /** Whether every filter answered, so that asking again would say the same. */
    boolean settled() {
        return given.stream().allMatch(Ruled::answered);
    }

    Disposition disposition(Recipient to) {
        Disposition strongest = new Disposition.Pass();
        for (var ruled : given) {
            for (var verdict : (Iterable<Verdict>) parts(ruled.verdict, some -> some.contains(to))::iterator) {
                strongest = stronger(strongest, verdict.disposition());
            }
        }
        return strongest;
    }

    /** Whether some filter refuses for good and for all. */
    boolean refusesAll() {
        return given.stream().anyMatch(r -> strength(r.verdict.disposition()) == 3);
    }

    double score(Recipient to) {
        return scores(some -> some.contains(to)).mapToDouble(Finding::points).sum();
    }

    /** What other filters are told: the scores that hold for all. */
    List<Finding> findings() {
        return scores(_ -> false).toList();
    }

    /** Every score, for whomever it holds, for the trace. */
    List<Finding> allFindings() {
        return scores(_ -> true).toList();
    }

    private Stream<Finding> scores(Predicate<Set<Recipient>> holds) {
        return given.stream().flatMap(r -> parts(r.verdict, holds).flatMap(v -> v.effects().stream())
                .<Finding>mapMulti((effect, next) -> {
                    if (effect instanceof Effect.Score(var symbol, double points, var why)) {
                        next.accept(new Finding(r.filter, symbol, points, why));
                    }
                }));
    }

    /** The folder to file into, where a filter named one. */
    Optional<String> folder(Recipient to) {
        return effects(some -> some.contains(to)).filter(Effect.FileInto.class::isInstance)
                .map(e -> ((Effect.FileInto) e).folder()).findFirst();
    }

    /** Header lines for everybody. */
    String commonLines() {
        return lines(given.stream().flatMap(r -> r.verdict.effects().stream()));
    }

    /** Header lines for this recipient beside the common ones. */
    String linesFor(Recipient to) {
        return lines(given.stream().flatMap(r -> nested(r.verdict, some -> some.contains(to)))
                .flatMap(v -> v.effects().stream()));
    }

    private static String lines(Stream<Effect> effects) {
        return effects.map(effect -> switch (effect) {
            case Effect.AddHeader(var name, var body) -> HeaderLines.field(name, body);
            case Effect.Rewrite(var headerLines) -> headerLines;
            case Effect.Score _, Effect.FileInto _ -> "";
        }).collect(Collectors.joining());
    }

    private Stream<Effect> effects(Predicate<Set<Recipient>> holds) {
        return given.stream().flatMap(r -> parts(r.verdict, holds)).flatMap(v -> v.effects().stream());
    }

    /** A verdict and all inside it that holds, in the order in which they count. */
    private static Stream<Verdict> parts(Verdict verdict, Predicate<Set<Recipient>> holds) {
        return Stream.concat(nested(verdict, holds), Stream.of(verdict));
    }

    private static Stream<Verdict> nested(Verdict verdict, Predicate<Set<Recipient>> holds) {
        if (verdict.some().isEmpty()) {
            return Stream.empty();
        }
        var inOrder = new ArrayList<>(verdict.some().entrySet());
        inOrder.sort(Comparator.comparing(Ruling::names)); // a set has no order of its own
        return inOrder.stream().filter(e -> holds.test(e.getKey())).flatMap(e -> parts(e.getValue(), holds));
    }

    private static String names(Map.Entry<Set<Recipient>, Verdict> some) {
        return some.getKey().stream().map(Recipient::toString).sorted().collect(Collectors.joining(","));
    }

    /** The stronger of two, the first if they are equal. */
    static Disposition stronger(Disposition first, Disposition second) {
        return strength(second) > strength(first) ? second : first;
    }

    private static int strength(Disposition disposition) {
        return switch (disposition) {
            case Disposition.Pass() -> 0;
            case Disposition.Quarantine _ -> 1;
            case Disposition.Refuse(var status) -> status.permanent() ? 3 : 2;
        };
    }
}
