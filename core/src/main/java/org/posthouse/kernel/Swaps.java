package org.posthouse.kernel;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.ServiceReference;
import org.posthouse.swap.Version;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the bundles that run into line with the jars that lie there: starts, swaps, rolls back, retires. Called under the
 * kernel's lock.
 */
final class Swaps {
    private static final Logger log = LoggerFactory.getLogger("kernel");
    private static final String ROLLED_BACK = "rolled back: ";
    /** Where nobody has waited yet. A file that was not closed well may take its time. */
    private static final Duration FIRST_OPEN_WITHIN = Duration.ofSeconds(10);

    /** A fresh version whose services have not all proved themselves, and the one before, ready to come back. */
    private record Probation(Running fresh, Running proven, Set<Version<?>> unproven) {}

    private final Bundles bundles;
    private final Shelf shelf;
    private final Retirement retirement;
    private final Reports reports;
    private final Map<String, Running> running = new TreeMap<>();
    private final Map<String, Probation> probations = new HashMap<>();
    private final Map<Jar, String> failed = new HashMap<>();
    /** What should be open again and is not; nobody else holds it, so it is tried until it works. */
    private final Set<Taken<?>> closed = new HashSet<>();

    Swaps(Bundles bundles, Shelf shelf, Retirement retirement, Reports reports) {
        this.bundles = bundles;
        this.shelf = shelf;
        this.retirement = retirement;
        this.reports = reports;
    }

    Map<String, Running> running() {
        return running;
    }

    /** Whether calls find it, as far as the kernel knows. */
    boolean isUp(String name) {
        return running.containsKey(name) && !bundles.isDown(running.get(name));
    }

    boolean onProbation(String name) {
        return probations.containsKey(name);
    }

    /** What the kernel's thread does with the end of a probation. */
    void ended(Ended end) {
        end.failure().ifPresentOrElse(why -> failed(end.fresh(), why), () -> passed(end.fresh()));
    }

    /** Makes the best jar of this name run, or none when it shall not; what went wrong is reported, the last good one stays. */
    void reconcile(String name, boolean runs) {
        failed.keySet().retainAll(shelf.all());
        while (true) {
            var now = Optional.ofNullable(running.get(name));
            var best = runs ? best(name, now) : Optional.<Jar>empty();
            if (best.isEmpty()) {
                now.ifPresent(this::takeOut);
                return;
            }
            if (now.isPresent() && now.get().jar().same(best.get())) {
                return;
            }
            try {
                if (now.isPresent()) {
                    replace(now.get(), best.get());
                } else {
                    bringUp(best.get());
                }
                return;
            } catch (BadJar e) {
                failed.put(best.get(), e.getMessage());
                reports.refused(best.get(), now.map(r -> r.jar().label()), e.getMessage());
            }
        }
    }

    /** A running version whose file was overwritten by a bad jar is as good as if its file were still there. */
    private Optional<Jar> best(String name, Optional<Running> now) {
        var good = shelf.jars(name).stream().filter(j -> !failed.containsKey(j));
        var kept = now.map(Running::jar).filter(this::overwrittenByBad);
        return Stream.concat(good, kept.stream()).max(Jar.BEST_LAST);
    }

    private boolean overwrittenByBad(Jar jar) {
        return shelf.problems().containsKey(jar.file())
                || failed.keySet().stream().anyMatch(f -> f.file().equals(jar.file()) && shelf.all().contains(f));
    }

    private void bringUp(Jar jar) throws BadJar {
        var fresh = bundles.start(jar);
        try {
            fresh.open(FIRST_OPEN_WITHIN);
        } catch (BadJar e) {
            bundles.stop(fresh);
            throw e;
        }
        fresh.services().forEach(Taken::serve);
        running.put(jar.name(), fresh);
        reports.started(jar);
    }

    /** What it holds is closed at once, so that it can be opened by the next that runs. */
    private void takeOut(Running now) {
        Optional.ofNullable(probations.remove(now.name())).ifPresent(p -> retirement.begin(p.proven()));
        running.remove(now.name());
        now.services().forEach(Taken::layDown);
        reports.stopped(now.jar());
        retirement.begin(now);
    }

