package org.posthouse.kernel;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.posthouse.config.Checked;
import org.posthouse.config.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Boots the server, keeps the bundles that run in line with the jars that are there, and reloads the configuration. One lock
 * makes boot, reload, commands about bundles and the kernel's own thread take turns; mail never waits for it.
 */
final class Kernel {
    private static final Logger log = LoggerFactory.getLogger("kernel");
    private static final long LOOK_EVERY_MILLIS = 250;
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(1);
    private static final Duration SESSIONS_END_WITHIN = Duration.ofSeconds(2);
    private static final Duration DELIVERIES_END_WITHIN = Duration.ofMillis(2_500);

    private final Path home;
    private final Instant began = Instant.now();
    private final ReentrantLock kernel = new ReentrantLock();
    private final BlockingQueue<Ended> probations = new LinkedBlockingQueue<>();
    private final Rooms rooms;
    private final Shelf shelf;
    private final Decisions decisions;
    private final Reports reports;
    private final Retirement retirement;
    private final Swaps swaps;
    private final Transaction transaction;
    private Set<String> required = Set.of();
    private final Thread thread = Thread.ofPlatform().daemon().name("kernel").unstarted(this::watch);

    Kernel(BundleContext context, Path program, Path home) throws IOException {
        this.home = home;
        rooms = new Rooms(home, probations);
        shelf = new Shelf(program.resolve("bundles"), home.resolve("plugins"));
        decisions = new Decisions(rooms.disk);
        reports = new Reports(rooms.trace, rooms.metrics);
        var services = new Services(context, rooms.kinds());
        context.addServiceListener(services);
        var bundles = new Bundles(context, services);
        retirement = new Retirement(bundles, kernel, protocol -> rooms.listeners.cut(served -> served == protocol));
        swaps = new Swaps(bundles, shelf, retirement, reports);
        var admin = context.getService(context.getServiceReference(ConfigurationAdmin.class));
        transaction = new Transaction(rooms, swaps, retirement, new Settings(admin), this::runsUnder);
        rooms.register(context);
    }

    Rooms rooms() {
        return rooms;
    }

    Instant began() {
        return began;
    }

    /** Looks at the configuration files without doing anything about it. */
    Checked check() {
        kernel.lock();
        try {
            var jars = shelf.all().stream().sorted(Jar.BEST_LAST).map(Jar::file).toList();
            return Configuration.load(home.resolve("conf"), jars);
        } finally {
            kernel.unlock();
        }
    }

    /** Looks at the jars that are there, without starting any. */
    void look() {
        shelf.look(true);
    }

    /** Everything up to the sockets, if {@code listen}; on a mistake of the operator nothing listens. */
    void boot(boolean listen) throws Misconfigured, IOException {
        kernel.lock();
        try {
            shelf.look(true);
            shelf.problems().forEach((file, why) -> reports.unreadable(file.toString(), why));
            decisions.load();
            transaction.begin(load(), listen);
            expect(transaction.current());
            thread.start();
            if (listen) {
                rooms.courier.start();
                rooms.drop.start();
            }
        } finally {
            kernel.unlock();
        }
    }

    /** Takes the files as they are now, wholly or, with a mistake in them, not at all. */
    void reload() throws Misconfigured, IOException {
        kernel.lock();
        try {
            endProbations();
            swaps.tryRefusedAgain();
            transaction.change(load());
            expect(transaction.current());
            log.info("reloaded configuration");
            rooms.trace.event("kernel", "reloaded");
        } finally {
            kernel.unlock();
        }
    }

    private Configuration load() throws Misconfigured {
        return switch (check()) {
            case Checked.Right(var right) -> right;
            case Checked.Wrong(var problems) -> throw new Misconfigured(problems);
        };
    }

    /** Which bundles are to run under a configuration; the rooms expect them from now on. */
    private Map<String, Boolean> runsUnder(Configuration configuration) {
        decisions.configure(configuration.top().list("enable"), configuration.top().list("disable"));
        expect(configuration);
        var runs = new TreeMap<String, Boolean>();
        names(configuration).forEach(name -> runs.put(name, decision(name, configuration).runs()));
        return runs;
    }

    /** Those that are there, and those that ought to be. */
    private TreeSet<String> names(Configuration configuration) {
        var names = new TreeSet<>(shelf.names());
        names.addAll(swaps.running().keySet());
        names.addAll(decisions.named());
        required.stream().filter(configuration::written).forEach(names::add);
        return names;
    }

    private Decisions.Decision decision(String name, Configuration configuration) {
        boolean shipped = shelf.jars(name).stream().anyMatch(j -> !j.plugin());
        var filter = Optional.ofNullable(configuration.filters().get(name));
        boolean hasSection = configuration.written(name) && filter.map(f -> !f.text("mode").equals("off")).orElse(true);
        return decisions.decide(name, shipped, hasSection);
    }

