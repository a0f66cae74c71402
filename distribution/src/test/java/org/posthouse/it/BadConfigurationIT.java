package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of mistake in the configuration is named with file, line and mend, and nothing changes or starts because of it. */
final class BadConfigurationIT {
    /** @param added to a right configuration; the mistake is in its last line, or as many lines before as {@code before} */
    private record Mistake(String added, int before, String what, String mend) {
        Mistake(String added, String what, String mend) {
            this(added, 0, what, mend);
        }

        /** Where the message must point. */
        String place() {
            return "posthouse.conf:" + (RIGHT.lines().count() + added.lines().count() - before) + ": ";
        }
    }

    private static final String RIGHT = StraightPathIT.CONF + """

            [protocol-smtp]
            banner = right
            """;

    private static final List<Mistake> MISTAKES = List.of(
            // how it is written
            new Mistake("What is this?", "has no =", "write key = value"),
            new Mistake("max-size: 10M", "has no =", "write max-size = ..."),
            new Mistake("Max_Size = 10M", "'Max_Size'", "write max-size"),
            new Mistake("[pipeline", "does not end with ]", "write '[pipeline]'"),
            new Mistake("[pipeline] # comment", "does not end with ]", "write '[pipeline]'"),
            new Mistake("[Pipe Line X]", "is not a word and a name", "write it like [pipeline]"),
            new Mistake("[protocol-smtp]", "stands already at", "write its lines there"),
            new Mistake("max-size = 1M\nmax-size = 2M", "stands already at", "keep one of them"),
            new Mistake("banner\u0007 = x", "control character 07", "remove it"),
            new Mistake("x".repeat(9_000), "the line has 9000 octets", "a line may have 8192"),
            // what is named
            new Mistake("[protocol-smpt]", "is the section of no bundle", "write [protocol-smtp]"),
            new Mistake("[listener]", "needs a name", "write [listener NAME]"),
            new Mistake("[pipeline one]", "takes no name", "write [pipeline]"),
            new Mistake("max-sise = 10M", "there is no key max-sise in [protocol-smtp]", "write max-size"),
            new Mistake("domains = example.test", "there is no key domains in [protocol-smtp]", "it belongs before the first section"),
            new Mistake("[listener two]\nport = 0", 1, "protocol is missing", "write protocol = ..."),
            // what it may be
            new Mistake("max-size = 10Q", "'10Q' is not a size", "like 50M"),
            new Mistake("max-recipients = many", "'many' is not a whole number", "write it like 1000"),
            new Mistake("max-recipients = 5", "max-recipients", "the lowest is 100"),
            new Mistake("command-timeout = soon", "'soon' is not a duration", "5m"),
            new Mistake("command-timeout = 0s", "command-timeout", "the lowest is"),
            new Mistake("[listener two]\nprotocol = smtp\nport = 70000", "70000 is too high", "65535"),
            new Mistake("[listener two]\nprotocol = smtp\nport = 0\ntls = startls", "'startls' is not one of", "write starttls"),
            new Mistake("[listener two]\nprotocol = smtp\nport = 0\nrelay-from = 10.0.0.0/99", "relay-from", "between 0 and 32"),
            new Mistake("[listener two]\nprotocol = smtp\nport = 0\naddress = localhost", "'localhost' is not an IP address",
                    "write it like"),
            new Mistake("[filter-greylist]\nmode = shadows", "'shadows' is not one of", "write shadow"),
            new Mistake("[filter-greylist]\nbudget = 0s", "budget", "1ms"),
            new Mistake("[filter-greylist]\nipv4-prefix = 33", "ipv4-prefix", "32"),
            new Mistake("[directory-file]\nrehash = maybe", "'maybe' is neither yes nor no", "write yes or no"),
            new Mistake("[protocol-pop3]\nautologout = 1m", "autologout: 1m is too low", "the lowest is 10m"),
            new Mistake("[state-h2]\nmax-entries = 0", "max-entries", "the lowest is 1"),
            new Mistake("[store-maildir]\nline-ends = clrf", "'clrf' is not one of lf, crlf", "write crlf"),
            new Mistake("[pipeline]\nrefuse-score = lots", "'lots' is not a number", "write it like"),
            // what it refers to, and what does not go together
            new Mistake("max-size = ${nowhere}", "${nowhere} is no key", "write"),
            new Mistake("max-size = ${hostname", "${ without }", "write ${key}"),
            new Mistake("max-size = ${protocol-smtp.max-size}", "leads back to itself", "write out one of the values"),
            new Mistake("[listener two]\nprotocol = smtp\nport = 0\nrole = submission\ntls = none", "needs TLS",
                    "write implicit or starttls"),
            new Mistake("[listener two]\nprotocol = smtp\nport = 2599\n[listener three]\nprotocol = smtp\nport = 2599",
                    "2599 is taken by [listener two]", "choose another port"));

    @TempDir
    Path home;

