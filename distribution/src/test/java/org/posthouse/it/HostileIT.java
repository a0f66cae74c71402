package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that send too much, too deep or nonsense, against a server with a small heap. After each it serves as before; in the
 * end it has stayed small, and has nothing to report as a bug of its own.
 */
final class HostileIT {
    private static final int MEGABYTE = 1 << 20;
    private static final int CROWD = 2_000;
    private static final long MOST_RESIDENT_KB = 250_000;
    private static final String CONF = "spool-disk = 32M\n" + StraightPathIT.CONF + """

            [listener crowd]
            address  = 127.0.0.1
            protocol = smtp
            port     = 0
            max-connections = %d

            [listener lmtp]
            address  = 127.0.0.1
            protocol = lmtp
            port     = 0
            tls      = none

            [protocol-smtp]
            max-size = 8M
            xclient-from = 127.0.0.0/8
            tarpit   = 1ms

            [protocol-pop3]
            tarpit   = 1ms

            [filter-sample]
            budget = 30s
            """.formatted(CROWD);

    @TempDir
    static Path home;

    @TempDir
    static Path work;

    private static Server server;
    private static int served;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        server = new Server(home).configure(CONF);
        Files.createDirectories(home.resolve("var"));
        var looksIntoEveryMessage = new SampleFilter(work).jar("1.0.0", SampleFilter.Flaw.NONE);
        SampleFilter.drop(home, "filter-sample.jar", looksIntoEveryMessage);
        server.start(Map.of("POSTHOUSE_JAVA_OPTS", "-Xmx64m"));
    }

    @AfterEach
    void stillServes() throws IOException {
        served++;
        try (var smtp = new Smtp(server.port("mx")); var pop = new Pop3(server.port("pop3"), "bob", "secret")) {
            var reply = smtp.message("carl@example.org", "bob@example.test", "Subject: still there?\r\n\r\nYes.\r\n");
            assertTrue(reply.startsWith("250"), reply);
            assertEquals(served - 1, pop.count());
            try (var later = new Pop3(server.port("pop3"), "bob", "secret")) {
                assertTrue(later.retrieve(served).contains("X-Sample: 1.0.0"));
            }
        }
    }

    @AfterAll
    static void staysSmallAndQuiet() throws IOException, InterruptedException {
        try (var ending = server) {
            var status = Files.readAllLines(Path.of("/proc/" + ending.pid() + "/status"));
            var peak = status.stream().filter(l -> l.startsWith("VmHWM:")).findFirst().orElseThrow().replaceAll("\\D", "");
            System.out.println("peak resident " + peak + " kB");
            assertTrue(Long.parseLong(peak) < MOST_RESIDENT_KB, peak + " kB resident");
            assertEquals(List.of(), server.log().lines().filter(l -> l.contains(" ERROR ") || l.contains("Exception")).toList());
        }
    }

    @Test
    void commandLinesTooLongAndWithoutEnd() throws IOException {
        for (var begin : List.of("", "EHLO ", "MAIL FROM:<", "NOOP ")) {
            try (var smtp = new Smtp(server.port("mx"))) {
                smtp.send(begin + "a".repeat(MEGABYTE / 2) + "\r\n");
                assertTrue(smtp.reply().startsWith("500"), begin);
                smtp.command("NOOP", "250");
                smtp.send(begin);
                assertHangsUp(smtp, "a", 1);
            }
        }
        try (var pop = new Line(server.port("pop3"))) {
            assertTrue(pop.line().startsWith("+OK"));
            pop.send("USER " + "a".repeat(MEGABYTE / 2) + "\r\nCAPA\r\n");
            assertTrue(pop.line().startsWith("-ERR"));
            assertTrue(new String(pop.until("\r\n.\r\n"), StandardCharsets.US_ASCII).startsWith("+OK"));
            assertHangsUp(pop, "a", 1);
        }
    }

    /** It takes a little more, and no answer is owed. */
    private static void assertHangsUp(Line line, String piece, int megabytes) throws IOException {
        int sent = 0;
        try {
            for (; sent < 100 * MEGABYTE; sent += MEGABYTE) {
                repeat(line, piece, MEGABYTE);
            }
        } catch (SocketException _) {
            // it hung up
        }
        int most = (megabytes + 16) * MEGABYTE; // what lies in the sockets' buffers
        assertTrue(sent < most, sent + " octets were taken");
    }

    @Test
    void textLinesWithoutEnd() throws IOException {
        try (var smtp = inData()) {
            repeat(smtp, "a", 4 * MEGABYTE);
            smtp.send("\r\n.\r\n");
            var reply = smtp.reply();
            assertTrue(reply.startsWith("554 5.6.0"), reply);
            smtp.command("NOOP", "250");
        }
    }

    @Test
    void aMillionHeaderFieldsInFourMessagesAtOnce() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var replies = List.of("X:\r\n", "a:b\r\n", "Received: x\r\n", "To: <>\r\n").stream()
                    .map(field -> threads.submit(() -> content(field, 5 * MEGABYTE / field.length(), "\r\nbody\r\n"))).toList();
            for (var reply : replies) {
                assertTrue(reply.get().matches("(250|55[024] 5\\.).*"), reply.get());
            }
            assertTrue(replies.getFirst().get().startsWith("250"), replies.getFirst().get());
        }
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            assertTrue(pop.retrieve(pop.count()).size() > 600_000);
        }
    }

    private static String content(String piece, int times, String end) throws IOException {
        try (var smtp = inData()) {
            repeat(smtp, piece, piece.length() * times);
            smtp.send(end + ".\r\n");
            return smtp.reply();
        }
    }

    @Test
    void oneHeaderFieldOfMegabytes() throws IOException {
        var reply = content("\tfolded and folded\r\n".repeat(100), 2_000, "\r\n");
        assertTrue(reply.startsWith("250"), reply);
        reply = content("Content-Type: multipart/mixed; boundary=" + "x".repeat(50_000) + "\r\n", 1, "\r\n");
        assertTrue(reply.startsWith("250"), reply);
        reply = content("Content-Type: text/plain" + "; a*0*=x".repeat(5_000) + "\r\n", 1, "\r\n");
        assertTrue(reply.startsWith("250"), reply);
    }

    @Test
    void mimeTenThousandLevelsDeep() throws IOException {
        var message = new StringBuilder("MIME-Version: 1.0\r\n");
        for (int level = 0; level < 10_000; level++) {
            message.append("Content-Type: multipart/mixed; boundary=b").append(level).append("\r\n\r\n--b").append(level).append("\r\n");
        }
        assertTrue(content(message.toString(), 1, "\r\nat the bottom\r\n").startsWith("250"));
        assertTrue(content("Content-Type: message/rfc822\r\n\r\n", 10_000, "\r\n").startsWith("250"));
        assertTrue(content("Content-Type: multipart/mixed; boundary=b\r\n\r\n", 1, "--b\r\n\r\n".repeat(300_000)).startsWith("250"));
    }

    @Test
    void octetsWhereTheyDoNotBelong() throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            for (var command : List.of("\0\0\0", "EHLO a\u0001b", "MAIL FROM:<a\0b@example.org>", "MAIL FROM:<\u00e9@example.org>",
                    "MAIL FROM:<\u00c3@example.org> SMTPUTF8", "MAIL FROM:<\u00c0\u00af@example.org> SMTPUTF8",
                    "MAIL FROM:<\u00ed\u00a0\u0080@example.org> SMTPUTF8",
                    "MAIL FROM:<a@example.org>\rRCPT TO:<ann@example.test>", "MAIL FROM:<a@example.org>\nRCPT TO:<ann@example.test>")) {
                smtp.command(command, "5");
            }
        }
        try (var smtp = inData()) {
            smtp.send("Subject: \0\r\n\r\n\r\n.\r\n");
            assertTrue(smtp.reply().startsWith("554 5.6.0"));
            var eightBit = "Subject: \u00ff\u00fe\u0080\u00c3(\r\n\r\n\u00ff\u0001\u007f\r\n";
            assertTrue(smtp.message("", "ann@example.test", eightBit).startsWith("250"));
        }
        try (var pop = new Pop3(server.port("pop3"), "ann", "secret")) {
            assertTrue(pop.retrieve(pop.count()).contains("\u00ff\u0001\u007f"));
        }
        for (var user : List.of("ann\0", "\u00ff\u00fe", "../ann", "ann@example.test\u00c0\u00ae", "@", "a".repeat(240))) {
            assertThrows(IOException.class, () -> new Pop3(server.port("pop3"), user, "secret").close());
        }
    }

    @Test
    void nothingButBadCommands() throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            smtp.send("WHAT\r\n".repeat(200));
            var replies = restOf(smtp).lines().toList();
            assertTrue(replies.getLast().startsWith("421"), replies.toString());
            assertTrue(replies.size() <= 20, replies.toString());
        }
        try (var pop = new Line(server.port("pop3"))) {
            pop.send("WHAT\r\n".repeat(200));
            assertTrue(restOf(pop).lines().count() <= 21);
        }
        try (var smtp = new Smtp(server.port("mx"))) {
            smtp.command("MAIL FROM:<a@example.org>", "250");
            smtp.send("RCPT TO:<nobody@example.test>\r\n".repeat(200));
            assertTrue(restOf(smtp).lines().toList().getLast().startsWith("421"));
        }
    }

    @Test
    void recipientsWithoutEnd() throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            smtp.command("MAIL FROM:<a@example.org>", "250");
            smtp.send("RCPT TO:<ann@example.test>\r\n".repeat(1_001));
            for (int i = 0; i < 1_000; i++) {
                assertTrue(smtp.reply().startsWith("250"));
            }
            assertTrue(smtp.reply().startsWith("452"));
            smtp.command("RSET", "250");
        }
    }

    /** As many replies as recipients, also to who is too much; and no more than are owed. */
    @Test
    void everyRecipientOfLmtpIsAnsweredAndNoMore() throws IOException {
        try (var lmtp = new Line(server.port("lmtp"))) {
            assertTrue(lmtp.line().startsWith("220"));
            lmtp.send("LHLO x\r\nMAIL FROM:<a@example.org>\r\n" + "RCPT TO:<ann@example.test>\r\n".repeat(1_001) + "DATA\r\n");
            assertTrue(new String(lmtp.until("\r\n354 "), StandardCharsets.US_ASCII).contains("\r\n452 "));
            lmtp.line();
            repeat(lmtp, "x".repeat(70) + "\r\n", 9 * MEGABYTE);
            lmtp.send(".\r\nQUIT\r\n");
            for (int i = 0; i < 1_000; i++) {
                assertTrue(lmtp.line().startsWith("552 5.3.4"));
            }
            assertTrue(lmtp.line().startsWith("221"));
        }
    }

    @Test
    void parametersAndIntroductionsWithoutEnd() throws IOException {
        try (var smtp = new Smtp(server.port("mx"))) {
            for (var command : List.of("MAIL FROM:<> ENVID=" + "x".repeat(1_900), "MAIL FROM:<> " + "A=1 ".repeat(400), "XCLIENT NAME=" + "+41".repeat(600),
                    "XCLIENT " + "ADDR=127.0.0.9 ".repeat(100), "XFORWARD HELO=" + "x".repeat(3_000))) {
                smtp.command(command, "5");
            }
        }
        try (var smtp = new Smtp(server.port("mx"))) {
            smtp.send("XCLIENT ADDR=127.0.0.9\r\n".repeat(200));
            assertTrue(restOf(smtp).lines().toList().getLast().startsWith("421"));
        }
    }

    @Test
    void dataWithoutEnd() throws Exception {
        try (var smtp = inData()) {
            assertHangsUp(smtp, "x".repeat(70) + "\r\n", 16);
        }
        var tooBig = content(("x".repeat(70) + "\r\n").repeat(1_000), 120, "");
        assertTrue(tooBig.startsWith("552 5.3.4"), tooBig);
        Soon.happens(() -> spooled() == 0, server::log);
        try (var smtp = new Smtp(server.port("mx"))) {
            smtp.command("MAIL FROM:<a@example.org> SIZE=8388609", "552");
            smtp.command("MAIL FROM:<a@example.org> SIZE=99999999999999999999", "5");
        }
    }

    private static long spooled() throws IOException {
        try (var files = Files.list(home.resolve("var/spool"))) {
            return files.count();
        }
    }

    /** RFC 5321 §4.2.3: 452 is for a lack of room that may pass. */
    @Test
    void halfMessagesTakeSoMuchDiskTogether() throws Exception {
        var halves = new ArrayList<Line>();
        try {
            for (int i = 0; i < 5; i++) {
                var half = inData();
                halves.add(half);
                repeat(half, "x".repeat(70) + "\r\n", 6 * MEGABYTE);
            }
            Soon.happens(() -> spooled() == 5, server::log);
            var oneMore = content("x".repeat(70) + "\r\n", 6 * MEGABYTE / 72, "");
            assertTrue(oneMore.startsWith("452 4.3.1"), oneMore);
            assertTrue(content("x".repeat(70) + "\r\n", 10, "").startsWith("250"));
        } finally {
            for (var each : halves) {
                each.close();
            }
        }
        Soon.happens(() -> spooled() == 0, server::log);
    }

    @Test
    void twoThousandThatSayNothing() throws Exception {
        var crowd = new ArrayList<Line>();
        try {
            for (int i = 0; i < CROWD; i++) {
                crowd.add(new Line(server.port("crowd")));
            }
            for (var each : crowd) {
                assertTrue(each.line().startsWith("220"));
            }
            try (var oneMore = new Line(server.port("crowd"))) {
                assertTrue(restOf(oneMore).startsWith("421"), "one more than max-connections was served");
            }
            stillServes();
        } finally {
            for (var each : crowd) {
                each.close();
            }
        }
        Soon.happens(() -> {
            try (var anew = new Line(server.port("crowd"))) {
                return restOrLine(anew).startsWith("220");
            }
        }, server::log);
    }

    private static String restOrLine(Line line) throws IOException {
        try {
            return line.line();
        } catch (EOFException | SocketException _) {
            return "";
        }
    }

    /** What came, also when the other side did not wait for all of ours. */
    private static String restOf(Line line) throws IOException {
        var all = new StringBuilder();
        try {
            var some = new byte[4_096];
            for (int length = line.read(some); length >= 0; length = line.read(some)) {
                all.append(new String(some, 0, length, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketException _) {
            // reset after the last words
        }
        return all.toString();
    }

    private static Smtp inData() throws IOException {
        var smtp = new Smtp(server.port("mx"));
        smtp.command("MAIL FROM:<hostile@example.org>", "250");
        smtp.command("RCPT TO:<ann@example.test>", "250");
        smtp.command("DATA", "354");
        return smtp;
    }

    /** So many octets of it, in large pieces. */
    private static void repeat(Line line, String piece, int octets) throws IOException {
        var many = piece.repeat(Math.max(1, 65_536 / piece.length())).getBytes(StandardCharsets.ISO_8859_1);
        int whole = octets / many.length;
        for (int i = 0; i < whole; i++) {
            line.send(many);
        }
        line.send(piece.repeat((octets - whole * many.length) / piece.length()));
    }
}
