package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.it.Promises.Copy;
import org.posthouse.it.Promises.Seen;

/**
 * A disk that is full or read-only under load costs time and nothing else: clients are told to come again, nothing that was
 * acknowledged is lost or torn, and when there is space again all goes on without help.
 */
final class FullDiskIT {
    private static final String CONF = "inline-budget = 500ms\n" + StraightPathIT.CONF
            + """

            [listener submission]
            address  = 127.0.0.1
            protocol = smtp
            role     = submission
            port     = 0
            tls      = starttls

            [store-mbox]
            lock-wait = 1s
            """;
    /** Ann has a Maildir, bob an mbox; eve's password is stored in a weak way, and anew when she logs in. */
    private static final String USERS = """
            ann@example.test:{PLAIN}secret
            bob@example.test:{PLAIN}secret:store=store-mbox
            eve@example.test:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=
            """;
    private static final String ELSEWHERE = "smtp:elsewhere.example";
    private static final List<String> SENT_TO = List.of("ann", "bob", "away", "eve");
    /** What is not open all the time can become read-only. */
    private static final List<String> PARTS = List.of("var/mail", "var/queue", "conf");
    private static final int MEGABYTES = 64;
    private static final long QUIET_MILLIS = 1_500;
    private static final long TROUBLE_MILLIS = 3_000;

    @TempDir
    Path home;

    private final Letters letters = new Letters();
    private final Promises promises = new Promises();
    private final List<String> troubles = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Map<String, Integer>> answers = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile String phase = "before";

    private SmallDisk disk() throws IOException {
        var disk = SmallDisk.mounted(home, MEGABYTES);
        return disk.isPresent() ? disk.get() : abort("no disk can be mounted here: be root, or let users make name spaces");
    }

    private Server start(SmallDisk disk) throws IOException, InterruptedException {
        var server = new Server(disk.seen(), home, disk.inside()).configure(CONF);
        Files.writeString(disk.seen().resolve("conf/users"), USERS);
        Files.writeString(disk.seen().resolve("conf/aliases"), "away: zoe@elsewhere.example\n");
        return server.start(Map.of("POSTHOUSE_LOG", "file"));
    }

