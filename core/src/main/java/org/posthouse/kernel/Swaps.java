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
import java.util.concurrent.locks.Lock;
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
    private static final Duration HAND_OVER_WITHIN = Duration.ofSeconds(2);
    private static final String ROLLED_BACK = "rolled back: ";
    private static final Duration LAST_CHANCE = Duration.ofSeconds(10);

    /** A fresh version whose services have not all proved themselves, and the one before, ready to come back. */
    private record Probation(Running fresh, Running proven, Set<Version<?>> unproven) {}

    private final Bundles bundles;
    private final Shelf shelf;
    private final Lock kernel;
    private final Reports reports;
    private final Map<String, Running> running = new TreeMap<>();
    private final Map<String, Probation> probations = new HashMap<>();
    private final Map<Jar, String> failed = new HashMap<>();
    private volatile Duration drain = Duration.ofMinutes(10);

    Swaps(Bundles bundles, Shelf shelf, Lock kernel, Reports reports) {
        this.bundles = bundles;
        this.shelf = shelf;
        this.kernel = kernel;
        this.reports = reports;
    }

    void drain(Duration longest) {
        drain = longest;
    }

    Map<String, Running> running() {
        return running;
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
            fresh.open();
        } catch (BadJar e) {
            bundles.stop(fresh);
            throw e;
        }
        fresh.services().forEach(Services.Taken::serve);
        running.put(jar.name(), fresh);
        reports.started(jar);
    }

    private void takeOut(Running now) {
        settle(now.name());
        running.remove(now.name());
        now.services().forEach(Services.Taken::depart);
        reports.stopped(now.jar());
        retire(now, true);
    }

    private void replace(Running now, Jar jar) throws BadJar {
        var fresh = bundles.start(jar);
        boolean handedOver = fresh.services().stream().anyMatch(s -> s.kind().swap() == Kind.Swap.HANDOVER);
        if (handedOver) {
            settle(now.name());
        }
        var before = Optional.ofNullable(probations.remove(now.name()));
        var proven = before.map(Probation::proven).orElse(now);
        var unproven = new HashSet<Version<?>>();
        try {
            for (var service : fresh.services()) {
                takePlace(service, proven, unproven);
            }
        } catch (BadJar e) {
            before.ifPresent(p -> probations.put(now.name(), p));
            bundles.stop(fresh);
            throw e;
        }
        now.services().stream().filter(s -> fresh.counterpart(s).isEmpty()).forEach(Services.Taken::depart);
        running.put(jar.name(), fresh);
        before.ifPresent(p -> retire(p.fresh(), false));
        reports.replaced(proven.jar(), jar);
        if (unproven.isEmpty()) {
            retire(proven, false);
        } else {
            probations.put(jar.name(), new Probation(fresh, proven, unproven));
        }
    }

    private <T> void takePlace(Services.Taken<T> service, Running proven, Set<Version<?>> unproven) throws BadJar {
        var old = proven.counterpart(service);
        if (old.isEmpty() || service.kind().swap() == Kind.Swap.AT_ONCE) {
            Running.open(service);
            service.serve();
            return;
        }
        @SuppressWarnings("unchecked") // the same place has the same kind
        var before = (Services.Taken<T>) old.get();
        boolean closed = service.kind().swap() == Kind.Swap.HANDOVER;
        if (closed) {
            handOver(before, service);
        }
        unproven.add(service.version());
        service.slot().tryOut(service.version(), before.version(), closed);
    }

    /** Callers wait from here on; when it fails the one before has everything again. */
    private <T> void handOver(Services.Taken<T> from, Services.Taken<T> to) throws BadJar {
        from.slot().pause();
        try {
            awaitIdle(from, HAND_OVER_WITHIN);
        } catch (BadJar e) {
            from.serve();
            throw e;
        }
        try {
            Running.close(from);
            Running.open(to);
        } catch (BadJar e) {
            closeQuietly(to);
            Running.open(from);
            from.serve();
            throw e;
        }
    }

    private static <T> void awaitIdle(Services.Taken<T> service, Duration longest) throws BadJar {
        try {
            if (!service.slot().awaitIdle(service.version(), longest)) {
                throw new BadJar("calls of the version before did not end within " + longest.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadJar("the server is shutting down", e);
        }
    }

    private static void closeQuietly(Services.Taken<?> service) {
        try {
            Running.close(service);
        } catch (BadJar e) {
            log.debug("closing what did not open", e);
        }
    }

    private void passed(Version<?> fresh) {
        probationOf(fresh).ifPresent(probation -> {
            probation.unproven().remove(fresh);
            if (probation.unproven().isEmpty()) {
                probations.remove(probation.fresh().name());
                reports.passed(probation.fresh().jar());
                retire(probation.proven(), false);
            }
        });
    }

    private void failed(Version<?> version, Throwable why) {
        probationOf(version).ifPresent(probation -> {
            var fresh = probation.fresh();
            probations.remove(fresh.name());
            fresh.services().forEach(service -> comeBack(service, probation.proven()));
            running.put(fresh.name(), probation.proven());
            failed.put(fresh.jar(), ROLLED_BACK + why);
            reports.rolledBack(fresh.jar(), probation.proven().jar(), why);
            retire(fresh, false);
        });
    }

    private static void comeBack(Services.Taken<?> service, Running proven) {
        var before = proven.counterpart(service);
        if (before.isEmpty()) {
            service.depart();
            return;
        }
        if (service.kind().swap() == Kind.Swap.HANDOVER) {
            service.slot().pause();
            try {
                awaitIdle(service, HAND_OVER_WITHIN);
            } catch (BadJar e) {
                log.warn("handing back name={} although {}", service.name(), e.getMessage());
            }
            closeQuietly(service);
            try {
                Running.open(before.get());
            } catch (BadJar e) {
                log.error("handing back failed name={} why={}", service.name(), e.getMessage());
            }
        }
        before.get().serve();
    }

    private Optional<Probation> probationOf(Version<?> fresh) {
        return probations.values().stream().filter(p -> p.unproven().contains(fresh)).findFirst();
    }

    /** Ends a probation as passed, before something else is done with the bundle. */
    void settle(String name) {
        Optional.ofNullable(probations.remove(name)).ifPresent(probation -> {
            probation.fresh().services().forEach(Services.Taken::serve);
            retire(probation.proven(), false);
        });
    }

    void settleAll() {
        List.copyOf(probations.keySet()).forEach(this::settle);
    }

    /** Something that changes configurations. */
    interface Change {
        void make() throws IOException;
    }

    /**
     * Changes the configuration of those bundles that listen to these PIDs, and waits for them to come up with it. What is held
     * is closed before and opened after; callers wait meanwhile.
     *
     * @return the jars that refused, with their reasons; they stay away until they are configured again
     */
    Map<Jar, String> reconfigure(List<String> pids, Change change) throws IOException {
        var names = pids.stream().map(pid -> pid.replaceFirst("~.*", "")).toList();
        var affected = List.copyOf(running.values()).stream().filter(r -> r.jar().pids().stream().anyMatch(names::contains)).toList();
        var stale = new HashMap<String, Set<ServiceReference<?>>>();
        for (var each : affected) {
            stale.put(each.name(), bundles.stale(each));
            each.services().stream().filter(s -> s.kind().swap() == Kind.Swap.HANDOVER).forEach(Swaps::setDown);
            running.put(each.name(), new Running(each.jar(), each.bundle(), List.of()));
        }
        change.make();
        var refused = new HashMap<Jar, String>();
        for (var each : affected) {
            try {
                takeUp(each, stale.get(each.name()));
            } catch (BadJar e) {
                refused.put(each.jar(), e.getMessage());
            }
        }
        return refused;
    }

    private static void setDown(Services.Taken<?> service) {
        service.slot().pause();
        try {
            awaitIdle(service, HAND_OVER_WITHIN);
        } catch (BadJar e) {
            log.warn("reconfiguring name={} although {}", service.name(), e.getMessage());
        }
        closeQuietly(service);
    }

    private void takeUp(Running each, Set<ServiceReference<?>> stale) throws BadJar {
        var again = bundles.takeAgain(each, stale);
        again.open();
        again.services().forEach(Services.Taken::serve);
        running.put(each.name(), again);
    }

    /** Takes again what its bundle registered anew without our doing. */
    void heal() {
        for (var each : List.copyOf(running.values())) {
            if (each.services().stream().allMatch(Services.Taken::registered)) {
                continue;
            }
            log.warn("bundle={} registered its services anew", each.name());
            var gone = each.services().stream().filter(s -> !s.registered()).map(Services.Taken::reference);
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

    /** Stops a version once nobody holds it; after {@code drain} its holders are asked to end. */
    private void retire(Running old, boolean close) {
        Thread.ofVirtual().name("retire " + old.jar().label()).start(() -> {
            try {
                awaitEnd(old);
            } catch (InterruptedException _) {
                return; // shutting down: the framework stops it
            }
            kernel.lock();
            try {
                if (close) {
                    old.close();
                }
            } catch (BadJar e) {
                log.warn("closing name={} why={}", old.jar().label(), e.getMessage());
            } finally {
                bundles.stop(old);
                kernel.unlock();
            }
        });
    }

    private void awaitEnd(Running old) throws InterruptedException {
        for (var service : old.services()) {
            awaitEnd(service);
        }
    }

    private <T> void awaitEnd(Services.Taken<T> service) throws InterruptedException {
        if (!service.slot().awaitIdle(service.version(), drain)) {
            service.slot().askToEnd(service.version());
            service.slot().awaitIdle(service.version(), LAST_CHANCE);
        }
    }

    /** Closes and stops everything, what receives first and what stores last. */
    void stopAll() {
        var order = new ArrayList<>(running.values());
        order.sort(Comparator.comparingInt(Swaps::shutdownRank));
        for (var each : order) {
            try {
                each.close();
            } catch (BadJar e) {
                log.warn("closing name={} why={}", each.jar().label(), e.getMessage());
            }
        }
    }

    private static int shutdownRank(Running each) {
        return each.services().stream().mapToInt(s -> switch (s.kind().type().getSimpleName()) {
            case "MailboxEngine" -> 1;
            case "Store" -> 2;
            case "StateStore" -> 3;
            default -> 0;
        }).max().orElse(0);
    }
}
