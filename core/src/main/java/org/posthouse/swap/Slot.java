package org.posthouse.swap;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.posthouse.message.Unavailable;

/**
 * The place of one plugin, whatever version of it is there: who gets new calls, and whom they fall back on.
 *
 * <pre>
 *   Away ──serve──▶ Serving ──tryOut──▶ OnTrial ──passed──▶ Serving (fresh)
 *    ▲                │  ▲                 └──failed──▶ Serving (proven), or Paused when the proven one is closed
 *    └──depart────────┘  └──serve── Paused ◀──pause── Serving, OnTrial
 * </pre>
 * In Away and Paused callers wait. No method waits but {@link #acquire} and {@link #awaitIdle}.
 */
public final class Slot<T> {
    private sealed interface State<T> {
        record Away<T>() implements State<T> {}

        record Paused<T>() implements State<T> {}

        record Serving<T>(Version<T> version) implements State<T> {}

        /** @param closed whether the proven version was closed for the fresh one to open (handover) */
        record OnTrial<T>(Version<T> fresh, Version<T> proven, boolean closed, Trial trial) implements State<T> {}
    }

    private final String name;
    private final Watcher<T> watcher;
    private final Clock clock;
    private final Lock turn = new ReentrantLock();
    private final Condition changed = turn.newCondition();
    private final Runnable comesOrGoes;
    private volatile State<T> state = new State.Away<>(); // changed under the lock
    private volatile Map<String, String> properties = Map.of(); // of the last version that was here

    /** @param comesOrGoes called, under its lock, when {@link #current} becomes present or empty */
    Slot(String name, Watcher<T> watcher, Clock clock, Runnable comesOrGoes) {
        this.name = name;
        this.watcher = watcher;
        this.clock = clock;
        this.comesOrGoes = comesOrGoes;
    }

