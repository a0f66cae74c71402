package org.posthouse.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final class Hands extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override public Instant instant() {
            return now;
        }

        void pass(Duration time) {
            now = now.plus(time);
        }
    }

    private final Hands clock = new Hands();
    private final Throttle throttle = new Throttle(clock, 1000);
    private final InetAddress home = ip("192.0.2.1");
    private final InetAddress away = ip("198.51.100.1");

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }

    private void fail(int times, String account, InetAddress from) {
        for (int i = 0; i < times; i++) {
            assertFalse(throttle.refuses(account, from), "refused after " + i);
            throttle.failed(account, from);
        }
    }

    @Test void refusesNothingBeforeTheTwentiethFailureNotEvenOnLoopback() {
        fail(20, "ann", ip("127.0.0.1"));
        assertTrue(throttle.refuses("ann", ip("127.0.0.1")));
    }

    @Test void anAddressIsRefusedWhateverAccountItTries() {
        for (int i = 0; i < 20; i++) {
            fail(1, "user" + i, home);
        }
        assertTrue(throttle.refuses("ann", home));
        assertFalse(throttle.refuses("ann", away));
    }

    @Test void anAccountIsRefusedFromAllAddressesItWasNotUsedFrom() {
        throttle.succeeded("ann", home);
        for (int i = 0; i < 20; i++) {
            fail(1, "ann", ip("203.0.113." + i));
        }
        assertTrue(throttle.refuses("ann", away));
        assertFalse(throttle.refuses("ann", home));
        assertFalse(throttle.refuses("bob", away));
    }

    @Test void whoHasLoggedInFromAnAddressIsNotLockedThereByOthers() {
        throttle.succeeded("bob", home);
        fail(20, "ann", home);
        assertFalse(throttle.refuses("bob", home));
        assertTrue(throttle.refuses("eve", home));
        fail(20, "bob", home);
        assertTrue(throttle.refuses("bob", home));
    }

    @Test void anIpv6ClientIsItsNetworkOf64Bits() {
        for (int i = 0; i < 20; i++) {
            fail(1, "user" + i, ip("2001:db8:0:1::" + i));
        }
        assertTrue(throttle.refuses("ann", ip("2001:db8:0:1:ffff::1")));
        assertFalse(throttle.refuses("ann", ip("2001:db8:0:2::1")));
    }

    @Test void failuresSpreadBeyondTheWindowDoNotAddUp() {
        fail(19, "ann", home);
        clock.pass(Duration.ofMinutes(15));
        fail(19, "ann", home);
        assertFalse(throttle.refuses("ann", home));
    }

    @Test void refusalGrowsWithFurtherFailuresAndEnds() {
        fail(20, "ann", home);
        clock.pass(Duration.ofMinutes(5));
        fail(1, "ann", home);
        clock.pass(Duration.ofMinutes(9));
        assertTrue(throttle.refuses("ann", home));
        clock.pass(Duration.ofMinutes(1));
        for (int i = 0; i < 10; i++) {
            fail(1, "ann", home);
            clock.pass(Duration.ofMinutes(80));
        }
        clock.pass(Duration.ofMinutes(15));
        fail(19, "ann", home);
        assertFalse(throttle.refuses("ann", home));
    }

    @Test void aSuccessTakesBackTheFailuresOfThatAccountFromThatAddressOnly() {
        fail(10, "ann", home);
        fail(9, "ann", away);
        throttle.succeeded("ann", home);
        fail(10, "ann", away);
        assertFalse(throttle.refuses("ann", ip("203.0.113.1")));
        fail(1, "ann", ip("203.0.113.2"));
        assertTrue(throttle.refuses("ann", ip("203.0.113.1")));
    }

    @Test void remembersABoundedNumberOfNames() {
        for (int i = 0; i < 5000; i++) {
            throttle.failed("user" + i, ip("10.0." + i / 256 + "." + i % 256));
        }
        assertEquals(1000, throttle.size());
    }
}
