package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class VisitorsTest {
    private static final InetAddress ANN = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress BOB = InetAddress.ofLiteral("192.0.2.2");
    private static final Optional<String> LET_IN = Optional.empty();

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T12:00:00Z"));
    private final Visitors visitors = new Visitors(now::get);

    private static ListenerSettings.Limits limits(int all, int perAddress, int perMinute) {
        return new ListenerSettings.Limits(all, perAddress, true, perMinute, true);
    }

    @Test
    void limitsConnectionsInAll() {
        var limits = limits(2, 9, 9);
        assertEquals(LET_IN, visitors.enter(limits));
        assertEquals(LET_IN, visitors.enter(limits));
        assertEquals(Optional.of("max-connections"), visitors.enter(limits));
        visitors.leave();
        assertEquals(LET_IN, visitors.enter(limits));
    }

    @Test
    void limitsConnectionsOfOneAddress() {
        var limits = limits(9, 1, 9);
        assertEquals(LET_IN, visitors.enter(ANN, limits));
        assertEquals(Optional.of("max-connections-per-address"), visitors.enter(ANN, limits));
        assertEquals(LET_IN, visitors.enter(BOB, limits));
        visitors.leave(ANN);
        assertEquals(LET_IN, visitors.enter(ANN, limits));
    }

    @Test
    void limitsHowOftenAnAddressComesInAMinute() {
        var limits = limits(9, 9, 2);
        for (int i = 0; i < 2; i++) {
            assertEquals(LET_IN, visitors.enter(ANN, limits));
            visitors.leave(ANN);
        }
        assertEquals(Optional.of("connection-rate"), visitors.enter(ANN, limits));
        now.set(now.get().plus(Duration.ofMinutes(1)));
        assertEquals(LET_IN, visitors.enter(ANN, limits));
    }

    @Test
    void hasNoRateLimitWhenItIsZero() {
        for (int i = 0; i < 1000; i++) {
            assertEquals(LET_IN, visitors.enter(ANN, limits(9, 9, 0)));
            visitors.leave(ANN);
        }
    }

    @Test
    void takesAnIpv6NetworkOf64BitsForOneClient() {
        var limits = limits(9, 1, 9);
        assertEquals(LET_IN, visitors.enter(InetAddress.ofLiteral("2001:db8::1"), limits));
        assertEquals(Optional.of("max-connections-per-address"), visitors.enter(InetAddress.ofLiteral("2001:db8::ffff:2"), limits));
        assertEquals(LET_IN, visitors.enter(InetAddress.ofLiteral("2001:db8:0:1::1"), limits));
    }

    @Test
    void sparesThisMachineUnlessAKeyIsGiven() {
        var loopback = InetAddress.ofLiteral("127.0.0.1");
        for (int i = 0; i < 5; i++) {
            assertEquals(LET_IN, visitors.enter(loopback, limits(9, 1, 1)));
        }
        assertEquals(Optional.of("max-connections-per-address"),
                visitors.enter(loopback, new ListenerSettings.Limits(9, 1, false, 1, true)));
        assertEquals(Optional.of("connection-rate"), visitors.enter(loopback, new ListenerSettings.Limits(9, 1, true, 1, false)));
    }

    @Test
    void forgetsWhoIsNotHereWhenTooManyCame() {
        var limits = limits(9, 9, 9);
        for (int i = 0; i < 200_000; i++) {
            var client = InetAddress.ofLiteral("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
            assertEquals(LET_IN, visitors.enter(client, limits));
            visitors.leave(client);
        }
    }
}
