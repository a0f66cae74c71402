package org.posthouse.auth;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.posthouse.state.Space;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down the guessing of passwords. Failures are counted per account and per address (an IPv6 client's address is its
 * /64), and nothing is refused before {@code failures} of them lie within {@code window}. Then nothing is even tried for
 * {@code lockout}, and each further failure doubles that, up to sixteen-fold; a window of peace after it forgets everything.
 *
 * <p>A success takes back the failures of this account from this address. From then on only its own failures from there lock
 * it there: neither strangers who guess its password nor others behind the same address, of whom one with an old password in
 * a telephone is enough. Attempts already under way when the limit is reached are still tried, one a connection.
 *
 * <p>Memory is bounded: names come from strangers, so keys are digests, and the least recently used go first. Counts are written
 * to a soft space of {@code States} as they change and read from there when memory has none, so they outlive a restart; each
 * lives there as long as it matters. A space that is away is left alone for a minute: then memory is all there is.
 */
final class Throttle {
    record Limits(int failures, Duration window, Duration lockout) {}

    /** A lock-out that begins. @param of {@code account} or {@code address} */
    record Lockout(String of, String name, Duration time) {}

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryAccounts.class);
    private static final int MOST_DOUBLINGS = 4;
    private static final Duration KNOWN_FOR = Duration.ofDays(90);
    private static final Duration LEFT_ALONE = Duration.ofMinutes(1);

    private record Key(long first, long second) {
        String text() {
            return Long.toHexString(first) + "." + Long.toHexString(second);
        }
    }

    private static final class Count {
        private int failures;
        private long since;
        private long lockedUntil;
        private boolean known;

        /** {@code failures since locked-until known}; what cannot be read counts nothing. */
        static Count read(String kept) {
            var count = new Count();
            var form = KEPT.matcher(kept);
            if (form.matches()) {
                count.failures = Integer.parseInt(form.group(1));
                count.since = Long.parseLong(form.group(2));
                count.lockedUntil = Long.parseLong(form.group(3));
                count.known = form.group(4).equals("1");
            }
            return count;
        }

        String written() {
            return failures + " " + since + " " + lockedUntil + " " + (known ? 1 : 0);
        }
    }

    private static final Pattern KEPT = Pattern.compile("(\\d{1,9}) (\\d{1,18}) (\\d{1,18}) ([01])");

    private final Clock clock;
    private final Space kept;
    private final Lock counting = new ReentrantLock();
    private final Map<Key, Count> counts;
    private volatile long leftAloneUntil;
    private volatile Limits limits = new Limits(20, Duration.ofMinutes(15), Duration.ofMinutes(5));

    Throttle(Clock clock, int mostKeys, Space kept) {
        this.clock = clock;
        this.kept = kept;
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

    /** How long nothing from there is tried for this account; empty when it may be. */
    Optional<Duration> lockedFor(String account, InetAddress address) {
        Key byAddress = addressKey(address);
        Key byAccount = accountKey(account);
        Key byBoth = bothKey(account, address);
        recall(byAddress, byAccount, byBoth);
        counting.lock();
        try {
            long until = known(byBoth) ? lockedUntil(byBoth) : Math.max(lockedUntil(byAddress), lockedUntil(byAccount));
            long millis = until - clock.millis();
            return millis > 0 ? Optional.of(Duration.ofMillis(millis)) : Optional.empty();
        } finally {
            counting.unlock();
        }
    }

    /** The lock-outs that begin with this failure. */
    List<Lockout> failed(String account, InetAddress address) {
        Key byAddress = addressKey(address);
        Key byAccount = accountKey(account);
        Key byBoth = bothKey(account, address);
        recall(byAddress, byAccount, byBoth);
        var lockouts = new ArrayList<Lockout>();
        counting.lock();
        try {
            count(byAddress).ifPresent(time -> lockouts.add(new Lockout("address", address.getHostAddress(), time)));
            count(byAccount).ifPresent(time -> lockouts.add(new Lockout("account", account, time)));
            count(byBoth);
        } finally {
            counting.unlock();
        }
        keep(byAddress, byAccount, byBoth);
        return lockouts;
    }

    void succeeded(String account, InetAddress address) {
        Key byAddress = addressKey(address);
        Key byAccount = accountKey(account);
        Key byBoth = bothKey(account, address);
        recall(byAddress, byAccount, byBoth);
        counting.lock();
        boolean changed;
        try {
            var both = counts.computeIfAbsent(byBoth, _ -> new Count());
            changed = !both.known || both.failures > 0;
            if (!forgotten(both)) {
                forgive(byAddress, both.failures);
                forgive(byAccount, both.failures);
            }
            both.failures = 0;
            both.known = true;
        } finally {
            counting.unlock();
        }
        if (changed) {
            keep(byAddress, byAccount, byBoth);
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
    private void recall(Key... keys) {
        for (var key : keys) {
            if (inMemory(key)) {
                continue;
            }
            var count = withKept(() -> kept.get(key.text())).map(Count::read).orElseGet(Count::new);
            counting.lock();
            try {
                counts.putIfAbsent(key, count);
            } finally {
                counting.unlock();
            }
        }
    }

    private boolean inMemory(Key key) {
        counting.lock();
        try {
            return counts.containsKey(key);
        } finally {
            counting.unlock();
        }
    }

    private void keep(Key... keys) {
        for (var key : keys) {
            withKept(() -> {
                var written = written(key);
                if (written.isPresent()) {
                    kept.put(key.text(), written.get().text, written.get().life);
                }
                return Optional.empty();
            });
        }
    }

    private record Written(String text, Duration life) {}

    private Optional<Written> written(Key key) {
        counting.lock();
        try {
            var count = counts.get(key);
            if (count == null) {
                return Optional.empty();
            }
            long matters = Math.max(count.since, count.lockedUntil) + limits.window().toMillis() - clock.millis();
            return Optional.of(new Written(count.written(), count.known ? KNOWN_FOR : Duration.ofMillis(Math.max(1, matters))));
        } finally {
            counting.unlock();
        }
    }

    private interface Use {
        Optional<String> of() throws IOException;
    }

    /** Nobody is kept out because this is away. */
    private Optional<String> withKept(Use use) {
        if (clock.millis() < leftAloneUntil) {
            return Optional.empty();
        }
        try {
            return use.of();
        } catch (IOException e) {
            leftAloneUntil = clock.millis() + LEFT_ALONE.toMillis();
            LOG.warn("failed log-ins are counted in memory only: {}", e.toString());
            return Optional.empty();
        }
    }

    private long lockedUntil(Key key) {
        var count = counts.get(key);
        return count == null ? 0 : count.lockedUntil;
    }

    private boolean known(Key key) {
        var count = counts.get(key);
        return count != null && count.known;
    }

    /** How long it is locked from now on; empty when it is not. */
    private Optional<Duration> count(Key key) {
        var count = counts.computeIfAbsent(key, _ -> new Count());
        long now = clock.millis();
        if (forgotten(count)) {
            count.failures = 0;
            count.since = now;
        }
        count.failures++;
        int beyond = count.failures - limits.failures();
        if (beyond < 0) {
            return Optional.empty();
        }
        var time = limits.lockout().multipliedBy(1L << Math.min(beyond, MOST_DOUBLINGS));
        count.lockedUntil = now + time.toMillis();
        return Optional.of(time);
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