    private void replace(Running now, Jar jar) throws BadJar {
        var fresh = bundles.start(jar);
        if (fresh.services().stream().anyMatch(Taken::held)) {
            settle(now.name());
        }
        var old = running.get(now.name());
        var before = Optional.ofNullable(probations.remove(now.name()));
        var proven = before.map(Probation::proven).orElse(old);
        var unproven = new HashSet<Version<?>>();
        var placed = new ArrayList<Taken<?>>();
        try {
            for (var service : fresh.services()) {
                takePlace(service, proven, unproven);
                placed.add(service);
            }
        } catch (BadJar e) {
            placed.forEach(service -> comeBack(service, proven));
            bundles.stop(fresh);
            throw e;
        }
        old.services().stream().filter(s -> fresh.counterpart(s).isEmpty()).forEach(Taken::layDown);
        running.put(jar.name(), fresh);
        before.ifPresent(p -> retirement.begin(p.fresh()));
        reports.replaced(proven.jar(), jar);
        if (unproven.isEmpty()) {
            retirement.begin(proven);
        } else {
            probations.put(jar.name(), new Probation(fresh, proven, unproven));
        }
    }

    private <T> void takePlace(Taken<T> service, Running proven, Set<Version<?>> unproven) throws BadJar {
        var old = proven.counterpart(service);
        if (old.isEmpty() || service.kind().swap() == Kind.Swap.AT_ONCE) {
            service.open(FIRST_OPEN_WITHIN);
            service.serve();
            return;
        }
        @SuppressWarnings("unchecked") // the same place has the same kind
        var before = (Taken<T>) old.get();
        if (service.held()) {
            handOver(before, service);
        }
        unproven.add(service.version());
        service.slot().tryOut(service.version(), before.version(), service.held());
    }

    /** Callers wait from here on; when it fails the one before has everything again. */
    private <T> void handOver(Taken<T> from, Taken<T> to) throws BadJar {
        from.slot().pause();
        try {
            from.awaitIdle();
        } catch (BadJar e) {
            from.serve();
            throw e;
        }
        try {
            from.close();
            to.open(Taken.HAND_OVER_WITHIN);
        } catch (BadJar e) {
            to.closeQuietly();
            reopen(from);
            throw e;
        }
    }

    private void reopen(Taken<?> service) {
        try {
            service.open(Taken.HAND_OVER_WITHIN);
            service.serve();
        } catch (BadJar e) {
            if (closed.add(service)) {
                reports.closed(service, e.getMessage());
            }
        }
    }

    private void passed(Version<?> fresh) {
        probationOf(fresh).ifPresent(probation -> {
            probation.unproven().remove(fresh);
            if (probation.unproven().isEmpty()) {
                probations.remove(probation.fresh().name());
                reports.passed(probation.fresh().jar());
                retirement.begin(probation.proven());
            }
        });
    }

    private void failed(Version<?> version, Throwable why) {
        probationOf(version).ifPresent(probation -> rollBack(probation, why));
    }

    private void rollBack(Probation probation, Throwable why) {
        undo(probation);
        var fresh = probation.fresh().jar();
        failed.put(fresh, ROLLED_BACK + why);
        reports.rolledBack(fresh, probation.proven().jar(), why);
    }

    /** The version before has everything again. */
    private void undo(Probation probation) {
        var fresh = probation.fresh();
        var proven = probation.proven();
        probations.remove(fresh.name());
        fresh.services().forEach(service -> comeBack(service, proven));
        proven.services().stream().filter(s -> fresh.counterpart(s).isEmpty()).forEach(this::reopen);
        running.put(fresh.name(), proven);
        retirement.begin(fresh);
    }

    private void comeBack(Taken<?> service, Running proven) {
        var before = proven.counterpart(service);
        if (service.held() || before.isEmpty()) {
            service.layDown();
        }
        before.ifPresent(this::reopen);
    }

    private Optional<Probation> probationOf(Version<?> fresh) {
        return probations.values().stream().filter(p -> p.unproven().contains(fresh)).findFirst();
    }

    /** Ends a probation before something else takes its place: what has not failed yet counts as proved. */
    private void settle(String name) {
        Optional.ofNullable(probations.get(name)).ifPresent(probation -> {
            if (probation.fresh().services().stream().allMatch(s -> !probation.unproven().contains(s.version()) || prove(s))) {
                probations.remove(name);
                retirement.begin(probation.proven());
            } else {
                rollBack(probation, new IllegalStateException("it failed just before it was to be replaced"));
            }
        });
    }

