package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many sessions send large messages at a time, all together many times the heap: each is taken or refused for now, none is torn, and what was taken
 * is read back. {@code -Dsessions=200 -Dmegabytes=50 -Dheap=256m} for the long form.
 */
final class LargeCrowdIT {
    private static final int SESSIONS = Integer.getInteger("sessions", 40);
    private static final int MEGABYTES = Integer.getInteger("megabytes", 4);
    private static final String HEAP = System.getProperty("heap", "64m");
    private static final int USERS = 8;
    private static final String FILLER = "x".repeat(960);
    private static final int LINE_OCTETS = 1_000;
    private static final int LINES_AT_ONCE = 64;
    private static final Duration PATIENCE = Duration.ofMinutes(10); // RFC 5321 §4.5.3.2.6

    @TempDir
    Path home;

    private final Set<Integer> accepted = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> refused = Collections.synchronizedMap(new TreeMap<>());
    private final List<String> troubles = Collections.synchronizedList(new ArrayList<>());

    private static String line(int number, int i) {
        return (number + " " + i + " " + FILLER + FILLER).substring(0, LINE_OCTETS - 2);
    }

    private static int lines() {
        return (MEGABYTES << 20) / LINE_OCTETS - 2;
    }

    @Test
    void eachIsTakenOrRefusedAndNoneIsTorn() throws Exception {
        var server = new Server(home).configure("retry-first = 1s\nretry-longest = 5s\n" + StraightPathIT.CONF + "\n[protocol-smtp]\nmax-size = 60M\n\n[pipeline]\nmax-message = 60M\n");
        Files.writeString(home.resolve("conf/users"), String.join("", IntStream.range(0, USERS).mapToObj(i -> "u" + i + "@example.test:{PLAIN}secret\n").toList()));
        try (server) {
            server.start(Map.of("POSTHOUSE_JAVA_OPTS", "-Xmx" + HEAP));
            long began = System.nanoTime();
            var together = new CountDownLatch(SESSIONS);
            var threads = IntStream.range(0, SESSIONS).mapToObj(i -> Thread.ofVirtual().start(() -> send(server, i, together))).toList();
            for (var thread : threads) {
                thread.join();
            }
            long sent = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
            assertEquals(List.of(), troubles);
            assertTrue(!accepted.isEmpty(), refused.toString());
            delivered(server);
            for (int i = 0; i < USERS; i++) {
                read(server, i);
            }
            assertEquals(List.of(), troubles);
            System.out.printf("%d sessions of %d MB at -Xmx%s: %d taken, refused %s, in %d s; resident at most %s%n", SESSIONS, MEGABYTES, HEAP, accepted.size(), refused,
                    sent, Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream().filter(l -> l.startsWith("VmHWM")).findFirst().orElse("unknown"));
            assertEquals(0, server.terminate());
        }
    }

    private void send(Server server, int number, CountDownLatch together) {
        try (var smtp = new Smtp(server.port("mx"))) {
            smtp.patience(PATIENCE);
            smtp.command("MAIL FROM:<carl@example.org>", "250");
            smtp.command("RCPT TO:<u" + number % USERS + "@example.test>", "250");
            smtp.command("DATA", "354");
            smtp.send("Subject: " + number + "\r\n\r\n");
            together.countDown();
            together.await();
            for (int i = 0; i < lines(); i += LINES_AT_ONCE) {
                var some = new StringBuilder();
                for (int j = i; j < Math.min(i + LINES_AT_ONCE, lines()); j++) {
                    some.append(line(number, j)).append("\r\n");
                }
                smtp.send(some.toString());
            }
            smtp.send(".\r\n");
            var reply = smtp.reply();
            if (reply.startsWith("250")) {
                accepted.add(number);
            } else if (reply.startsWith("4")) {
                refused.merge(reply, 1, Integer::sum);
            } else {
                troubles.add(number + ": " + reply);
            }
            smtp.command("NOOP", "250");
        } catch (IOException | InterruptedException e) {
            troubles.add(number + ": " + e);
        }
    }

    private static void delivered(Server server) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!server.command("queue", "list", "--json").out().isEmpty()) {
            assertTrue(System.nanoTime() < deadline, server.log());
            Thread.sleep(200);
        }
    }

    /** Each that was taken, once and to its last line. */
    private void read(Server server, int user) throws IOException {
        var there = new ArrayList<Integer>();
        try (var pop = new Pop3(server.port("pop3"), "u" + user, "secret")) {
            pop.patience(PATIENCE);
            int count = pop.count();
            for (int i = 1; i <= count; i++) {
                pop.command("RETR " + i);
                there.add(whole(pop));
            }
        }
        assertEquals(accepted.stream().filter(number -> number % USERS == user).sorted().toList(), there.stream().sorted().toList(), "u" + user);
    }

    private int whole(Pop3 pop) throws IOException {
        int number = -1;
        for (var line = pop.line(); !line.isEmpty(); line = pop.line()) {
            number = line.startsWith("Subject: ") ? Integer.parseInt(line.substring("Subject: ".length())) : number;
        }
        int i = 0;
        for (var line = pop.line(); !line.equals("."); line = pop.line()) {
            if (!line.equals(line(number, i++)) && troubles.size() < SESSIONS) {
                troubles.add(number + " is torn at line " + i);
            }
        }
        if (i != lines()) {
            troubles.add(number + " has " + i + " lines");
        }
        return number;
    }
}