    /** Waits for a version to be there, at most {@code longest}. */
    Held<T> acquire(Duration longest, Runnable whenAskedToEnd) throws Unavailable {
        turn.lock();
        try {
            long left = longest.toNanos();
            while (true) {
                switch (state) {
                    case State.Serving<T>(var version) -> {
                        return hold(version, false, whenAskedToEnd);
                    }
                    case State.OnTrial<T> on -> {
                        return hold(on.fresh(), true, whenAskedToEnd);
                    }
                    case State.Away<T> _, State.Paused<T> _ -> {
                        if (left <= 0) {
                            throw new Unavailable(name + " is away");
                        }
                        left = changed.awaitNanos(left);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(name + ": the server is shutting down", e);
        } finally {
            turn.unlock();
        }
    }

    /** Another version than the one that failed, to repeat its call on; waits while one is being handed back. */
    Optional<Held<T>> acquireInstead(Held<T> failed, Duration longest, Runnable whenAskedToEnd) throws Unavailable {
        turn.lock();
        try {
            if (state instanceof State.OnTrial<T> on && on.fresh() == failed.version()) {
                return on.closed() ? Optional.empty() : Optional.of(hold(on.proven(), false, whenAskedToEnd));
            }
        } finally {
            turn.unlock();
        }
        var other = acquire(longest, whenAskedToEnd);
        if (other.version() == failed.version()) {
            other.close();
            return Optional.empty();
        }
        return Optional.of(other);
    }

    private Held<T> hold(Version<T> version, boolean onTrial, Runnable whenAskedToEnd) {
        var held = new Held<>(this, version, onTrial, whenAskedToEnd);
        version.leases().add(held);
        return held;
    }

    void release(Held<T> held) {
        turn.lock();
        try {
            if (held.version().leases().remove(held) && held.version().leases().isEmpty()) {
                changed.signalAll();
            }
        } finally {
            turn.unlock();
        }
    }

    void succeeded(Version<T> version) {
        turn.lock();
        State.OnTrial<T> passed;
        try {
            if (!(state instanceof State.OnTrial<T> on) || on.fresh() != version) {
                return;
            }
            on.trial().succeeded();
            if (!on.trial().over()) {
                return;
            }
            become(new State.Serving<>(on.fresh()));
            passed = on;
        } finally {
            turn.unlock();
        }
        watcher.passed(name, passed.fresh(), passed.proven());
    }

    void failed(Version<T> version, Throwable why) {
        turn.lock();
        State.OnTrial<T> failed;
        try {
            if (!(state instanceof State.OnTrial<T> on) || on.fresh() != version) {
                return;
            }
            // What holds a file cannot run beside the old one, so its first failure sends it back.
            if (!on.trial().failed(why) && !on.closed()) {
                return;
            }
            become(on.closed() ? new State.Paused<>() : new State.Serving<>(on.proven()));
            failed = on;
        } finally {
            turn.unlock();
        }
        watcher.failed(name, failed.fresh(), failed.proven(), why);
    }

    /** Ends a probation whose time is over. */
    void tick() {
        turn.lock();
        State.OnTrial<T> passed;
        try {
            if (!(state instanceof State.OnTrial<T> on) || !on.trial().over()) {
                return;
            }
            become(new State.Serving<>(on.fresh()));
            passed = on;
        } finally {
            turn.unlock();
        }
        watcher.passed(name, passed.fresh(), passed.proven());
    }

    /** This version takes all calls from now on, without probation. */
    public void serve(Version<T> version) {
        turn.lock();
        try {
            become(new State.Serving<>(version));
        } finally {
            turn.unlock();
        }
    }

    /**
     * This version takes the calls on probation; the proven one stays for repeating calls that fail. Of two tried out in a row
     * the second falls back on what the first would have.
     *
     * @return the version that is no longer of use: one that was on trial before
     */
    public Optional<Version<T>> tryOut(Version<T> fresh, Version<T> proven, boolean closed) {
        turn.lock();
        try {
            var before = state;
            if (before instanceof State.OnTrial<T> on && !closed) {
                become(new State.OnTrial<>(fresh, on.proven(), false, new Trial(clock)));
                return Optional.of(on.fresh());
            }
            become(new State.OnTrial<>(fresh, proven, closed, new Trial(clock)));
            return Optional.empty();
        } finally {
            turn.unlock();
        }
    }

    /** Ends a probation as passed, if it has not ended by itself; false when it has failed. */
    public boolean prove(Version<T> version) {
        turn.lock();
        try {
            if (state instanceof State.OnTrial<T> on && on.fresh() == version) {
                become(new State.Serving<>(version));
            }
            return state instanceof State.Serving<T>(var serving) && serving == version;
        } finally {
            turn.unlock();
        }
    }

    /** Callers wait from now on; the version that was serving, if any. One on trial counts as proven by this. */
    public Optional<Version<T>> pause() {
        turn.lock();
        try {
            var serving = current();
            become(new State.Paused<>());
            return serving;
        } finally {
            turn.unlock();
        }
    }

    /** The service of this version is gone or going; never waits. */
    boolean depart(T service) {
        turn.lock();
        try {
            return switch (state) {
                case State.Serving<T>(var version) when version.service() == service -> {
                    become(new State.Away<>());
                    yield true;
                }
                case State.OnTrial<T> on when on.fresh().service() == service -> {
                    become(on.closed() ? new State.Away<>() : new State.Serving<>(on.proven()));
                    yield true;
                }
                case State.OnTrial<T> on when on.proven().service() == service -> {
                    become(new State.Serving<>(on.fresh()));
                    yield true;
                }
                case State.Serving<T> _, State.OnTrial<T> _, State.Away<T> _, State.Paused<T> _ -> false;
            };
        } finally {
            turn.unlock();
        }
    }

    public Optional<Version<T>> current() {
        return switch (state) {
            case State.Serving<T>(var version) -> Optional.of(version);
            case State.OnTrial<T> on -> Optional.of(on.fresh());
            case State.Away<T> _, State.Paused<T> _ -> Optional.empty();
        };
    }

    /** Whether nobody holds the version any more; waits for that at most {@code longest}. */
    public boolean awaitIdle(Version<T> version, Duration longest) throws InterruptedException {
        turn.lock();
        try {
            long left = longest.toNanos();
            while (!version.leases().isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            turn.unlock();
        }
    }

    /** Asks everybody who holds the version to let go at the next idle point. */
    public void askToEnd(Version<T> version) {
        List<Held<T>> holders;
        turn.lock();
        try {
            holders = List.copyOf(version.leases());
        } finally {
            turn.unlock();
        }
        holders.forEach(Held::askToEnd);
    }

    Map<String, String> properties() {
        return properties;
    }

    private void become(State<T> next) {
        boolean was = current().isPresent();
        state = next;
        var now = current();
        now.ifPresent(version -> properties = version.properties());
        if (was != now.isPresent()) {
            comesOrGoes.run();
        }
        changed.signalAll();
    }
}
