package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.it.Promises.Seen;

/**
 * The server is killed at any moment while clients send, fetch, append, flag, move and remove: what they were told is so after each kill, once.
 * {@code -Dkills=500} for a long run.
 */
final class KillIT {
    private static final int KILLS = Integer.getInteger("kills", 6);
    private static final int LONGEST_LOAD_MILLIS = 1_500;
    private static final int LONGEST_BOOT_MILLIS = 1_000;

    private static final String CONF = """
            retry-first   = 300ms
            retry-longest = 3s
            grace         = 1s
            """ + StraightPathIT.CONF.replace("enable   = ", "enable   = protocol-imap, ") + """

            [listener imap]
            address  = 127.0.0.1
            protocol = imap
            port     = 0
            tls      = none

            [store-mbox]
            lock-wait = 1s
            """;
    /** Ann, dan and ida have Maildirs, bob, cat and jon mbox files; what comes for away goes to another host, which waits. */
    private static final String USERS = """
            ann@example.test:{PLAIN}secret
            dan@example.test:{PLAIN}secret
            bob@example.test:{PLAIN}secret:store=store-mbox
            cat@example.test:{PLAIN}secret:store=store-mbox
            ida@example.test:{PLAIN}secret
            jon@example.test:{PLAIN}secret:store=store-mbox
            """;
    private static final List<String> FETCHED = List.of("ann", "bob", "cat", "dan");
    private static final List<ArrangingClient> ARRANGED = List.of(new ArrangingClient("ida", true), new ArrangingClient("jon", false));
    private static final String ELSEWHERE = "smtp:elsewhere.example";
    private static final RemovingOperator OPERATOR = new RemovingOperator("away", ELSEWHERE);
    /** The queue is emptied each time that so many kills are through, for a long run to stay as fast as it began. */
    private static final int KILLS_A_QUEUE = 20;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path home;

    private final Random random = new Random();
    private final Letters letters = new Letters();
    private final Promises promises = new Promises();
    private final List<String> troubles = Collections.synchronizedList(new ArrayList<>());

    @Test
    void whatClientsWereToldIsSoAfterEachKill() throws Exception {
        long began = System.nanoTime();
        try (var server = new Server(home)) {
            for (int kill = 1; kill <= KILLS; kill++) {
                start(server);
                check(server, "before kill " + kill);
                if (kill % KILLS_A_QUEUE == 0) {
                    OPERATOR.remove(server, promises, Integer.MAX_VALUE);
                }
                workAndKill(server);
                if (kill % 50 == 0) {
                    report(kill, began);
                }
            }
            configure(server, "2s").start();
            Soon.happens(() -> Waiting.in(server).stream().allMatch(w -> w.where().equals(List.of(ELSEWHERE))), server::log);
            check(server, "at the end");
            assertEquals(0, server.terminate());
        }
        report(KILLS, began);
    }

    private void report(int kills, long began) {
        System.out.printf("%d kills in %d s: %d letters sent, %d changes acknowledged%n", kills,
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began), letters.next() - 1, promises.answered());
    }

    /** With a budget that most deliveries need more than, they end late and meet their second attempt out of the queue. */
    private void start(Server server) throws IOException, InterruptedException {
        configure(server, random.nextBoolean() ? "2s" : random.nextInt(1, 10) + "ms");
        if (random.nextInt(10) == 0) {
            server.begin();
            Thread.sleep(random.nextInt(LONGEST_BOOT_MILLIS));
            server.kill();
        }
        server.start();
    }

    private Server configure(Server server, String inlineBudget) throws IOException {
        server.configure("inline-budget = " + inlineBudget + "\n" + CONF);
        Files.writeString(home.resolve("conf/users"), USERS);
        Files.writeString(home.resolve("conf/aliases"), "away: zoe@elsewhere.example\n");
        return server;
    }

    private void check(Server server, String when) throws IOException, InterruptedException {
        var waiting = Waiting.byPlace(Waiting.in(server)); // first: what is delivered meanwhile lies in its mailbox by then
        for (var user : FETCHED) {
            promises.check(user, FetchingClient.all(server, user), letters(waiting, "local:" + user + "@example.test"));
        }
        for (var client : ARRANGED) {
            promises.check(client.user(), client.all(server), letters(waiting, "local:" + client.user() + "@example.test"));
        }
        promises.check("away", waiting.getOrDefault(ELSEWHERE, List.of()).stream().map(n -> new Seen(n, Promises.INBOX, "")).toList(),
                new HashSet<>());
        assertEquals(List.of(), promises.broken(), when);
        assertEquals(List.of(), troubles, when);
    }

    private static Set<Integer> letters(Map<String, List<Integer>> waiting, String where) {
        return new HashSet<>(waiting.getOrDefault(where, List.of()));
    }

    private void workAndKill(Server server) throws InterruptedException {
        var killed = new AtomicBoolean();
        var threads = clients().stream().map(client -> Thread.ofPlatform().start(() -> work(client, server, killed))).toList();
        Thread.sleep(random.nextInt(LONGEST_LOAD_MILLIS));
        killed.set(true);
        server.kill();
        for (var thread : threads) {
            thread.join();
        }
    }

    private void work(Client client, Server server, AtomicBoolean killed) {
        try {
            client.work(server, promises);
        } catch (IOException | InterruptedException e) {
            if (!killed.get()) {
                troubles.add(client + ": " + e);
            }
        } catch (RuntimeException | AssertionError e) {
            troubles.add(client + ": " + e);
        }
    }

    private List<Client> clients() {
        var clients = new ArrayList<Client>(List.of(
                new SendingClient(letters, List.of(List.of("ann"), List.of("dan")), 1),
                new SendingClient(letters, List.of(List.of("ann"), List.of("bob")), 1),
                new SendingClient(letters, List.of(List.of("bob"), List.of("bob", "ann")), 3),
                new SendingClient(letters, List.of(List.of("away"), List.of("away", "dan")), 10),
                new SendingClient(letters, List.of(List.of("ida"), List.of("jon"), List.of("ida", "jon")), 5),
                new SendingClient(letters, List.of(List.of("cat"), List.of("cat", "bob")), 1),
                new LockingProgram(home.resolve("var/mail/example.test/cat/mbox"))));
        ARRANGED.forEach(client -> clients.add((server, all) -> client.work(server, all, letters)));
        FETCHED.forEach(user -> clients.add(new FetchingClient(user)));
        if (random.nextInt(3) == 0) {
            clients.add(OPERATOR);
        }
        return clients;
    }
}
