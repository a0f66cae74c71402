package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand connections and floods of passwords from one address, while others want to be served. */
final class CrowdIT {
    private static final int CROWD = 10_000;
    private static final int TALKERS = 2_500;
    private static final int SEAT = 50;
    private static final int MOST_OCTETS_EACH = 16_000;
    private static final Duration SOON = Duration.ofSeconds(5); // what a user bears, on a machine that has other work
    private static final Pattern HEAP = Pattern.compile("total \\d+K, used (\\d+)K");
    private static final String LISTENERS = """

            [listener open]
            address  = 127.0.0.1
            protocol = smtp
            port     = 0
            max-connections = %2$d

            [listener narrow]
            address  = 127.0.0.1
            protocol = smtp
            port     = 0
            max-connections-per-address = %1$d

            [listener narrowpop]
            address  = 127.0.0.1
            protocol = pop3
            port     = 0
            max-connections-per-address = %1$d

            [listener full]
            address  = 127.0.0.1
            protocol = smtp
            port     = 0
            max-connections = %1$d

            [listener often]
            address  = 127.0.0.1
            protocol = smtp
            port     = 0
            connection-rate = %1$d

            [listener implicit]
            address  = 127.0.0.1
            protocol = smtp
            port     = 0
            tls      = implicit
            max-connections-per-address = 1
            """.formatted(SEAT, CROWD + SEAT);

    @TempDir
    static Path home;

