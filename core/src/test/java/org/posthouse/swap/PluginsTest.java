package org.posthouse.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.posthouse.message.Unavailable;

/** Callers' and the kernel's view of plugins that come and go. */
final class PluginsTest {
    /** The kind of these tests. */
    interface Greeter {
        String greet(String name) throws IOException;
    }

    private final List<String> ends = new CopyOnWriteArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Clock clock = new Clock() {
        @Override public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override public Instant instant() {
            return now;
        }
    };
    private final Plugins<Greeter> plugins = new Plugins<>("greeter", new Watcher<>() {
        @Override public void passed(String name, Version<Greeter> fresh, Version<Greeter> before) {
            ends.add("passed " + fresh + " over " + before);
        }

        @Override public void failed(String name, Version<Greeter> fresh, Version<Greeter> before, Throwable why) {
            ends.add("failed " + fresh + " to " + before);
        }
    }, clock);

    private final Version<Greeter> one = version("one", name -> "one " + name);
    private final Version<Greeter> two = version("two", name -> "two " + name);

    private static Version<Greeter> version(String label, Greeter greeter) {
        return new Version<>(greeter, Map.of("phase", label), label);
    }

    private Slot<Greeter> slot() {
        return plugins.place("g");
    }

    private String greet() throws IOException {
        return plugins.call("g", g -> g.greet("ann"));
    }

    @Test
    void callsTheVersionThatServes() throws Exception {
        slot().serve(one);
        assertEquals("one ann", greet());
        assertEquals(List.of("g"), plugins.names());
        assertEquals(Optional.of("one"), plugins.property("g", "phase"));
    }

    @Test
    void refusesAtOnceANameThatNobodyExpects() {
        assertThrows(Unavailable.class, this::greet);
    }

    @Test
    void waitsForOneThatIsExpectedAndComesInTime() throws Exception {
        plugins.expect(Set.of("g"));
        assertEquals(List.of("g"), plugins.names());
        var answer = new AtomicReference<String>();
        var caller = Thread.ofVirtual().start(() -> {
            try {
                answer.set(greet());
            } catch (IOException e) {
                answer.set(e.toString());
            }
        });
        slot().serve(one);
        caller.join();
        assertEquals("one ann", answer.get());
    }

    @Test
    void isUnavailableAfterGrace() {
        plugins.expect(Set.of("g"));
        plugins.grace(Duration.ofMillis(20));
        assertThrows(Unavailable.class, this::greet);
    }

    @Test
    void waitsWhileAServiceIsAwayAndTakesTheNext() throws Exception {
        plugins.grace(Duration.ofSeconds(5));
        slot().serve(one);
        plugins.depart(one.service());
        Thread.ofVirtual().start(() -> slot().serve(two));
        assertEquals("two ann", greet());
    }

    @Test
    void aVersionOnProbationPassesAfterTwentyCalls() throws Exception {
        slot().serve(one);
        slot().tryOut(two, one, false);
        for (int i = 0; i < Trial.CALLS; i++) {
            assertTrue(ends.isEmpty());
            assertEquals("two ann", greet());
        }
        assertEquals(List.of("passed two over one"), ends);
    }

    @Test
    void aVersionOnProbationPassesWhenItsTimeIsOver() {
        slot().serve(one);
        slot().tryOut(two, one, false);
        plugins.tick();
        assertTrue(ends.isEmpty());
        now = now.plus(Trial.LONGEST);
        plugins.tick();
        assertEquals(List.of("passed two over one"), ends);
    }

    @Test
    void failedCallsAreRepeatedOnTheVersionBeforeAndTheThirdRollsBack() throws Exception {
        slot().serve(one);
        slot().tryOut(version("bad", name -> {
            throw new IllegalStateException("a bug");
        }), one, false);
        for (int i = 0; i < 5; i++) {
            assertEquals("one ann", greet());
            assertEquals(i < 2 ? List.of() : List.of("failed bad to one"), ends);
        }
    }

    @Test
    void oneLinkageErrorRollsBack() throws Exception {
        slot().serve(one);
        slot().tryOut(version("bad", name -> {
            throw new NoClassDefFoundError("gone");
        }), one, false);
        assertEquals("one ann", greet());
        assertEquals(List.of("failed bad to one"), ends);
    }

    @Test
    void aHangingCallRollsBackAndIsRepeatedWithinItsBudget() throws Exception {
        var forEver = new CountDownLatch(1);
        slot().serve(one);
        slot().tryOut(version("bad", name -> {
            try {
                forEver.await();
            } catch (InterruptedException _) {
                return "interrupted";
            }
            return "never";
        }), one, false);
        assertEquals("one ann", plugins.callWithin("g", Duration.ofMillis(200), g -> g.greet("ann")));
        assertEquals(List.of("failed bad to one"), ends);
    }

    @Test
    void troubleOfTheWorldThatBothVersionsMeetBlamesNobody() {
        slot().serve(version("old", name -> {
            throw new IOException("no disk");
        }));
        slot().tryOut(version("new", name -> {
            throw new IOException("no disk");
        }), slot().current().orElseThrow(), false);
        for (int i = 0; i < 10; i++) {
            assertEquals("no disk", assertThrows(IOException.class, this::greet).getMessage());
        }
        assertTrue(ends.isEmpty());
    }

