package org.posthouse.pipeline;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.posthouse.message.Content;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.observe.Metrics;
import org.posthouse.observe.Trace;
import org.posthouse.pipeline.FilterSettings.Mode;
import org.posthouse.pipeline.FilterSettings.OnFailure;
import org.posthouse.pipeline.Ruling.Ruled;
import org.posthouse.pipeline.Verdict.Disposition;
import org.posthouse.queue.SideBySide;
import org.posthouse.swap.Plugins;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the filters: those of a phase side by side, phase after phase, each within its budget. Without filters it does
 * nothing at all. A filter that must run and is away makes the mail wait ({@link Unavailable}); every other failure is for
 * the filter's {@code on-failure} to judge.
 */
final class Screening {
    private static final Logger log = LoggerFactory.getLogger(Screening.class);
    private static final Verdict LATER = Verdict.refuse("4.7.1", "message cannot be checked now, try again later");

    /** What fails in a row: a filter may do well at one stage and hang at the next. */
    private record Call(String filter, String stage) {}

    /** What the seal phase made of a message. */
    record Sealed(Ruling ruling, Content content) {}

    private final Plugins<Filter> filters;
    private final Trace trace;
    private final Metrics metrics;
    private final Clock clock;
    private final ConcurrentMap<Call, Breaker> breakers = new ConcurrentHashMap<>();
    private volatile Map<String, FilterSettings> settings = Map.of();
    private volatile Set<String> required = Set.of();

    Screening(Plugins<Filter> filters, Trace trace, Metrics metrics, Clock clock) {
        this.filters = filters;
        this.trace = trace;
        this.metrics = metrics;
        this.clock = clock;
    }

    void configure(Map<String, FilterSettings> byName) {
        settings = Map.copyOf(byName);
    }

    void require(Set<String> names) {
        required = Set.copyOf(names);
    }

    /** Facts, then judgement; its findings are added to the client's. Seal filters are asked about whole messages only. */
    Ruling ask(Question question) throws IOException {
        var names = names(); // once for both, so that one whose phase changes in between is not missed
        if (names.isEmpty()) {
            return Ruling.NONE;
        }
        var facts = together(Phase.FACTS, names, question);
        if (facts.refusesAll()) {
            return facts;
        }
        try {
            return facts.and(together(Phase.JUDGE, names, question));
        } catch (IOException e) {
            question.client().forget(facts.findings()); // the same question will find them again
            throw e;
        }
    }

    private Ruling together(Phase phase, Map<Phase, List<String>> all, Question question) throws IOException {
        var names = all.getOrDefault(phase, List.of());
        if (names.isEmpty()) {
            return Ruling.NONE;
        }
        var ruling = new Ruling(SideBySide.each(names, name -> ask(name, phase, question)));
        ruling.findings().forEach(question.client()::found);
        return ruling;
    }

    /** One after the other by name; each sees what those before it put in front. */
    Sealed seal(Client client, Envelope envelope, Content message) throws IOException {
        var sealed = new Sealed(Ruling.NONE, message);
        for (var name : names().getOrDefault(Phase.SEAL, List.of())) {
            var content = sealed.content;
            var question = new Question("seal", envelope.id().text(), client, f -> f.onMessage(client, envelope, content));
            var ruling = new Ruling(List.of(ask(name, Phase.SEAL, question)));
            ruling.findings().forEach(client::found);
            var lines = ruling.commonLines();
            sealed = new Sealed(sealed.ruling.and(ruling), lines.isEmpty() ? content : content.withFirst(lines));
        }
        return sealed;
    }

    /** Those that are here, expected or required, in order; each in one phase. */
    private Map<Phase, List<String>> names() {
        var names = filters.names();
        if (!names.containsAll(required)) {
            names = Stream.concat(names.stream(), required.stream()).distinct().sorted().toList();
        }
        return names.isEmpty() ? Map.of() : names.stream().filter(name -> of(name).mode() != Mode.OFF)
                .collect(Collectors.groupingBy(name -> Phase.of(filters.property(name, "phase").orElse(""))));
    }

    private FilterSettings of(String name) {
        return settings.getOrDefault(name, FilterSettings.USUAL);
    }

    private Ruled ask(String name, Phase phase, Question question) throws IOException {
        var breaker = breakers.computeIfAbsent(new Call(name, question.stage()), _ -> new Breaker(clock));
        if (!breaker.lets()) {
            return unanswered(name, question, "not asked after too many failures");
        }
        var reached = new AtomicBoolean(); // Unavailable may also come from what the filter itself needs
        long start = System.nanoTime();
        try {
            var verdict = filters.callWithin(name, of(name).budget(), filter -> {
                reached.set(true);
                return Sound.verdict(phase, Objects.requireNonNull(question.ask().of(filter), "no verdict"));
            });
            breaker.succeeded();
            return answered(name, question, verdict);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e; // the server is shutting down, which is nobody's failure
            }
            if (!reached.get() && required.contains(name)) {
                throw new Unavailable("required filter " + name + " is away", e);
            }
            if (breaker.failed()) {
                log.warn("filter name={} stage={} failures={} paused={}", name, question.stage(),
                        Breaker.FAILURES, Breaker.PAUSE);
            }
            log.warn("filter name={} stage={} id={} failed=\"{}\"", name, question.stage(), question.id(), e.toString());
            metrics.count("filter_failures", "filter", name);
            return unanswered(name, question, e.toString());
        } finally {
            metrics.time("filter_time", Duration.ofNanos(System.nanoTime() - start), "filter", name);
        }
    }

    private Ruled answered(String name, Question question, Verdict verdict) {
        boolean shadow = of(name).mode() == Mode.SHADOW;
        if (verdict != Verdict.PASS) {
            note(name, question, verdict, shadow ? "shadow" : null, null);
        }
        return new Ruled(name, shadow ? Verdict.PASS : verdict, true);
    }

    private Ruled unanswered(String name, Question question, String why) {
        var how = of(name);
        boolean passes = how.mode() == Mode.SHADOW || how.onFailure() == OnFailure.PASS;
        var verdict = passes ? Verdict.PASS : LATER;
        note(name, question, verdict, how.mode() == Mode.SHADOW ? "shadow" : null, why);
        return new Ruled(name, verdict, false);
    }

    private void note(String name, Question question, Verdict verdict, String mode, String failure) {
        var symbols = new Ruling(List.of(new Ruled(name, verdict, true))).allFindings().stream()
                .map(f -> f.symbol() + "(" + f.points() + ")").collect(Collectors.joining(","));
        trace.event(question.id(), "verdict", "filter", name, "stage", question.stage(),
                "disposition", words(verdict.disposition()), "some", verdict.some().isEmpty() ? null : verdict.some().size(),
                "symbols", symbols.isEmpty() ? null : symbols, "mode", mode, "failure", failure);
    }

    /** For the trace. */
    static String words(Disposition disposition) {
        return switch (disposition) {
            case Disposition.Pass() -> "pass";
            case Disposition.Quarantine(var why) -> "quarantine " + why;
            case Disposition.Refuse(var status) -> "refuse " + status;
        };
    }
}
