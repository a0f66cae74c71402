package org.posthouse.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Calls that get a thread of their own: which it is, and what becomes of one that nobody waits for. */
final class FileThreadsTest {
    private static final int MANY = 80;

    @Test
    void callsBeyondThePlatformThreadsGetVirtualOnes() throws Exception {
        var threads = new FileThreads("delivery");
        var seen = new LinkedBlockingQueue<Thread>();
        var end = new CountDownLatch(1);
        for (int i = 0; i < MANY; i++) {
            threads.execute(() -> {
                seen.add(Thread.currentThread());
                awaitQuietly(end);
            });
        }
        var all = new ArrayList<Thread>();
        for (int i = 0; i < MANY; i++) {
            all.add(seen.take());
        }
        end.countDown();
        assertEquals(64, all.stream().filter(thread -> !thread.isVirtual()).count());
        assertTrue(all.stream().filter(thread -> !thread.isVirtual()).allMatch(thread -> thread.getName().matches("delivery \\d+")));
    }

    @Test
    void oneThatEndedIsUsedAgainAlsoWhenItsTaskFailed() throws Exception {
        var threads = new FileThreads("delivery");
        for (int i = 0; i < MANY; i++) {
            var done = new CountDownLatch(1);
            threads.execute(new FutureTask<>(() -> {
                done.countDown();
                throw new IllegalStateException("a test's");
            }));
            done.await();
        }
        var seen = new LinkedBlockingQueue<Boolean>();
        for (int tries = 0; tries < 100; tries++) {
            threads.execute(() -> seen.add(Thread.currentThread().isVirtual()));
            if (!seen.take()) {
                return;
            }
            Thread.sleep(10); // the last of them are on their way back
        }
        throw new AssertionError("all are held for ever");
    }

    @Test
    void aCallThatNobodyComesToMakeGivesItsLeaseBack() throws Exception {
        var never = new ArrayList<Runnable>();
        var plugins = plugins(never::add);
        assertThrows(Overdue.class, () -> plugins.callWithin("g", Duration.ofMillis(1), Supplier::get));
        assertTrue(plugins.place("g").awaitIdle(plugins.place("g").current().orElseThrow(), Duration.ofMillis(1)));
        never.getFirst().run(); // too late: it is not called, and the lease not given back twice
        assertTrue(plugins.place("g").awaitIdle(plugins.place("g").current().orElseThrow(), Duration.ofMillis(1)));
    }

    @Test
    void anInterruptForAnOverdueCallNeverMeetsTheNextOnItsThread() throws Exception {
        var plugins = plugins(new FileThreads("delivery"));
        for (int i = 0; i < 50; i++) {
            assertThrows(Overdue.class, () -> plugins.callWithin("g", Duration.ofMillis(1), _ -> awaitQuietly(new CountDownLatch(1))));
            assertEquals("kept", plugins.callWithin("g", Duration.ofSeconds(5), _ -> Thread.interrupted() ? "interrupted" : "kept"));
        }
    }

    private static Plugins<Supplier<String>> plugins(Executor threads) {
        var plugins = new Plugins<Supplier<String>>("greeter", new Watcher<>() {
            @Override public void passed(String name, Version<Supplier<String>> fresh, Version<Supplier<String>> before) {}

            @Override public void failed(String name, Version<Supplier<String>> fresh, Version<Supplier<String>> before, Throwable why) {}
        }, Clock.systemUTC(), threads);
        plugins.expect(List.of("g"));
        plugins.arrive("g", () -> "called", Map.of());
        return plugins;
    }

    private static String awaitQuietly(CountDownLatch end) {
        try {
            end.await();
            return "over";
        } catch (InterruptedException _) {
            return "interrupted";
        }
    }
}