    @Test
    void troubleOfTheWorldThatOnlyTheFreshVersionMeetsIsItsFailure() throws Exception {
        slot().serve(one);
        slot().tryOut(version("bad", name -> {
            throw new IOException("no disk");
        }), one, false);
        for (int i = 0; i < 3; i++) {
            assertEquals("one ann", greet());
        }
        assertEquals(List.of("failed bad to one"), ends);
    }

    @Test
    void aCallThatFailsBecauseItsVersionIsRolledBackMeanwhileIsRepeated() throws Exception {
        slot().serve(one);
        slot().tryOut(version("bad", name -> {
            plugins.lease("g").failed(new LinkageError("in another call"));
            throw new IOException("no disk");
        }), one, false);
        assertEquals("one ann", greet());
        assertEquals(List.of("failed bad to one"), ends);
    }

    @Test
    void aCallOnItsOwnThreadIsRepeatedToo() throws Exception {
        slot().serve(one);
        slot().tryOut(version("bad", name -> {
            plugins.lease("g").failed(new LinkageError("in another call"));
            throw new IOException("no disk");
        }), one, false);
        assertEquals("one ann", plugins.callWithin("g", Duration.ofSeconds(5), g -> g.greet("ann")));
    }

    @Test
    void whatAServiceSaysOfItselfIsKnownWhileItIsAway() {
        slot().serve(one);
        plugins.depart(one.service());
        assertEquals(Optional.of("one"), plugins.property("g", "phase"));
        slot().serve(two);
        slot().pause();
        assertEquals(Optional.of("two"), plugins.property("g", "phase"));
    }

    @Test
    void namesFollowWhatComesGoesAndIsExpected() {
        assertEquals(List.of(), plugins.names());
        slot().serve(one);
        assertEquals(List.of("g"), plugins.names());
        assertSame(plugins.names(), plugins.names());
        plugins.expect(Set.of("g", "h"));
        plugins.depart(one.service());
        assertEquals(List.of("g", "h"), plugins.names());
        plugins.expect(Set.of("h"));
        assertEquals(List.of("h"), plugins.names());
        slot().serve(two);
        assertEquals(List.of("g", "h"), plugins.names());
    }

    @Test
    void aProbationIsNotEndedWellAfterItHasEndedBadly() {
        slot().serve(one);
        slot().tryOut(two, one, false);
        slot().failed(two, new LinkageError());
        assertFalse(slot().prove(two));
        assertEquals(Optional.of(one), slot().current());
        slot().tryOut(two, one, false);
        assertTrue(slot().prove(two));
        assertEquals(Optional.of(two), slot().current());
        assertTrue(slot().prove(two));
    }

    @Test
    void withoutProbationABugIsBroken() {
        slot().serve(version("bad", name -> {
            throw new IllegalStateException("a bug");
        }));
        assertInstanceOf(IllegalStateException.class, assertThrows(Broken.class, this::greet).getCause());
    }

    @Test
    void theSecondOfTwoOnProbationFallsBackOnTheProvenOne() throws Exception {
        slot().serve(one);
        var bad = version("bad", name -> {
            throw new LinkageError();
        });
        assertEquals(Optional.empty(), slot().tryOut(two, one, false));
        assertEquals(Optional.of(two), slot().tryOut(bad, one, false));
        assertEquals("one ann", greet());
        assertEquals(List.of("failed bad to one"), ends);
    }

    @Test
    void callersWaitWhileWhatIsHeldIsHandedBack() throws Exception {
        slot().serve(one);
        slot().pause();
        slot().tryOut(version("bad", name -> {
            throw new IllegalStateException("a bug");
        }), one, true);
        var handingBack = Thread.ofVirtual().start(() -> {
            while (ends.isEmpty()) {
                Thread.onSpinWait();
            }
            slot().serve(one);
        });
        assertEquals("one ann", greet());
        handingBack.join();
        assertEquals(List.of("failed bad to one"), ends);
    }

    @Test
    void aVersionIsIdleOnceNobodyHoldsIt() throws Exception {
        slot().serve(one);
        var asked = new AtomicInteger();
        try (var _ = plugins.lease("g", asked::incrementAndGet)) {
            slot().serve(two);
            assertFalse(slot().awaitIdle(one, Duration.ofMillis(1)));
            slot().askToEnd(one);
            assertEquals(1, asked.get());
        }
        assertTrue(slot().awaitIdle(one, Duration.ofSeconds(1)));
    }

    @Test
    void aLeaseKnowsWhomToUseInstead() throws Exception {
        slot().serve(one);
        slot().tryOut(two, one, false);
        try (var lease = plugins.lease("g")) {
            lease.failed(new IllegalStateException("a bug"));
            try (var other = lease.instead().orElseThrow()) {
                assertEquals("one ann", other.plugin().greet("ann"));
            }
        }
    }

    @Test
    void aCallOnItsOwnThreadGivesBackItsLease() throws Exception {
        slot().serve(one);
        assertEquals("one ann", plugins.callWithin("g", Duration.ofSeconds(5), g -> g.greet("ann")));
        slot().serve(two);
        assertTrue(slot().awaitIdle(one, Duration.ofSeconds(5)));
    }
}
