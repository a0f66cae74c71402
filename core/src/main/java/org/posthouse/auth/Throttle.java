package org.posthouse.auth;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.posthouse.state.Space;

/**
 * Slows down the guessing of passwords. Failures are counted per account and per address (an IPv6 client's address is its
 * /64), and nothing is refused before {@code failures} of them lie within {@code window}. Then nothing is even tried for
 * {@code lockout}, and each further failure doubles that, up to sixteen-fold; a window of peace after it forgets everything.
 *
 * <p>A success takes back the failures of this account from this address. From then on only its own failures from there lock
 * it there: neither strangers who guess its password nor others behind the same address, of whom one with an old password in
 * a telephone is enough. Attempts already under way when the limit is reached are still tried; {@link Turns} keeps them few.
 *
 * <p>Memory is bounded: the least recently used go first. Counts are kept in a soft space as they change, each as long as it
 * matters, and read from there when memory has none, so they outlive a restart.
 */
final class Throttle {
    record Limits(int failures, Duration window, Duration lockout) {}

    /** A lock-out that begins. @param of {@code account} or {@code address} */
    record Lockout(String of, String name, Duration time) {}

    private static final int MOST_DOUBLINGS = 4;
    private static final Duration KNOWN_FOR = Duration.ofDays(30);

    private final Clock clock;
    private final KeptFailures kept;
    private final Lock counting = new ReentrantLock();
    private final Map<ThrottleKey, FailureCount> counts;
    private volatile Limits limits = new Limits(20, Duration.ofMinutes(15), Duration.ofMinutes(5));

    Throttle(Clock clock, int mostKeys, Space kept) {
        this.clock = clock;
        this.kept = new KeptFailures(kept, clock);
        this.counts = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override protected boolean removeEldestEntry(Map.Entry<ThrottleKey, FailureCount> eldest) {
                return size() > mostKeys;
            }
        };
    }

    void limits(Limits now) {
        limits = now;
    }

    /** How long nothing from there is tried for this account; empty when it may be. */
    Optional<Duration> lockedFor(String account, InetAddress address) {
        var byAddress = ThrottleKey.address(address);
        var byAccount = ThrottleKey.account(account);
        var byBoth = ThrottleKey.both(account, address);
        recall(byAddress, byAccount, byBoth);
        counting.lock();
        try {
            var both = count(byBoth);
            long until = both.known() ? both.lockedUntil()
                    : Math.max(count(byAddress).lockedUntil(), count(byAccount).lockedUntil());
            long millis = until - clock.millis();
            return millis > 0 ? Optional.of(Duration.ofMillis(millis)) : Optional.empty();
        } finally {
            counting.unlock();
        }
    }

    /** Whether the account has logged in from there before. */
    boolean knows(String account, InetAddress address) {
        var byBoth = ThrottleKey.both(account, address);
        recall(byBoth);
        return find(byBoth).orElse(FailureCount.NONE).known();
    }

    /** The lock-outs that begin with this failure. */
    List<Lockout> failed(String account, InetAddress address) {
        var byAddress = ThrottleKey.address(address);
        var byAccount = ThrottleKey.account(account);
        var byBoth = ThrottleKey.both(account, address);
        recall(byAddress, byAccount, byBoth);
        var lockouts = new ArrayList<Lockout>();
        counting.lock();
        try {
            oneMore(byAddress).ifPresent(time -> lockouts.add(new Lockout("address", address.getHostAddress(), time)));
            oneMore(byAccount).ifPresent(time -> lockouts.add(new Lockout("account", account, time)));
            oneMore(byBoth);
        } finally {
            counting.unlock();
        }
        keep(byAddress, byAccount, byBoth);
        return lockouts;
    }

    void succeeded(String account, InetAddress address) {
        var byAddress = ThrottleKey.address(address);
        var byAccount = ThrottleKey.account(account);
        var byBoth = ThrottleKey.both(account, address);
        recall(byAddress, byAccount, byBoth);
        FailureCount before;
        counting.lock();
        try {
            before = count(byBoth);
            if (!forgotten(before)) {
                counts.put(byAddress, count(byAddress).less(before.failures()));
                counts.put(byAccount, count(byAccount).less(before.failures()));
            }
            counts.put(byBoth, before.welcome());
        } finally {
            counting.unlock();
        }
        if (before.failures() > 0) {
            keep(byAddress, byAccount);
        }
        if (before.failures() > 0 || !before.known()) {
            keep(byBoth);
        }
    }

    /** {@code 40 seconds}, {@code 5 minutes}: rounded up, so that it is over then. */
    static String words(Duration time) {
        long seconds = Math.max(1, (time.toMillis() + 999) / 1000);
        return seconds <= 90 ? seconds + (seconds == 1 ? " second" : " seconds") : (seconds + 59) / 60 + " minutes";
    }

    int size() {
        counting.lock();
        try {
            return counts.size();
        } finally {
            counting.unlock();
        }
    }

    /** Reads into memory what is kept of these. Not under the lock, for it may wait. */
    private void recall(ThrottleKey... keys) {
        for (var key : keys) {
            if (find(key).isPresent()) {
                continue;
            }
            var found = kept.find(key);
            counting.lock();
            try {
                counts.putIfAbsent(key, found);
            } finally {
                counting.unlock();
            }
        }
    }

    private void keep(ThrottleKey... keys) {
        for (var key : keys) {
            find(key).ifPresent(count -> kept.keep(key, count, life(count)));
        }
    }

    private Duration life(FailureCount count) {
        var matters = Duration.ofMillis(Math.max(1, peaceAt(count) - clock.millis()));
        return count.known() && matters.compareTo(KNOWN_FOR) < 0 ? KNOWN_FOR : matters;
    }

    private Optional<FailureCount> find(ThrottleKey key) {
        counting.lock();
        try {
            return Optional.ofNullable(counts.get(key));
        } finally {
            counting.unlock();
        }
    }

    private FailureCount count(ThrottleKey key) {
        return counts.getOrDefault(key, FailureCount.NONE);
    }

    /** How long it is locked from now on; empty when it is not. */
    private Optional<Duration> oneMore(ThrottleKey key) {
        var before = count(key);
        long now = clock.millis();
        var count = forgotten(before) ? new FailureCount(1, now, before.lockedUntil(), before.known())
                : new FailureCount(before.failures() + 1, before.since(), before.lockedUntil(), before.known());
        int beyond = count.failures() - limits.failures();
        if (beyond < 0) {
            counts.put(key, count);
            return Optional.empty();
        }
        var time = limits.lockout().multipliedBy(1L << Math.min(beyond, MOST_DOUBLINGS));
        counts.put(key, count.lockedUntil(now + time.toMillis()));
        return Optional.of(time);
    }

    private boolean forgotten(FailureCount count) {
        return count.failures() == 0 || clock.millis() >= peaceAt(count);
    }

    private long peaceAt(FailureCount count) {
        return Math.max(count.since(), count.lockedUntil()) + limits.window().toMillis();
    }
}