    @Test
    void eachIsNamedByCheckAndByReloadAndChangesNothing() throws Exception {
        try (var server = new Server(home).configure(RIGHT).start()) {
            for (var mistake : MISTAKES) {
                write(RIGHT + mistake.added + "\n");
                assertNamed(mistake, server.command("check"));
                assertNamed(mistake, server.command("reload"));
            }
            try (var line = new Line(server.port("mx"))) {
                assertTrue(line.line().endsWith(" right"));
            }
            assertTrue(!server.command("status").out().contains("two"));
            write(RIGHT.replace("right", "better"));
            assertEquals(0, server.command("check").status());
            assertEquals(0, server.command("reload").status());
            try (var line = new Line(server.port("mx"))) {
                assertTrue(line.line().endsWith(" better"));
            }
            assertEquals(List.of(), server.log().lines().filter(l -> l.contains(" ERROR ")).toList());
        }
    }

    @Test
    void allMistakesOfAllFilesAreNamedAtOnceWithoutAServer() throws Exception {
        var server = new Server(home).configure(RIGHT + "max-sise = 1M\nmax-errors = few\n");
        Files.createDirectories(home.resolve("conf/conf.d"));
        Files.writeString(home.resolve("conf/conf.d/10-more.conf"), "grace = long\n\n[pipeline]\nmax-message\n");
        Files.writeString(home.resolve("conf/conf.d/20-odd.conf"), "[protocol-pop3]\nautologout = \u00e9\n", StandardCharsets.ISO_8859_1);
        var said = server.command("check");
        assertEquals(1, said.status());
        int right = (int) RIGHT.lines().count();
        var places = said.err().lines().map(l -> l.replaceFirst(".*/conf/", "").replaceFirst("(:\\d+): .*", "$1")).toList();
        assertEquals(List.of("conf.d/10-more.conf:1", "conf.d/10-more.conf:4", "conf.d/20-odd.conf:2", "posthouse.conf:" + (right + 1),
                "posthouse.conf:" + (right + 2)), places, said.err());
    }

    /** One of each sort: a line, a key, a value that a bundle refuses, and what only the start can find. */
    @Test
    void withAMistakeItDoesNotStartAndNothingListens() throws Exception {
        int port = freePort();
        var listening = RIGHT.replaceFirst("port     = 0", "port     = " + port);
        for (var mistake : List.of(new Mistake("What is this?", "has no =", "write key = value"),
                new Mistake("max-sise = 10M", "there is no key max-sise", "write max-size"),
                new Mistake("max-recipients = 5", "max-recipients", "the lowest is 100"))) {
            new Server(home).configure(listening + mistake.added + "\n");
            assertDoesNotStart(mistake.place(), mistake.mend, port);
        }
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var second = "[listener two]\naddress = 127.0.0.1\nprotocol = smtp\nport = " + taken.getLocalPort() + "\n";
            new Server(home).configure(listening + second);
            assertDoesNotStart("posthouse.conf:" + (listening.lines().count() + 4) + ": ", "write a free port", port);
        }
        Files.delete(home.resolve("conf/posthouse.conf"));
        assertDoesNotStart("posthouse.conf: is missing", "write it, with at least hostname", port);
        new Server(home).configure(listening);
        Files.writeString(home.resolve("conf/tls/mail.example.test.pem"), "no certificate");
        assertDoesNotStart("conf/tls/mail.example.test.pem", "", port);
    }

    /** Exit status 1, a line that names the place and the mend, and at no time a greeting. */
    private void assertDoesNotStart(String place, String mend, int port) throws Exception {
        var over = new AtomicBoolean();
        var greeted = new AtomicBoolean();
        var knocking = Thread.ofVirtual().start(() -> {
            while (!over.get() && !greeted.get()) {
                greeted.set(answers(port));
                LockSupport.parkNanos(20_000_000);
            }
        });
        var ran = Tool.run(Server.PROGRAM.resolve("bin/posthouse").toString(), "--home", home.toString(), "run");
        over.set(true);
        knocking.join();
        assertEquals(1, ran.status(), ran.output());
        assertTrue(ran.output().lines().anyMatch(l -> l.contains(place) && l.contains(mend)), place + " " + mend + " in\n" + ran.output());
        assertTrue(!ran.output().contains("posthouse: ready") && !greeted.get(), ran.output());
    }

    private static boolean answers(int port) {
        try (var line = new Line(port)) {
            return !line.line().isEmpty();
        } catch (IOException _) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        for (int port = 21_500; port < 32_000; port++) {
            try (var free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException _) {
                // taken; the next
            }
        }
        throw new IOException("no port is free");
    }

    private void write(String conf) throws IOException {
        Files.writeString(home.resolve("conf/posthouse.conf"), conf);
    }

    private static void assertNamed(Mistake mistake, Server.Said said) {
        assertEquals(1, said.status(), mistake + "\n" + said);
        var line = said.err().lines().filter(l -> l.contains(mistake.place())).findFirst();
        assertTrue(line.isPresent(), mistake.place() + mistake + "\n" + said);
        assertTrue(line.get().contains(mistake.what) && line.get().contains(mistake.mend), mistake + "\n" + said);
        assertEquals(1, said.err().lines().count(), "only the mistake is named: " + said);
    }
}
