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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.posthouse.state.MemoryStates;
import org.posthouse.state.PluginStates;
import org.posthouse.state.Space;
import org.posthouse.state.StateStore;
import org.posthouse.state.States;
import org.posthouse.swap.Plugins;

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
    private final Space kept = new MemoryStates(clock).space("logins", States.Keep.SOFT);
    private final Throttle throttle = new Throttle(clock, 1000, kept);
    private final InetAddress home = ip("192.0.2.1");
    private final InetAddress away = ip("198.51.100.1");

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }

    private void fail(int times, String account, InetAddress from) {
        for (int i = 0; i < times; i++) {
            assertFalse(throttle.lockedFor(account, from).isPresent(), "refused after " + i);
            throttle.failed(account, from);
        }
    }

    @Test void refusesNothingBeforeTheTwentiethFailureNotEvenOnLoopback() {
        fail(20, "ann", ip("127.0.0.1"));
        assertTrue(throttle.lockedFor("ann", ip("127.0.0.1")).isPresent());
    }

    @Test void anAddressIsRefusedWhateverAccountItTries() {
        for (int i = 0; i < 20; i++) {
            fail(1, "user" + i, home);
        }
        assertTrue(throttle.lockedFor("ann", home).isPresent());
        assertFalse(throttle.lockedFor("ann", away).isPresent());
    }

    @Test void anAccountIsRefusedFromAllAddressesItWasNotUsedFrom() {
        throttle.succeeded("ann", home);
        for (int i = 0; i < 20; i++) {
            fail(1, "ann", ip("203.0.113." + i));
        }
        assertTrue(throttle.lockedFor("ann", away).isPresent());
        assertFalse(throttle.lockedFor("ann", home).isPresent());
        assertFalse(throttle.lockedFor("bob", away).isPresent());
    }

    @Test void whoHasLoggedInFromAnAddressIsNotLockedThereByOthers() {
        throttle.succeeded("bob", home);
        fail(20, "ann", home);
        assertFalse(throttle.lockedFor("bob", home).isPresent());
        assertTrue(throttle.lockedFor("eve", home).isPresent());
        fail(20, "bob", home);
        assertTrue(throttle.lockedFor("bob", home).isPresent());
    }

    @Test void anIpv6ClientIsItsNetworkOf64Bits() {
        for (int i = 0; i < 20; i++) {
            fail(1, "user" + i, ip("2001:db8:0:1::" + i));
        }
        assertTrue(throttle.lockedFor("ann", ip("2001:db8:0:1:ffff::1")).isPresent());
        assertFalse(throttle.lockedFor("ann", ip("2001:db8:0:2::1")).isPresent());
    }

    @Test void failuresSpreadBeyondTheWindowDoNotAddUp() {
        fail(19, "ann", home);
        clock.pass(Duration.ofMinutes(15));
        fail(19, "ann", home);
        assertFalse(throttle.lockedFor("ann", home).isPresent());
    }

    @Test void refusalGrowsWithFurtherFailuresAndEnds() {
        fail(20, "ann", home);
        clock.pass(Duration.ofMinutes(5));
        fail(1, "ann", home);
        clock.pass(Duration.ofMinutes(9));
        assertTrue(throttle.lockedFor("ann", home).isPresent());
        clock.pass(Duration.ofMinutes(1));
        for (int i = 0; i < 10; i++) {
            fail(1, "ann", home);
            clock.pass(Duration.ofMinutes(80));
        }
        clock.pass(Duration.ofMinutes(15));
        fail(19, "ann", home);
        assertFalse(throttle.lockedFor("ann", home).isPresent());
    }

    @Test void aSuccessTakesBackTheFailuresOfThatAccountFromThatAddressOnly() {
        fail(10, "ann", home);
        fail(9, "ann", away);
        throttle.succeeded("ann", home);
        fail(10, "ann", away);
        assertFalse(throttle.lockedFor("ann", ip("203.0.113.1")).isPresent());
        fail(1, "ann", ip("203.0.113.2"));
        assertTrue(throttle.lockedFor("ann", ip("203.0.113.1")).isPresent());
    }

    @Test void remembersABoundedNumberOfNames() {
        for (int i = 0; i < 5000; i++) {
            throttle.failed("user" + i, ip("10.0." + i / 256 + "." + i % 256));
        }
        assertEquals(1000, throttle.size());
    }

    @Test void countsAndLocksOutliveARestart() {
        fail(19, "ann", home);
        throttle.succeeded("bob", away);
        var second = new Throttle(clock, 1000, kept);
        assertEquals(List.of(new Throttle.Lockout("address", "192.0.2.1", Duration.ofMinutes(5)),
                new Throttle.Lockout("account", "ann", Duration.ofMinutes(5))), second.failed("ann", home));
        var third = new Throttle(clock, 1000, kept);
        assertEquals(Optional.of(Duration.ofMinutes(5)), third.lockedFor("ann", home));
        for (int i = 0; i < 20; i++) {
            third.failed("bob", ip("203.0.113." + i));
        }
        assertTrue(third.lockedFor("bob", home).isPresent());
        assertFalse(third.lockedFor("bob", away).isPresent());
    }

    @Test void whatIsKeptLivesAsLongAsItMatters() throws Exception {
        fail(19, "ann", home);
        assertEquals(3, kept.size());
        clock.pass(Duration.ofMinutes(15));
        assertEquals(0, kept.size());
    }

    @Test void withoutStatesMemoryIsAllThereIs() {
        var none = new PluginStates(new Plugins<StateStore>("state")).space("logins", States.Keep.SOFT);
        var alone = new Throttle(clock, 1000, none);
        for (int i = 0; i < 20; i++) {
            assertFalse(alone.lockedFor("ann", home).isPresent());
            alone.failed("ann", home);
        }
        assertTrue(alone.lockedFor("ann", home).isPresent());
    }

    @Test void saysHowLongInWords() {
        assertEquals("1 second", Throttle.words(Duration.ofMillis(3)));
        assertEquals("40 seconds", Throttle.words(Duration.ofMillis(39_500)));
        assertEquals("5 minutes", Throttle.words(Duration.ofMinutes(5)));
        assertEquals("5 minutes", Throttle.words(Duration.ofSeconds(241)));
    }
}