    private static Server server;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        // who guesses is not locked out here, so that only the order of log-ins protects the others
        server = new Server(home).configure("login-failures = 100000\n" + StraightPathIT.CONF + LISTENERS);
        server.start(Map.of("POSTHOUSE_JAVA_OPTS", "-Xmx160m"));
        var added = server.commandWithInput("correct horse\n", "user", "add", "cleo", "--password-stdin");
        assertEquals(0, added.status(), added.err());
        assertTrue(Files.readString(home.resolve("conf/users")).contains("cleo@example.test:{ARGON2ID}"));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        try (var ending = server) {
            assertEquals(List.of(), ending.log().lines().filter(l -> l.contains(" ERROR ") || l.contains("Exception")).toList());
        }
    }

    /** What others do meanwhile: the longest time one message of theirs took. */
    private interface Attack {
        void run() throws Exception;
    }

    private static Duration served(String listener, Attack attack) throws Exception {
        var over = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var longest = threads.submit(() -> {
                var most = Duration.ZERO;
                while (!over.get()) {
                    long begin = System.nanoTime();
                    try (var smtp = new Smtp(server.port(listener), "127.0.0.2")) {
                        var reply = smtp.message("carl@example.org", "bob@example.test", "Subject: x\r\n\r\n");
                        assertTrue(reply.startsWith("250"), reply);
                    }
                    var took = Duration.ofNanos(System.nanoTime() - begin);
                    most = took.compareTo(most) > 0 ? took : most;
                    Thread.sleep(20);
                }
                return most;
            });
            try {
                attack.run();
            } finally {
                over.set(true);
            }
            return longest.get();
        }
    }

    @Test
    void tenThousandFromOneAddressAreToldToComeLaterWhileOthersAreServed() throws Exception {
        try (var crowd = new Crowd(server.port("narrow"))) {
            var said = new AtomicInteger();
            long begin = System.nanoTime();
            var longest = served("narrow", () -> said.set(crowd.grow(CROWD).getOrDefault("421", 0)));
            System.out.println(said + " told to come later in " + (System.nanoTime() - begin) / 1_000_000
                    + " ms; others waited at most " + longest.toMillis() + " ms");
            assertEquals(SEAT, crowd.size());
            assertEquals(CROWD - SEAT, said.get());
            assertTrue(longest.compareTo(SOON) < 0, longest.toString());
        }
        long told = server.log().lines().filter(l -> l.contains("listener=narrow ")).count();
        assertTrue(told >= 1 && told <= 3, told + " lines in the log");
        Soon.happens(() -> served("127.0.0.1", "narrow"), server::log);
    }

    private static boolean served(String from, String listener) throws IOException {
        try (var line = new Line(server.port(listener), from)) {
            return line.line().startsWith("220");
        } catch (EOFException | SocketException _) {
            return false;
        }
    }

    @Test
    void whoIsOneTooManyIsTold() throws Exception {
        try (var crowd = new Crowd(server.port("narrowpop"))) {
            assertEquals(Map.of("+OK", SEAT, "-ERR", 3), crowd.grow(SEAT + 3));
        }
        try (var crowd = new Crowd(server.port("full"))) {
            assertEquals(Map.of("220", SEAT), crowd.grow(SEAT));
            assertEquals(Map.of("421", 3), crowd.grow(3));
        }
        try (var crowd = new Crowd(server.port("often"))) {
            assertEquals(Map.of("220", SEAT), crowd.grow(SEAT));
        }
        try (var crowd = new Crowd(server.port("often"))) {
            assertEquals(Map.of("421", 3), crowd.grow(3));
        }
        assertTrue(served("127.0.0.2", "often"));
        try (var first = new Line(server.port("implicit"))) {
            first.tls();
            assertTrue(first.line().startsWith("220"));
            try (var second = new Line(server.port("implicit"))) {
                assertEquals("", second.within(5_000), "nothing can be said without TLS");
            }
        }
    }

    @Test
    void tenThousandWithoutALimitCostLittle() throws Exception {
        int size = Crowd.upTo(CROWD);
        try (var crowd = new Crowd(server.port("open"))) {
            crowd.grow(SEAT);
            long before = heap();
            crowd.grow(size - SEAT);
            assertEquals(size, crowd.size());
            long each = (heap() - before) / (size - SEAT);
            System.out.println(size + " idle connections: " + each + " octets of heap each");
            assertTrue(each < MOST_OCTETS_EACH, each + " octets each");
            var longest = served("open", () -> Thread.sleep(500));
            assertTrue(longest.compareTo(SOON) < 0, longest.toString());
        }
    }

    /** Each is in the tarpit by then, with all that the server lets it send waiting. */
    @Test
    void thousandsWhoTalkAndMustWaitFillNoHeap() throws Exception {
        try (var crowd = new Crowd(server.port("open"))) {
            crowd.grow(TALKERS);
            var longest = served("mx", () -> {
                crowd.say("WHAT\r\n".repeat(30_000).getBytes(StandardCharsets.US_ASCII));
                Thread.sleep(500);
            });
            System.out.println(TALKERS + " in the tarpit; others waited at most " + longest.toMillis() + " ms");
            assertTrue(longest.compareTo(SOON) < 0, longest.toString());
        }
    }

    /** What the server really needs: after everything else was thrown away. */
    private static long heap() throws IOException, InterruptedException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Tool.run(jcmd, String.valueOf(server.pid()), "GC.run");
        var said = Tool.run(jcmd, String.valueOf(server.pid()), "GC.heap_info").output();
        long used = HEAP.matcher(said).results().mapToLong(each -> Long.parseLong(each.group(1)) << 10).sum();
        assertTrue(used > 0, said);
        return used;
    }

    @Test
    void aFloodOfPasswordsWaitsForItself() throws Exception {
        logIn("127.0.0.2", "cleo", "correct horse"); // makes the server learn its classes, not the user
        var tried = new AtomicInteger();
        var guessers = new ArrayList<Line>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < SEAT; i++) {
                var guesser = new Line(server.port("pop3"));
                guessers.add(guesser);
                threads.submit(() -> guess(guesser, tried));
            }
            Thread.sleep(500);
            var known = times("127.0.0.2", 5);
            var unknown = new ArrayList<Duration>();
            for (int i = 3; i < 6; i++) {
                unknown.addAll(times("127.0.0." + i, 1));
            }
            var mail = served("mx", () -> Thread.sleep(500));
            for (var guesser : guessers) {
                guesser.close();
            }
            System.out.println(tried + " guesses; known " + known + ", strangers " + unknown + ", mail " + mail);
            for (var each : List.of(known, unknown, List.of(mail))) {
                assertTrue(each.stream().allMatch(time -> time.compareTo(SOON) < 0), each.toString());
            }
        }
    }

    private static List<Duration> times(String from, int times) throws IOException {
        var took = new ArrayList<Duration>();
        for (int i = 0; i < times; i++) {
            long begin = System.nanoTime();
            logIn(from, "cleo", "correct horse");
            took.add(Duration.ofNanos(System.nanoTime() - begin));
        }
        return took;
    }

    private static void logIn(String from, String user, String password) throws IOException {
        try (var line = new Line(server.port("pop3"), from)) {
            line.line();
            line.send("USER " + user + "\r\nPASS " + password + "\r\n");
            line.line();
            var said = line.line();
            assertTrue(said.startsWith("+OK"), said);
        }
    }

    private static Object guess(Line guesser, AtomicInteger tried) throws IOException {
        guesser.line();
        while (true) {
            guesser.send("USER nobody\r\nPASS guess\r\n");
            guesser.line();
            guesser.line();
            tried.incrementAndGet();
        }
    }
}
