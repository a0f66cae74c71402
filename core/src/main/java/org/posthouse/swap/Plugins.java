package org.posthouse.swap;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.posthouse.message.Unavailable;

/**
 * The plugins of one kind, by name; the only class that knows that they come and go. A caller meets a plugin for the length of
 * one call or lease. One that is away shorter than {@code grace} is waited for; a call that fails in a version on probation is
 * repeated on the version before, so that a swap loses nothing.
 *
 * @param <T> the kind
 */
public final class Plugins<T> {
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final String kind;
    private final Watcher<T> watcher;
    private final Clock clock;
    private final Executor threads;
    private final ConcurrentSkipListMap<String, Slot<T>> slots = new ConcurrentSkipListMap<>();
    private final Lock naming = new ReentrantLock();
    private volatile Set<String> expected = Set.of();
    private volatile List<String> names = List.of();
    private volatile Duration grace = GRACE;

    /** Without anybody watching: for tests. */
    public Plugins(String kind) {
        this(kind, new Watcher<>() {
            @Override public void passed(String name, Version<T> fresh, Version<T> before) {}

            @Override public void failed(String name, Version<T> fresh, Version<T> before, Throwable why) {}
        }, Clock.systemUTC());
    }

    public Plugins(String kind, Watcher<T> watcher, Clock clock) {
        this(kind, watcher, clock, Thread::startVirtualThread);
    }

    /** @param threads where {@link #callWithin} takes a thread of its own for each call; it has one at once */
    public Plugins(String kind, Watcher<T> watcher, Clock clock, Executor threads) {
        this.kind = kind;
        this.watcher = watcher;
        this.clock = clock;
        this.threads = threads;
    }

    public String kind() {
        return kind;
    }

    /** How long callers wait for one that is away. */
    public void grace(Duration longest) {
        grace = longest;
    }

    public Duration grace() {
        return grace;
    }

    /** The plugins that are here or expected, in order of their names; costs nothing to ask. */
    public List<String> names() {
        return names;
    }

    /** Takes no lock of a slot, since a slot calls it under its own. */
    private void listNames() {
        naming.lock();
        try {
            var all = new TreeSet<>(expected);
            slots.forEach((name, slot) -> {
                if (slot.current().isPresent()) {
                    all.add(name);
                }
            });
            names = List.copyOf(all);
        } finally {
            naming.unlock();
        }
    }

    /**
     * A property of the service as registered, such as a filter's {@code phase}; of the last one while it is away, so that
     * nobody overlooks it because it is registered anew.
     */
    public Optional<String> property(String name, String key) {
        var slot = slots.get(name);
        return slot == null ? Optional.empty() : Optional.ofNullable(slot.properties().get(key));
    }

    /** Uses a plugin on this thread, waiting for one that is away at most {@code grace}. */
    public <R, X extends Exception> R call(String name, Call<T, R, X> call) throws IOException, X {
        var slot = slot(name);
        Throwable failure;
        var first = slot.acquire(grace, () -> {});
        try {
            R result = call.on(first.plugin());
            first.succeeded();
            return result;
        } catch (IOException e) {
            if (!first.onTrial()) {
                throw e;
            }
            failure = e;
        } catch (RuntimeException | LinkageError e) {
            failure = e;
        } finally {
            first.close();
        }
        return repeat(slot, first, failure, call);
    }

    /** What the world did to both versions is not the fresh one's fault: only when the other succeeds, or it is a bug, is it blamed. */
    private <R, X extends Exception> R repeat(Slot<T> slot, Held<T> first, Throwable failure, Call<T, R, X> call)
            throws IOException, X {
        if (!(failure instanceof IOException)) {
            first.failed(failure);
        }
        var other = slot.acquireInstead(first, grace, () -> {});
        if (other.isEmpty()) {
            throw asIo(first, failure);
        }
        try (var second = other.get()) {
            R result = call.on(second.plugin());
            if (failure instanceof IOException) {
                first.failed(failure);
            }
            return result;
        } catch (RuntimeException | LinkageError e) {
            throw new Broken(other.get().version().label(), e);
        }
    }

    /**
     * The same on a thread of its own, for at most {@code budget}; then it is interrupted and {@link Overdue} thrown. A version
     * on probation gets half the budget, so that the other half is left for the one before.
     */
    public <R> R callWithin(String name, Duration budget, Call<T, R, RuntimeException> call) throws IOException {
        var slot = slot(name);
        var first = slot.acquire(grace, () -> {});
        boolean trial = first.onTrial();
        IOException failure;
        try {
            R result = within(trial ? budget.dividedBy(2) : budget, first, call);
            first.succeeded();
            return result;
        } catch (IOException e) {
            failure = e;
        }
        if (failure instanceof Broken broken) {
            first.failed(broken.getCause());
        } else if (failure instanceof Overdue) {
            first.failed(failure);
        }
        if (!trial) {
            throw failure;
        }
        R result = within(budget.dividedBy(2), slot.acquireInstead(first, grace, () -> {}).orElseThrow(() -> failure), call);
        if (!(failure instanceof Broken || failure instanceof Overdue)) {
            first.failed(failure);
        }
        return result;
    }

    /** The thread keeps the lease until the call comes back, even when nobody waits for it any more. */
    private <R> R within(Duration budget, Held<T> held, Call<T, R, RuntimeException> call) throws IOException {
        var errand = new Errand<>(held, call);
        threads.execute(errand);
        try {
            return errand.get(budget.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            errand.leaveAlone();
            throw new Overdue(held.version().label(), budget);
        } catch (ExecutionException e) {
            throw asIo(held, e.getCause());
        } catch (InterruptedException e) {
            errand.leaveAlone();
            Thread.currentThread().interrupt();
            throw new Unavailable("the server is shutting down", e);
        }
    }

    private IOException asIo(Held<T> held, Throwable failure) {
        return failure instanceof IOException io ? io : new Broken(held.version().label(), failure);
    }

    /** Holds a plugin for longer than a call, waiting for one that is away at most {@code grace}. */
    public Lease<T> lease(String name) throws Unavailable {
        return lease(name, () -> {});
    }

    /** @param whenAskedToEnd called, from any thread, when the version should be let go of at the next idle point */
    public Lease<T> lease(String name, Runnable whenAskedToEnd) throws Unavailable {
        return slot(name).acquire(grace, whenAskedToEnd);
    }

    private Slot<T> slot(String name) throws Unavailable {
        var slot = slots.get(name);
        if (slot != null) {
            return slot;
        }
        if (!expected.contains(name)) {
            throw new Unavailable("there is no " + kind + " " + name);
        }
        return place(name);
    }

    // What follows is the kernel's side.

    /** The names that ought to be here: calls for them wait, and {@link #names} has them even while they are away. */
    public void expect(Collection<String> names) {
        expected = Set.copyOf(names);
        listNames();
    }

    /** A version takes all calls, without probation. */
    public void arrive(String name, T service, Map<String, String> properties) {
        place(name).serve(new Version<>(service, properties, name));
    }

    public Slot<T> place(String name) {
        return slots.computeIfAbsent(name, n -> new Slot<>(n, watcher, clock, this::listNames));
    }

    /** The service goes; calls for its name wait for the next. Never waits. */
    public void depart(T service) {
        slots.values().forEach(slot -> slot.depart(service));
    }

    /** Ends probations whose time is over; to be called about once a second. */
    public void tick() {
        slots.values().forEach(Slot::tick);
    }
}
