package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that take their time, and clients that guess passwords, wear out the server's patience and nobody else's. */
final class PatienceIT {
    private static final long TOO_LONG_MILLIS = 8_000;
    private static final int DRIP_MILLIS = 150;
    private static final String CONF = """
            login-failures = 6
            login-lockout  = 5s
            """ + StraightPathIT.CONF.replace("tls      = none", "tls      = none\nwrite-timeout = 2s")
            .replace("protocol = smtp", "protocol = smtp\ntls-timeout = 2s") + Sections.SUBMISSION + """

            [listener mxs]
            address  = 127.0.0.1
            protocol = smtp
            port     = 0
            tls      = implicit
            tls-timeout = 2s

            [listener proxied]
            address  = 127.0.0.1
            protocol = smtp
            port     = 0
            proxy-from = 127.0.0.0/8

            [protocol-smtp]
            command-timeout = 2s
            data-timeout    = 2s
            message-timeout = 3s
            session-timeout = 5s

            [protocol-pop3]
            login-time = 3s
            """;

    private static final String IN_DATA = "EHLO c.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<ann@example.test>\r\nDATA\r\n";

    @TempDir
    static Path home;

    private static Server server;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        server = new Server(home).configure(CONF).start();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        server.close();
    }

    /** What a slow client does; what it was told last, and an exception when it was let go on. */
    private interface Slow {
        String until() throws IOException, InterruptedException;
    }

    @Test
    void slowClientsAreSentAwayWhileOthersAreServed() throws Exception {
        var clients = new LinkedHashMap<String, Slow>();
        clients.put("421 silence", () -> silent("mx", ""));
        clients.put("421 silence within a command", () -> silent("mx", "EHLO cli"));
        clients.put("421 an octet of a command now and then", () -> dripping("mx", "", "NOOP "));
        clients.put("421 silence within a message", () -> silent("mx", IN_DATA + "Subject: never\r\n"));
        clients.put("421 an octet of a message now and then", () -> dripping("mx", IN_DATA, "x"));
        clients.put("421 a line of a message now and then", () -> dripping("mx", IN_DATA, "x\r\n"));
        clients.put("421 silence within a chunk", () -> silent("mx", IN_DATA.replace("DATA", "BDAT 9") + "x"));
        clients.put("421 silence between two chunks", () -> silent("mx", IN_DATA.replace("DATA", "BDAT 1") + "x"));
        clients.put("421 nothing that brings mail on", () -> dripping("mx", "", "NOOP\r\n"));
        clients.put("421 silence at a challenge", PatienceIT::challenged);
        clients.put("no TLS handshake after the go-ahead", () -> silent("mx", "STARTTLS\r\n"));
        clients.put("a TLS handshake after the go-ahead an octet at a time",
                () -> dripping("mx", "STARTTLS\r\n\u0016\u0003\u0001\u0001\u0000", "\u0001"));
        clients.put("+ no answer to a challenge", () -> silent("pop3", "AUTH PLAIN\r\n"));
        clients.put("no TLS handshake", () -> silent("mxs", ""));
        clients.put("a TLS handshake an octet at a time", () -> dripping("mxs", "\u0016\u0003\u0001\u0001\u0000", "\u0001"));
        clients.put("no PROXY header", () -> silent("proxied", ""));
        clients.put("a PROXY header an octet at a time", () -> dripping("proxied", "PROXY TCP4 192.0.2.1 ", "1"));
        clients.put("+OK no log-in", () -> silent("pop3", ""));
        clients.put("+OK commands instead of a log-in", () -> dripping("pop3", "", "USER ann\r\n"));
        clients.put("an octet of a log-in now and then", () -> dripping("pop3", "", "U"));
        clients.put("mail that is not read", PatienceIT::reluctant);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var ends = new LinkedHashMap<String, Future<String>>();
            clients.forEach((name, client) -> ends.put(name, threads.submit(client::until)));
            for (int i = 0; i < 20; i++) {
                assertEquals("250", code("bob"));
                Thread.sleep(100);
            }
            for (var end : ends.entrySet()) {
                var last = end.getValue().get();
                var code = end.getKey().split(" ")[0];
                assertTrue(!code.matches("421|\\+|\\+OK") || last.startsWith(code), end.getKey() + ": " + last);
            }
        }
        assertEquals("250", code("bob"));
        try (var pop = new Pop3(server.port("pop3"), "bob", "secret")) {
            assertEquals(21, pop.count());
        }
        assertEquals(List.of(), server.log().lines().filter(l -> l.contains(" ERROR ") || l.contains("Exception")).toList());
    }

    private static String code(String user) throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            return smtp.message("carl@example.org", user + "@example.test", "\r\nbody\r\n").substring(0, 3);
        }
    }

    private static String silent(String listener, String said) throws IOException, InterruptedException {
        return dripping(listener, said, "");
    }

    /** Says something after the greeting, if one comes, and then drips; the last line before the server hung up. */
    private static String dripping(String listener, String said, String drops) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TOO_LONG_MILLIS * 1_000_000;
        try (var line = new Line(server.port(listener))) {
            var heard = new StringBuilder(line.within(1_000));
            try {
                for (var command : said.split("(?<=\n)")) {
                    line.send(command);
                    if (command.endsWith("\n")) {
                        heard.append(line.within(500));
                    }
                }
                for (int i = 0; System.nanoTime() < deadline; i++) {
                    line.send(drops.isEmpty() ? "" : String.valueOf(drops.charAt(i % drops.length())));
                    var more = line.next(DRIP_MILLIS);
                    if (more.isEmpty()) {
                        return lastLine(heard);
                    }
                    heard.append(more.get());
                }
            } catch (SocketException _) {
                return lastLine(heard);
            }
            throw new SocketTimeoutException("it is still there after " + TOO_LONG_MILLIS + " ms, having heard " + heard);
        }
    }

    private static String challenged() throws IOException {
        try (var smtp = Smtp.overTls(server.port("submissions"))) {
            smtp.command("AUTH LOGIN", "334");
            return smtp.line();
        }
    }

    private static String lastLine(CharSequence heard) {
        return heard.toString().lines().reduce("", (_, last) -> last);
    }

    /** Asks for much more than sockets hold and reads none of it, until the server has given up. */
    private static String reluctant() throws IOException, InterruptedException {
        try (var smtp = new Smtp(server.port("mx"))) {
            var large = "\r\n" + "a line of text\r\n".repeat(60_000);
            assertTrue(smtp.message("carl@example.org", "ann@example.test", large).startsWith("250"));
        }
        int asked = 60;
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            pop.send("RETR 1\r\n".repeat(asked));
            Thread.sleep(4_000);
            long octets = 0;
            try {
                var some = new byte[65_536];
                for (int length = pop.read(some); length >= 0; length = pop.read(some)) {
                    octets += length;
                }
            } catch (SocketException _) {
                // reset
            }
            assertTrue(octets < asked * 900_000L, "all of it was sent");
            return "";
        }
    }

    @Test
    void guessingPasswordsLocksOutTheGuesserOnly() throws Exception {
        assertEquals("+OK", logIn("127.0.0.1", "ann", "secret"));
        for (int i = 0; i < 6; i++) {
            assertEquals("-ERR [AUTH]", logIn("127.0.0.2", "ann", "guess" + i));
        }
        assertEquals("-ERR [SYS/TEMP]", logIn("127.0.0.2", "ann", "secret"), "the guesser may guess on");
        assertEquals("-ERR [SYS/TEMP]", logIn("127.0.0.2", "bob", "secret"), "the guesser's address");
        assertEquals("-ERR [SYS/TEMP]", logIn("127.0.0.3", "ann", "secret"), "a stranger to the account under attack");
        assertEquals("+OK", logIn("127.0.0.1", "ann", "secret"), "where the account's owner was known");
        assertEquals("+OK", logIn("127.0.0.3", "bob", "secret"), "another account");
        Soon.happens(() -> logIn("127.0.0.2", "bob", "secret").equals("+OK"), server::log);
        assertEquals("+OK", logIn("127.0.0.3", "ann", "secret"));
    }

    /** What was said to it: {@code +OK}, or {@code -ERR} and the code of RFC 3206. */
    private static String logIn(String from, String user, String password) throws IOException {
        try (var line = new Line(server.port("pop3"), from)) {
            line.line();
            line.send("USER " + user + "\r\nPASS " + password + "\r\n");
            line.line();
            return line.line().replaceFirst("^(\\+OK|-ERR \\[\\S+]).*", "$1");
        }
    }
}
