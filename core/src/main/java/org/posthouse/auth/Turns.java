package org.posthouse.auth;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * In what order passwords are tried. Trying one costs a core for some hundredths of a second, so who floods the server with them must
 * wait for himself: so many of one address are tried at once (an IPv6 client's is its /64), so many of all addresses together, and
 * the others wait in the order they came. Who has logged in from there before goes past them.
 */
final class Turns {
    /** @param address how many of one address */
    record Limits(int all, int address) {}

    /** To be closed when the attempt is over. */
    interface Turn extends AutoCloseable {
        @Override void close();
    }

    private static final class Gate {
        final Semaphore places;
        int users; // those inside, and those who wait

        Gate(int places) {
            this.places = new Semaphore(places, true);
        }
    }

    private record Strangers(Limits limits, Semaphore places) {}

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    private final Map<ThrottleKey, Gate> gates = new HashMap<>();
    private final Duration longestWait;
    private volatile Strangers strangers;

    Turns(Limits limits) {
        this(limits, LONGEST_WAIT);
    }

    Turns(Limits limits, Duration longestWait) {
        this.longestWait = longestWait;
        limits(limits);
    }

    /** For those who come from now on. */
    void limits(Limits limits) {
        strangers = new Strangers(limits, new Semaphore(limits.all(), true));
    }

    /** For who is known there. */
    static Turn atOnce() {
        return () -> { };
    }

    /** Waits for a turn; empty when it does not come soon. */
    Optional<Turn> take(InetAddress client) {
        var now = strangers;
        var address = ThrottleKey.address(client);
        var gate = enter(address, now.limits());
        boolean taken = false;
        try {
            long end = System.nanoTime() + longestWait.toNanos();
            if (!gate.places.tryAcquire(longestWait.toNanos(), TimeUnit.NANOSECONDS)) {
                return Optional.empty();
            }
            try {
                taken = now.places().tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            } finally {
                if (!taken) {
                    gate.places.release();
                }
            }
            return taken ? Optional.of(() -> leave(address, gate, now)) : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            if (!taken) {
                leave(address, gate);
            }
        }
    }

    private void leave(ThrottleKey address, Gate gate, Strangers among) {
        among.places().release();
        gate.places.release();
        leave(address, gate);
    }

    private Gate enter(ThrottleKey address, Limits limits) {
        synchronized (gates) {
            var gate = gates.computeIfAbsent(address, a -> new Gate(limits.address()));
            gate.users++;
            return gate;
        }
    }

    private void leave(ThrottleKey address, Gate gate) {
        synchronized (gates) {
            if (--gate.users == 0) {
                gates.remove(address);
            }
        }
    }

    /** Addresses that are remembered. */
    int size() {
        synchronized (gates) {
            return gates.size();
        }
    }
}
