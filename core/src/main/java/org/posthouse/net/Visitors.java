package org.posthouse.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who is connected to a listener, and how often each address came in its current minute. An IPv6 client has a /64 to itself,
 * so that is what counts as its address.
 */
final class Visitors {
    private static final long MINUTE = 60_000;
    private static final int MOST_REMEMBERED = 50_000;

    private static final class Visits {
        int open;
        int thisMinute;
        long minuteBegan;
    }

    private final InstantSource clock;
    private final Map<Object, Visits> byAddress = new HashMap<>();
    private int open;

    Visitors(InstantSource clock) {
        this.clock = clock;
    }

    /** Counts one more connection; with the limit's key, and uncounted, when there are too many in all. */
    synchronized Optional<String> enter(ListenerSettings.Limits limits) {
        if (open >= limits.connections()) {
            return Optional.of("max-connections");
        }
        open++;
        return Optional.empty();
    }

    synchronized void leave() {
        open--;
    }

    /** Counts one more connection of this client; with the limit's key, and uncounted, when it has or had too many. */
    synchronized Optional<String> enter(InetAddress client, ListenerSettings.Limits limits) {
        var visits = visits(client);
        boolean here = client.isLoopbackAddress();
        if (visits.open >= limits.perAddress() && !(here && limits.perAddressSparesLoopback())) {
            return Optional.of("max-connections-per-address");
        }
        if (limits.perMinute() > 0 && visits.thisMinute >= limits.perMinute() && !(here && limits.perMinuteSparesLoopback())) {
            return Optional.of("connection-rate");
        }
        visits.open++;
        visits.thisMinute++;
        return Optional.empty();
    }

    synchronized void leave(InetAddress client) {
        visits(client).open--;
    }

    synchronized int open() {
        return open;
    }

    private Visits visits(InetAddress client) {
        long now = clock.millis();
        if (byAddress.size() >= MOST_REMEMBERED) {
            byAddress.values().removeIf(v -> v.open == 0);
        }
        var visits = byAddress.computeIfAbsent(who(client), a -> new Visits());
        if (Math.abs(now - visits.minuteBegan) >= MINUTE) {
            visits.minuteBegan = now;
            visits.thisMinute = 0;
        }
        return visits;
    }

    private static Object who(InetAddress client) {
        return client instanceof Inet6Address ? ByteBuffer.wrap(client.getAddress()).getLong() : client;
    }
}
