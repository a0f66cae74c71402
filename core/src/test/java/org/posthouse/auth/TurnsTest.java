package org.posthouse.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final InetAddress ANN = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress BOB = InetAddress.ofLiteral("192.0.2.2");
    private static final InetAddress CARL = InetAddress.ofLiteral("192.0.2.3");

    private final Turns turns = new Turns(new Turns.Limits(3, 2), Duration.ofMillis(50));

    @Test
    void soManyOfOneAddressAndOfAllGoAtOnce() {
        var first = turns.take(ANN).orElseThrow();
        var second = turns.take(ANN).orElseThrow();
        assertTrue(turns.take(ANN).isEmpty(), "a third of one address");
        var third = turns.take(BOB).orElseThrow();
        assertTrue(turns.take(CARL).isEmpty(), "a fourth of all");
        first.close();
        var fourth = turns.take(CARL).orElseThrow();
        List.of(second, third, fourth).forEach(Turns.Turn::close);
        assertEquals(0, turns.size());
    }

    @Test
    void whoWaitsGoesOnWhenAnotherHasGone() throws InterruptedException {
        var patient = new Turns(new Turns.Limits(1, 1), Duration.ofSeconds(20));
        var first = patient.take(ANN).orElseThrow();
        var waiting = List.of(ANN, BOB, ANN, CARL).stream()
                .map(who -> Thread.ofVirtual().start(() -> patient.take(who).orElseThrow().close())).toList();
        first.close();
        for (var each : waiting) {
            assertTrue(each.join(Duration.ofSeconds(10)));
        }
        assertEquals(0, patient.size());
    }

    @Test
    void newLimitsHoldForWhoComesNext() {
        var before = turns.take(ANN).orElseThrow();
        turns.limits(new Turns.Limits(1, 1));
        var after = turns.take(BOB).orElseThrow();
        assertTrue(turns.take(CARL).isEmpty());
        before.close();
        assertTrue(turns.take(CARL).isEmpty());
        after.close();
        turns.take(CARL).orElseThrow().close();
        assertEquals(0, turns.size());
    }

    @Test
    void aNetworkOfIpv6IsOneAddress() {
        var first = turns.take(InetAddress.ofLiteral("2001:db8::1")).orElseThrow();
        var second = turns.take(InetAddress.ofLiteral("2001:db8::2")).orElseThrow();
        assertTrue(turns.take(InetAddress.ofLiteral("2001:db8::3")).isEmpty());
        first.close();
        second.close();
    }
}
