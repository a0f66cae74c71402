package org.posthouse.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Slows down the guessing of passwords. Failures are counted per account and per address (an IPv6 client's address is its
 * /64), and nothing is refused before {@code failures} of them lie within {@code window}. Then nothing is even tried for
 * {@code lockout}, and each further failure doubles that, up to sixteen-fold; a window of peace after it forgets everything.
 *
 * <p>A success takes back the failures of this account from this address. From then on only its own failures from there lock
 * it there: neither strangers who guess its password nor others behind the same address, of whom one with an old password in
 * a telephone is enough. Attempts already under way when the limit is reached are still tried, one a connection.
 *
 * <p>Memory is bounded: names come from strangers, so keys are digests, and the least recently used go first.
 */
final class Throttle {
    record Limits(int failures, Duration window, Duration lockout) {}

    private static final int MOST_DOUBLINGS = 4;

    private record Key(long first, long second) {}

    private static final class Count {
        private int failures;
        private long since;
        private long lockedUntil;
        private boolean known;
    }

    private final Clock clock;
    private final Lock counting = new ReentrantLock();
    private final Map<Key, Count> counts;
    private volatile Limits limits = new Limits(20, Duration.ofMinutes(15), Duration.ofMinutes(5));

    Throttle(Clock clock, int mostKeys) {
        this.clock = clock;
        this.counts = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override protected boolean removeEldestEntry(Map.Entry<Key, Count> eldest) {
                return size() > mostKeys;
            }
        };
    }

    void limits(Limits now) {
        limits = now;
    }

    boolean refuses(String account, InetAddress address) {
        Key byAddress = addressKey(address);
        Key byAccount = accountKey(account);
        Key byBoth = bothKey(account, address);
        counting.lock();
        try {
            return known(byBoth) ? locked(byBoth) : locked(byAddress) || locked(byAccount);
        } finally {
            counting.unlock();
        }
    }

    void failed(String account, InetAddress address) {
        var keys = new Key[] {addressKey(address), accountKey(account), bothKey(account, address)};
        counting.lock();
        try {
            for (var key : keys) {
                count(counts.computeIfAbsent(key, _ -> new Count()));
            }
        } finally {
            counting.unlock();
        }
    }

    void succeeded(String account, InetAddress address) {
        Key byAddress = addressKey(address);
        Key byAccount = accountKey(account);
        Key byBoth = bothKey(account, address);
        counting.lock();
        try {
            var both = counts.computeIfAbsent(byBoth, _ -> new Count());
            if (!forgotten(both)) {
                forgive(byAddress, both.failures);
                forgive(byAccount, both.failures);
            }
            both.failures = 0;
            both.known = true;
        } finally {
            counting.unlock();
        }
    }

    int size() {
        counting.lock();
        try {
            return counts.size();
        } finally {
            counting.unlock();
        }
    }

    private boolean locked(Key key) {
        var count = counts.get(key);
        return count != null && count.lockedUntil > clock.millis();
    }

    private boolean known(Key key) {
        var count = counts.get(key);
        return count != null && count.known;
    }

    private void count(Count count) {
        long now = clock.millis();
        if (forgotten(count)) {
            count.failures = 0;
            count.since = now;
        }
        count.failures++;
        int beyond = count.failures - limits.failures();
        if (beyond >= 0) {
            count.lockedUntil = now + (limits.lockout().toMillis() << Math.min(beyond, MOST_DOUBLINGS));
        }
    }

    private boolean forgotten(Count count) {
        long until = Math.max(count.since, count.lockedUntil) + limits.window().toMillis();
        return count.failures == 0 || clock.millis() >= until;
    }

    private void forgive(Key key, int failures) {
        var count = counts.get(key);
        if (count != null) {
            count.failures = Math.max(0, count.failures - failures);
        }
    }

    private static Key accountKey(String account) {
        return key('n', account.getBytes(StandardCharsets.UTF_8), new byte[0]);
    }

    private static Key addressKey(InetAddress address) {
        return key('a', network(address), new byte[0]);
    }

    private static Key bothKey(String account, InetAddress address) {
        return key('b', network(address), account.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] network(InetAddress address) {
        byte[] octets = address.getAddress();
        return address instanceof Inet6Address ? Arrays.copyOf(octets, 8) : octets;
    }

    private static Key key(char kind, byte[] one, byte[] two) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update((byte) kind);
            digest.update((byte) one.length);
            digest.update(one);
            var first = ByteBuffer.wrap(digest.digest(two));
            return new Key(first.getLong(), first.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