    @Test
    void aFullDiskRefusesForNow() throws Exception {
        try (var disk = disk(); var server = start(disk)) {
            work(server);
            Thread.sleep(QUIET_MILLIS);
            disk.fill();
            phase = "trouble";
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TROUBLE_MILLIS);
            while (System.nanoTime() < end) {
                disk.fill(); // what removals have freed
                Thread.sleep(10);
            }
            logIn(server);
            largeLetterIsRefusedForNow(server);
            phase = "mended";
            disk.free();
            goesOn(disk, server);
        }
    }

    @Test
    void aReadOnlyDiskRefusesForNow() throws Exception {
        try (var disk = disk()) {
            for (var part : PARTS) {
                disk.part(part);
            }
            try (var server = start(disk)) {
                work(server);
                Thread.sleep(QUIET_MILLIS);
                for (var part : PARTS) {
                    disk.readOnly(part);
                }
                phase = "trouble";
                Thread.sleep(TROUBLE_MILLIS);
                logIn(server);
                phase = "mended";
                for (var part : PARTS) {
                    disk.writable(part);
                }
                goesOn(disk, server);
            }
        }
    }

    private void goesOn(SmallDisk disk, Server server) throws Exception {
        Thread.sleep(QUIET_MILLIS);
        phase = "after";
        Thread.sleep(QUIET_MILLIS);
        stop();
        answersAreRight();
        assertEquals(List.of(), troubles);
        logIn(server);
        var users = Files.readAllLines(disk.seen().resolve("conf/users"));
        assertTrue(users.size() == 3 && users.getLast().startsWith("eve@example.test:{ARGON2ID}"), users.toString());
        check(server);
        everythingIsWrittenDownAgain(disk, server);
        assertEquals(0, server.terminate());
        server.start();
        check(server);
    }

    /** While there is trouble clients are told to come again; afterwards all is taken, by the same sessions. */
    private void answersAreRight() {
        for (var user : SENT_TO) {
            var meanwhile = answers.get("trouble " + user);
            assertTrue(meanwhile.keySet().stream().allMatch(a -> a.matches("250 2\\.0\\.0.*|4[25]\\d 4\\.[23]\\.\\d.*")), answers::toString);
            assertTrue(meanwhile.keySet().stream().anyMatch(a -> a.startsWith("4")), answers::toString);
            assertTrue(answers.get("after " + user).keySet().stream().allMatch(a -> a.startsWith("250 ")), answers::toString);
        }
    }

    /** A password that cannot be stored anew is right all the same. */
    private static void logIn(Server server) throws IOException {
        try (var smtp = new Smtp(server.port("submission"))) {
            smtp.startTls();
            smtp.command("AUTH PLAIN " + Base64.getEncoder().encodeToString("\0eve\0secret".getBytes(StandardCharsets.US_ASCII)), "235");
        }
    }

    private static void largeLetterIsRefusedForNow(Server server) throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            var reply = smtp.message("x@client.example", "ann@example.test", "Subject: x\r\n\r\n" + "more than fits in memory\r\n".repeat(200_000));
            assertTrue(reply.startsWith("4"), reply);
        }
    }

    private void everythingIsWrittenDownAgain(SmallDisk disk, Server server) throws Exception {
        var copy = new Copy("away", letters.next());
        promises.sent(copy);
        try (var smtp = new Smtp(server.port("mx"))) {
            send(smtp, copy);
        }
        var sender = "letter-" + copy.letter() + "@client.example";
        Soon.happens(() -> text(disk, "var/log").contains(sender) && text(disk, "var/trace").contains(sender), () -> sender + " in log and trace");
        assertFalse(text(disk, "var/log").contains(" ERROR "), () -> "an error is logged");
        assertEquals(List.of("state.mv"), names(disk.seen().resolve("var/state")));
        assertFalse(Files.exists(disk.seen().resolve("var/queue/torn")));
    }

    private static String text(SmallDisk disk, String folder) throws IOException {
        var text = new StringBuilder();
        for (var name : names(disk.seen().resolve(folder))) {
            text.append(Files.readString(disk.seen().resolve(folder).resolve(name)));
        }
        return text.toString();
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).toList();
        }
    }

    private void work(Server server) {
        for (var user : SENT_TO) {
            threads.add(Thread.ofPlatform().daemon().start(() -> send(server, user)));
        }
        for (var user : List.of("ann", "bob")) {
            threads.add(Thread.ofPlatform().daemon().start(() -> fetch(server, user)));
        }
    }

    private void send(Server server, String user) {
        while (!phase.isEmpty()) {
            try (var smtp = new Smtp(server.port("mx"))) {
                while (!phase.isEmpty()) {
                    var copy = new Copy(user, letters.next());
                    promises.sent(copy);
                    send(smtp, copy);
                    Thread.sleep(5);
                }
            } catch (IOException e) {
                troubles.add(phase + " " + user + ": " + e);
            } catch (InterruptedException _) {
                return; // over
            }
        }
    }

    private void send(Smtp smtp, Copy copy) throws IOException {
        var when = phase;
        var reply = smtp.message("letter-" + copy.letter() + "@client.example", copy.account() + "@example.test", Letters.text(copy.letter()));
        if (reply.startsWith("250")) {
            promises.kept(copy);
        }
        answers.computeIfAbsent(when + " " + copy.account(), _ -> new ConcurrentHashMap<>()).merge(reply.replaceAll("[0-9a-z]{16}.*", ""), 1, Integer::sum);
    }

    private void fetch(Server server, String user) {
        try {
            new FetchingClient(user).work(server, promises);
        } catch (IOException e) {
            troubles.add(phase + " " + user + ": " + e);
        } catch (InterruptedException _) {
            return; // over
        }
    }

    private void stop() throws InterruptedException {
        phase = "";
        Thread.sleep(300);
        for (var thread : threads) {
            thread.interrupt();
            thread.join();
        }
        threads.clear();
    }

    private void check(Server server) throws Exception {
        Soon.happens(() -> Waiting.in(server).stream().allMatch(w -> w.where().equals(List.of(ELSEWHERE))), server::log);
        for (var user : List.of("ann", "bob", "eve")) {
            promises.check(user, FetchingClient.all(server, user), new HashSet<>());
        }
        var waiting = Waiting.byPlace(Waiting.in(server)).getOrDefault(ELSEWHERE, List.of());
        promises.check("away", waiting.stream().map(n -> new Seen(n, Promises.INBOX, "")).toList(), new HashSet<>());
        assertEquals(List.of(), promises.broken());
    }
}