    /** Tells the rooms which plugins are only away when they are not there. */
    private void expect(Configuration configuration) {
        var runs = new HashSet<String>();
        var mustRun = new HashSet<String>();
        var broken = swaps.refused().keySet().stream().map(Jar::name).collect(Collectors.toSet());
        for (var name : names(configuration)) {
            var decision = decision(name, configuration);
            if (decision.runs()) {
                // One that never came up keeps no mail waiting; but who its users would be, nobody else can tell.
                if (!broken.contains(name) || name.startsWith("directory-")) {
                    runs.add(name);
                }
                if (decision.required() && name.startsWith("filter-")) {
                    mustRun.add(name);
                }
            }
        }
        required = Set.copyOf(mustRun);
        var listening = new HashSet<String>();
        configuration.listeners().forEach(l -> listening.add(l.values().text("protocol")));
        rooms.expect(runs, required, listening);
    }

    private void watch() {
        while (true) {
            try {
                var end = Optional.ofNullable(probations.poll(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS));
                kernel.lock();
                try {
                    end.ifPresent(swaps::ended);
                    endProbations();
                    lookAround();
                } finally {
                    kernel.unlock();
                }
                rooms.tick();
            } catch (InterruptedException _) {
                return; // shutting down
            } catch (RuntimeException | LinkageError e) {
                log.error("the kernel stumbled and goes on", e);
            }
        }
    }

    /** Those that ended meanwhile, before anything else is done with their bundles. */
    private void endProbations() {
        for (var end = probations.poll(); end != null; end = probations.poll()) {
            swaps.ended(end);
        }
    }

    private void lookAround() {
        var changed = shelf.look(false);
        shelf.problems().forEach((file, why) -> {
            if (changed.contains(file.getFileName().toString())) {
                reports.unreadable(file.toString(), why);
            }
        });
        var known = names(transaction.current());
        changed.stream().filter(known::contains).forEach(this::reconcile);
        if (!changed.isEmpty()) {
            expect(transaction.current());
        }
        swaps.heal();
    }

    /** What one bundle makes the kernel stumble over keeps it from no other. */
    private void reconcile(String name) {
        try {
            swaps.reconcile(name, decision(name, transaction.current()).runs());
        } catch (RuntimeException | LinkageError e) {
            log.error("the kernel stumbled over bundle={} and goes on", name, e);
        }
    }

    /** Says from now on, over restarts, whether a bundle runs, and acts on it. */
    Optional<String> command(String name, boolean run) throws IOException {
        kernel.lock();
        try {
            if (!names(transaction.current()).contains(name)) {
                return Optional.of("there is no bundle " + name + "; posthouse bundle list names those there are");
            }
            endProbations();
            decisions.command(name, run);
            swaps.tryRefusedAgain();
            expect(transaction.current());
            reconcile(name);
            expect(transaction.current());
            boolean runs = swaps.running().containsKey(name);
            return runs == run ? Optional.empty()
                    : Optional.of(reports.troubles().getOrDefault(name, name + (run ? " does not run" : " still runs")));
        } finally {
            kernel.unlock();
        }
    }

    /** One line of {@code bundle list}. */
    record Listed(String name, String version, String state, String decidedBy, String file, String trouble) {}

    List<Listed> list() {
        kernel.lock();
        try {
            var lines = new ArrayList<Listed>();
            for (var name : names(transaction.current())) {
                var running = Optional.ofNullable(swaps.running().get(name));
                var jar = running.map(Running::jar).or(() -> shelf.jars(name).stream().findFirst());
                var decision = decision(name, transaction.current());
                var state = swaps.isUp(name) ? swaps.onProbation(name) ? "probation" : "running"
                        : !decision.runs() ? "off" : jar.isPresent() ? "failed" : "missing";
                lines.add(new Listed(name, jar.map(j -> j.version().toString()).orElse(""), state, decision.because(),
                        jar.map(j -> j.file().toString()).orElse(""), reports.troubles().getOrDefault(name, "")));
            }
            shelf.problems().forEach((file, why) -> lines.add(
                    new Listed(file.getFileName().toString(), "", "refused", "", file.toString(), file + " cannot run: " + why)));
            return lines;
        } finally {
            kernel.unlock();
        }
    }

    /** Ends sessions and deliveries, closes what is held and everything else; at most about four seconds. */
    void close() throws IOException {
        thread.interrupt();
        long begun = System.nanoTime();
        rooms.courier.stop();
        rooms.listeners.stopAccepting();
        rooms.listeners.close(SESSIONS_END_WITHIN);
        try {
            rooms.drop.close();
            rooms.courier.close(DELIVERIES_END_WITHIN.minusNanos(System.nanoTime() - begun));
            if (kernel.tryLock(STOPS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    swaps.stopAll();
                } finally {
                    kernel.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        rooms.close();
    }
}