    private static <T> boolean prove(Taken<T> service) {
        return service.slot().prove(service.version());
    }

    /** Something that changes configurations. */
    interface Change {
        void make() throws IOException;
    }

    /**
     * Changes the configuration of those bundles that listen to these PIDs, and waits for them to come up with it. What is held
     * is closed before and opened after; callers wait meanwhile. A version on probation is taken back, and can be tried out
     * again with the new configuration. Bundles that are down since they refused another configuration are tried again.
     *
     * @return the jars that refused, with their reasons; they stay away until they are configured again
     */
    Map<Jar, String> reconfigure(List<String> pids, Change change) throws IOException {
        var names = pids.stream().map(pid -> pid.replaceFirst("~.*", "")).collect(Collectors.toSet());
        var stale = new TreeMap<String, Set<ServiceReference<?>>>();
        for (var name : List.copyOf(running.keySet())) {
            Optional.ofNullable(probations.get(name)).filter(p -> p.fresh().listens(names) || p.proven().listens(names))
                    .ifPresent(this::undo);
            if (running.get(name).listens(names)) {
                stale.put(name, bundles.stale(running.get(name)));
            } else if (bundles.isDown(running.get(name))) {
                stale.put(name, Set.of());
            }
        }
        stale.keySet().forEach(this::setDown);
        change.make();
        var refused = new HashMap<Jar, String>();
        for (var each : stale.entrySet()) {
            var down = running.get(each.getKey());
            try {
                takeUp(down, each.getValue());
            } catch (BadJar e) {
                if (down.listens(names)) {
                    refused.put(down.jar(), e.getMessage());
                } else {
                    reports.refused(down.jar(), Optional.empty(), e.getMessage());
                }
            }
        }
        return refused;
    }

    /** Others depart when the framework says so. */
    private void setDown(String name) {
        var each = running.get(name);
        each.services().stream().filter(Taken::held).forEach(Taken::layDown);
        running.put(name, new Running(each.jar(), each.bundle(), List.of()));
    }

    private void takeUp(Running each, Set<ServiceReference<?>> stale) throws BadJar {
        var again = bundles.takeAgain(each, stale);
        again.open(Taken.HAND_OVER_WITHIN);
        again.services().forEach(Taken::serve);
        running.put(each.name(), again);
    }

    /** Opens again what could not be, and takes again what its bundle registered anew without our doing. */
    void heal() {
        closed.removeIf(service -> running.values().stream().noneMatch(r -> r.services().contains(service)));
        for (var service : List.copyOf(closed)) {
            reopen(service);
            if (service.slot().current().isPresent()) {
                closed.remove(service);
                reports.opened(service);
            }
        }
        for (var each : List.copyOf(running.values())) {
            if (each.services().stream().allMatch(Taken::registered)) {
                continue;
            }
            log.warn("bundle={} registered its services anew", each.name());
            if (probations.containsKey(each.name())) {
                rollBack(probations.get(each.name()), new IllegalStateException("it registered its services anew"));
                continue;
            }
            setDown(each.name());
            var gone = each.services().stream().filter(s -> !s.registered()).map(Taken::reference);
            try {
                takeUp(each, gone.collect(Collectors.toSet()));
            } catch (BadJar e) {
                reports.refused(each.jar(), Optional.empty(), e.getMessage());
            }
        }
    }

    /** Jars that refuse to run where no other version does, with the reasons. */
    Map<Jar, String> refused() {
        var refused = new HashMap<>(failed);
        refused.keySet().removeIf(jar -> running.containsKey(jar.name()) || !shelf.all().contains(jar));
        return refused;
    }

    /** Another chance for jars that did not come up, since their settings may be right now. Not for those that failed at work. */
    void tryRefusedAgain() {
        failed.values().removeIf(why -> !why.startsWith(ROLLED_BACK));
    }

    /** Closes what is held, what receives first and what stores last. */
    void stopAll() {
        running.values().stream().sorted(Comparator.comparingInt(Swaps::shutdownRank)).forEach(Running::close);
    }

    private static int shutdownRank(Running each) {
        return each.services().stream().mapToInt(s -> switch (s.kind().type().getSimpleName()) {
            case "MailboxEngine" -> 1;
            case "Store" -> 2;
            case "StateStore", "Queue" -> 3;
            default -> 0;
        }).max().orElse(0);
    }
}
