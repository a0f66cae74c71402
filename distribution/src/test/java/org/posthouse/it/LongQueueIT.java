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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Very many messages wait, for a host that is down and for the operator: the server lists them page by page, starts with them, and serves others
 * meanwhile, in a small heap. {@code -Dmessages=1000000 -Dheap=512m} for the long form.
 */
final class LongQueueIT {
    private static final int MESSAGES = Integer.getInteger("messages", 3_000);
    private static final String HEAP = System.getProperty("heap", "64m");
    private static final int SENDERS = 8;
    private static final long PROMPT_SECONDS = 10;

    @TempDir
    Path home;

    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final List<String> troubles = Collections.synchronizedList(new ArrayList<>());

    private long began = System.nanoTime();

    private void says(Server server, String what) throws IOException {
        System.out.printf("%s: %d ms; resident at most %s%n", what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
                Files.readAllLines(Path.of("/proc/" + server.pid() + "/status")).stream().filter(l -> l.startsWith("VmHWM")).findFirst().orElse("unknown"));
        began = System.nanoTime();
    }

    @Test
    void aLongQueueIsListedAndOutlivesARestartAndDelaysNobody() throws Exception {
        try (var server = new Server(home).configure(conf())) {
            server.start(Map.of("POSTHOUSE_JAVA_OPTS", "-Xmx" + HEAP));
            began = System.nanoTime();
            fill(server);
            says(server, acknowledged + " messages were taken");
            assertEquals(List.of(), troubles);
            assertEquals(MESSAGES, acknowledged.get());
            listed(server);
            servesOthers(server);
            server.kill();
            began = System.nanoTime();
            server.start(Map.of("POSTHOUSE_JAVA_OPTS", "-Xmx" + HEAP));
            says(server, "it is ready again after a kill");
            servesOthers(server);
            listed(server);
            var removed = server.command("queue", "remove", "--sender", "held@example.test");
            assertEquals(0, removed.status(), removed.err());
            says(server, "half of them were removed, " + removed.out().strip());
            assertEquals(MESSAGES - MESSAGES / 2 + " messages", removed.out().strip());
            assertEquals(0, server.terminate());
        }
    }

    private static String conf() throws IOException {
        return "retry-first = 2h\n" + StraightPathIT.CONF.replaceFirst("protocol = smtp\nport     = 0", "protocol = smtp\nport     = 0\nrelay-from = 127.0.0.1")
                + "\n[route held]\nto  = held.test\nvia = hold:for the operator\n\n[route down]\nto  = down.test\nvia = smtp:[127.0.0.1]:" + Neighbours.freePort()
                + "\n\n[protocol-smtp]\nsession-timeout = 12h\n";
    }

    private void fill(Server server) throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < SENDERS; i++) {
            threads.add(Thread.ofVirtual().start(() -> send(server)));
        }
        for (var thread : threads) {
            thread.join();
        }
    }

    private void send(Server server) {
        try (var smtp = new Smtp(server.port("mx"))) {
            smtp.patience(Duration.ofMinutes(5));
            for (int number = next.getAndIncrement(); number < MESSAGES; number = next.getAndIncrement()) {
                var where = number % 2 == 0 ? "held" : "down";
                var reply = smtp.message(where + "@example.test", "u" + number + "@" + where + ".test", "Subject: " + number + "\r\n\r\nbody\r\n");
                if (!reply.startsWith("250")) {
                    troubles.add(reply);
                    return;
                }
                acknowledged.incrementAndGet();
            }
        } catch (IOException e) {
            troubles.add(e.toString());
        }
    }

    private void listed(Server server) throws IOException, InterruptedException {
        began = System.nanoTime();
        var listed = server.command("queue", "list");
        assertEquals(0, listed.status(), listed.err());
        assertTrue(listed.out().endsWith(" in " + MESSAGES + " messages.\n"), listed.out().substring(Math.max(0, listed.out().length() - 200)));
        says(server, "listed, " + listed.out().length() + " characters");
    }

    private void servesOthers(Server server) throws IOException {
        began = System.nanoTime();
        try (var smtp = new Smtp(server.port("mx")); var pop = new Pop3(server.port("pop3"), "bob", "secret")) {
            var reply = smtp.message("carl@example.org", "bob@example.test", "Subject: still there?\r\n\r\nYes.\r\n");
            assertTrue(reply.startsWith("250"), reply);
            assertTrue(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began) < PROMPT_SECONDS);
            pop.command("QUIT");
        }
        says(server, "a letter for a mailbox here was delivered");
    }
}
