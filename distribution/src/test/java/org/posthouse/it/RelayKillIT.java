package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server is killed at any moment while it takes mail for another host and brings it there: that host gets each letter that
 * was acknowledged, and none twice in one life of the server. Again after a kill comes only what was under way at that moment, between the other host's
 * {@code 250} and our record of it: at most so many as may be under way. {@code -Dkills=500 -Dload=4000} for a long run.
 */
final class RelayKillIT {
    private static final int KILLS = Integer.getInteger("kills", 5);
    private static final int AT_ONCE = 10;
    private static final int SENDERS = 4;
    private static final int LONGEST_LOAD_MILLIS = Integer.getInteger("load", 1_500);
    private static final int LONGEST_BOOT_MILLIS = 1_000;
    private static final long DRAIN_MILLIS = 300_000;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path home;

    /** One that came, in which life of the server. */
    private record Came(int letter, int life) {}

    private final Random random = new Random();
    private final Letters letters = new Letters();
    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private final List<Came> came = Collections.synchronizedList(new ArrayList<>());
    private final List<String> troubles = Collections.synchronizedList(new ArrayList<>());
    private volatile int life;

    @Test
    void whatWasAcknowledgedComesAndAgainOnlyWhatWasUnderWay() throws Exception {
        long began = System.nanoTime();
        try (var sink = new Sink((_, _) -> Sink.Fault.NONE, (from, to, text) -> taken(to, text)); var server = new Server(home)) {
            configure(server, sink.port());
            for (int kill = 1; kill <= KILLS; kill++) {
                start(server, sink);
                workAndKill(server);
                isOver(sink);
                if (kill % 50 == 0) {
                    report(kill, began);
                }
                assertEquals(List.of(), troubles, "before kill " + kill);
            }
            server.start();
            drained(server);
            assertEquals(0, server.terminate());
        }
        report(KILLS, began);
        check();
    }

    private void configure(Server server, int port) throws IOException {
        server.configure("""
                retry-first   = 300ms
                retry-longest = 1s
                grace         = 1s
                destination-concurrency       = %d
                destination-concurrency-first = %d
                """.formatted(AT_ONCE, AT_ONCE) + StraightPathIT.CONF.replaceFirst("protocol = smtp\nport     = 0", "protocol = smtp\nport     = 0\nrelay-from = 127.0.0.1")
                + "\n[route sink]\nto  = sink.test\nvia = smtp:[127.0.0.1]:" + port + "\n");
    }

    private void taken(List<String> to, String text) {
        try {
            int number = Letters.number(List.of(text.split("\r\n", -1)).subList(0, (int) text.chars().filter(c -> c == '\n').count()));
            for (var one : to) {
                if (!one.equals("letter-" + number + "@sink.test")) {
                    troubles.add("letter " + number + " came for " + one);
                }
            }
            came.add(new Came(number, life));
        } catch (AssertionError | RuntimeException e) {
            troubles.add(e.toString());
        }
    }

    private void start(Server server, Sink sink) throws Exception {
        if (random.nextInt(10) == 0) {
            server.begin();
            Thread.sleep(random.nextInt(LONGEST_BOOT_MILLIS));
            server.kill();
            isOver(sink);
        }
        server.start();
    }

    /** What the server had sent before it was killed is read to its end. */
    private void isOver(Sink sink) throws Exception {
        Soon.happens(() -> sink.sessions() == 0, () -> "there are sessions with a server that was killed");
        life++;
    }

    private void workAndKill(Server server) throws InterruptedException {
        var killed = new AtomicBoolean();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < SENDERS; i++) {
            threads.add(Thread.ofPlatform().start(() -> work(server, killed)));
        }
        Thread.sleep(random.nextInt(LONGEST_LOAD_MILLIS));
        killed.set(true);
        server.kill();
        for (var thread : threads) {
            thread.join();
        }
    }

    private void work(Server server, AtomicBoolean killed) {
        try (var smtp = new Smtp(server.port("mx"))) {
            while (true) {
                int number = letters.next();
                var reply = smtp.message("letter-" + number + "@client.example", "letter-" + number + "@sink.test", Letters.text(number));
                if (reply.startsWith("250")) {
                    acknowledged.add(number);
                } else {
                    troubles.add(reply);
                }
            }
        } catch (IOException e) {
            if (!killed.get()) {
                troubles.add(e.toString());
            }
        }
    }

    private static void drained(Server server) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS);
        while (!server.command("queue", "list", "--json").out().isEmpty()) {
            assertTrue(System.nanoTime() < deadline, server.log());
            Thread.sleep(200);
        }
    }

    private void report(int kills, long began) {
        var again = again();
        System.out.printf("%d kills in %d s: %d letters sent, %d acknowledged, %d came, %d again after a kill (at most %d of one kill)%n", kills,
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began), letters.next() - 1, acknowledged.size(), List.copyOf(came).size(),
                again.values().stream().mapToInt(Integer::intValue).sum(), again.values().stream().mapToInt(Integer::intValue).max().orElse(0));
    }

    /** How many of each life came again in a later one. */
    private Map<Integer, Integer> again() {
        var last = new HashMap<Integer, Integer>();
        var again = new HashMap<Integer, Integer>();
        List.copyOf(came).forEach(one -> {
            var before = last.put(one.letter, one.life);
            if (before != null) {
                again.merge(before, 1, Integer::sum);
            }
        });
        return again;
    }

    private void check() {
        assertEquals(List.of(), troubles);
        var there = Set.copyOf(came.stream().map(Came::letter).toList());
        assertEquals(List.of(), acknowledged.stream().filter(number -> !there.contains(number)).toList(), "lost");
        assertEquals(came.size(), Set.copyOf(came).size(), "one came twice in one life of the server");
        again().forEach((before, count) -> assertTrue(count <= AT_ONCE, count + " of life " + before + " came again"));
    }
}
