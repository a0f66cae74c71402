package org.posthouse.kernel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.posthouse.config.Configuration;
import org.posthouse.config.Place;
import org.posthouse.config.Problem;
import org.posthouse.config.Section;
import org.posthouse.message.BadSetting;
import org.posthouse.net.Listeners;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a configuration in force as a whole: core's services, the bundles' settings, the bundles that run, and the listeners.
 * Sockets are bound first and opened last; when anything refuses, all that was changed goes back.
 */
final class Transaction {
    private static final Logger log = LoggerFactory.getLogger("kernel");
    /** How DS tells what a constructor threw. */
    private static final Pattern REFUSED = Pattern.compile("org\\.posthouse\\.message\\.BadSetting: ([\\w-]+): (.*)");

    private final Rooms rooms;
    private final Swaps swaps;
    private final Retirement retirement;
    private final Settings settings;
    private final Function<Configuration, Map<String, Boolean>> runsUnder;
    private Configuration current;

    Transaction(Rooms rooms, Swaps swaps, Retirement retirement, Settings settings,
            Function<Configuration, Map<String, Boolean>> runsUnder) {
        this.rooms = rooms;
        this.swaps = swaps;
        this.retirement = retirement;
        this.settings = settings;
        this.runsUnder = runsUnder;
    }

    /** The configuration in force. */
    Configuration current() {
        return current;
    }

    /** The first one, when the server starts. */
    void begin(Configuration first, boolean listen) throws Misconfigured, IOException {
        current = first;
        apply(first);
        if (listen) {
            prepare(first).commit();
        }
    }

    void change(Configuration next) throws Misconfigured, IOException {
        var before = current;
        var prepared = prepare(next);
        boolean applied = false;
        try {
            apply(next);
            applied = true;
        } finally {
            if (!applied) {
                prepared.rollback();
                putBack(before);
            }
        }
        current = next;
        prepared.commit();
    }

    private Listeners.Prepared prepare(Configuration next) throws Misconfigured, IOException {
        try {
            return rooms.listeners.prepare(next.listeners().stream()
                    .map(l -> new Listeners.Section(l.values(), l.given())).toList());
        } catch (BadSetting e) {
            throw new Misconfigured(Problem.of(place(next, e), e));
        }
    }

    private void apply(Configuration next) throws Misconfigured, IOException {
        try {
            rooms.configure(next);
        } catch (BadSetting e) {
            throw new Misconfigured(Problem.of(place(next, e), e));
        }
        retirement.drain(next.top().duration("drain"));
        var problems = new ArrayList<Problem>();
        swaps.reconfigure(settings.changed(next.pids()), () -> settings.write(next.pids()))
                .forEach((jar, why) -> problems.add(problem(next, jar, why)));
        if (problems.isEmpty()) {
            var runs = runsUnder.apply(next);
            runs.forEach(swaps::reconcile);
            // A plugin of strangers that never ran is reported by itself and keeps nobody else from starting.
            swaps.refused().forEach((jar, why) -> {
                if (runs.getOrDefault(jar.name(), false) && (!jar.plugin() || REFUSED.matcher(why).find())) {
                    problems.add(problem(next, jar, why));
                }
            });
        }
        if (!problems.isEmpty()) {
            throw new Misconfigured(problems);
        }
    }

    private void putBack(Configuration before) throws IOException {
        try {
            apply(before);
        } catch (Misconfigured e) {
            log.error("the configuration before could not be put back: {}", e.getMessage());
        }
    }

    private static Problem problem(Configuration next, Jar jar, String why) {
        var setting = REFUSED.matcher(why);
        return setting.find() ? new Problem(next.place(jar.name(), setting.group(1)), setting.group(1) + ": " + setting.group(2), "")
                : new Problem(next.place(jar.name(), ""), jar.name() + " does not run", why);
    }

    /** A key that does not say its section is looked for in all of them. */
    private static Place place(Configuration next, BadSetting e) {
        if (!e.section().isEmpty()) {
            return next.place(e.section(), e.key());
        }
        return next.sections().values().stream().map(Section::places).filter(p -> p.containsKey(e.key()))
                .map(p -> p.get(e.key())).findFirst().orElse(next.place("", e.key()));
    }
}
