package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * IMAP clients that ask for too much, send too much or do not listen, against a server with a small heap. Meanwhile it serves
 * another client; in the end it has nothing to report as a bug of its own. {@code -Dhostile.long=true}: the large numbers.
 */
final class ImapHostileIT {
    private static final boolean LONG = Boolean.getBoolean("hostile.long");
    private static final int MEGABYTE = 1 << 20;
    private static final int LARGE = (LONG ? 50 : 20) * MEGABYTE;
    private static final int LARGE_ONES = LONG ? 200 : 15;
    private static final int APPENDING = LONG ? 200 : 10;
    private static final int SILENT = LONG ? 10 : 3;
    private static final int FOLDERS = LONG ? 10_000 : 1_000;
    private static final int MESSAGES = LONG ? 100_000 : 5_000;
    private static final int IDLING = LONG ? 10_000 : 300;
    private static final long MOST_PER_MESSAGE = 400; // 40 MB for 100,000
    private static final Duration SOON = Duration.ofSeconds(10); // a build's machine is busy
    private static final Duration PATIENCE = LONG ? Duration.ofMinutes(5) : Duration.ofSeconds(20); // of who asks for much
    private static final String SEARCHED = "\\* SEARCH.*|a1 NO \\[LIMIT].*";
    private static final Pattern HEAP = Pattern.compile("total \\d+K, used (\\d+)K");
    private static final String CONF = "spool-disk = " + (LONG ? "2G" : "128M") + "\n"
            + StraightPathIT.CONF.replace("enable   = ", "enable   = protocol-imap, ") + """

            [listener imap]
            address  = 127.0.0.1
            port     = 0
            protocol = imap
            tls      = none
            max-connections = 11000
            write-timeout = 5s

            [protocol-imap]
            max-sessions = 11000
            tarpit = 0s
            """;

    /** What a hostile client does. */
    private interface Attack {
        void run() throws Exception;
    }

    @TempDir
    static Path home;

    private static Server server;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        server = new Server(home).configure(CONF);
        fill("Large", letter(LARGE), LARGE_ONES);
        fill("Many", letter(2_000), MESSAGES);
        fill("Unopened", letter(2_000), MESSAGES);
        for (int i = 0; i < FOLDERS; i++) {
            folder("a".repeat(20) + i);
        }
        server.start(Map.of("POSTHOUSE_JAVA_OPTS", "-Xmx256m"));
    }

    private static String letter(int octets) {
        var line = "x".repeat(70) + "\r\n";
        return "Subject: hostile\r\n\r\n" + line.repeat(octets / line.length());
    }

    /** So many messages that are few files: a file may have 65,000 links. */
    private static void fill(String folder, String text, int messages) throws IOException {
        var cur = folder(folder).resolve("cur");
        var file = home.resolve("letter-" + folder);
        for (int i = 0; i < messages; i++) {
            if (i % 50_000 == 0) {
                file = Files.writeString(home.resolve("letter-" + folder + i), text, StandardCharsets.US_ASCII);
            }
            Files.createLink(cur.resolve("1700000000.M%06d.host,S=%d,W=%d:2,".formatted(i, text.length(), text.length())), file);
        }
    }

    private static Path folder(String name) throws IOException {
        var folder = home.resolve("var/mail/example.test/ann/Maildir/." + name);
        for (var part : List.of("cur", "new", "tmp")) {
            Files.createDirectories(folder.resolve(part));
        }
        return folder;
    }

    @AfterAll
    static void isQuiet() throws IOException, InterruptedException {
        try (var ending = server) {
            var status = Files.readAllLines(Path.of("/proc/" + ending.pid() + "/status"));
            System.out.println("peak resident " + status.stream().filter(l -> l.startsWith("VmHWM:")).findFirst().orElseThrow());
            assertTrue(ending.alive());
            assertEquals(List.of(), server.log().lines().filter(l -> l.contains(" ERROR ") || l.contains("Exception")).toList());
        }
    }

    private static Imap ann() throws IOException {
        var ann = new Imap(server.port("imap"), "ann", "secret");
        ann.patience(PATIENCE);
        return ann;
    }

    /** Another client never waits long while this happens. */
    private static void othersAreServed(String during, Attack attack) throws Exception {
        try (var thread = Executors.newSingleThreadExecutor(); var bob = new Imap(server.port("imap"), "bob", "secret")) {
            var attacking = thread.submit(() -> {
                attack.run();
                return true;
            });
            long longest = 0;
            do {
                long before = System.nanoTime();
                bob.append("INBOX", "\\Seen", "Subject: mine\r\n\r\nbody\r\n");
                bob.command("SELECT INBOX");
                bob.command("UID FETCH * (FLAGS BODY[])");
                longest = Math.max(longest, System.nanoTime() - before);
                Thread.sleep(50);
            } while (!attacking.isDone());
            attacking.get();
            System.out.println(during + ": others waited at most " + longest / 1_000_000 + " ms");
            assertTrue(longest < SOON.toNanos(), during + ": others waited " + longest / 1_000_000 + " ms");
        }
    }

    @Test
    void allOfALargeFolderIsReadSlowlyOrNotAtAll() throws Exception {
        othersAreServed("FETCH of " + ((long) LARGE_ONES * LARGE >> 20) + " MB", () -> {
            try (var deaf = ann(); var slow = ann()) {
                deaf.command("EXAMINE Large");
                slow.command("EXAMINE Large");
                deaf.send("f FETCH 1:* BODY[]\r\n");
                slow.send("f FETCH 1:* BODY[]\r\n");
                assertEquals((long) LARGE_ONES * letter(LARGE).length(), literals(slow, LARGE_ONES));
            }
        });
    }

    /** How many octets so many literals have. */
    private static long literals(Imap imap, int many) throws IOException, InterruptedException {
        long all = 0;
        var some = new byte[MEGABYTE];
        for (int i = 0; i < many; i++) {
            var line = imap.line();
            int length = Integer.parseInt(line.replaceAll(".*\\{(\\d+)}$", "$1"));
            for (int left = length; left > 0; ) {
                left -= imap.read(some, Math.min(left, some.length));
            }
            Thread.sleep(10);
            all += length;
            imap.line(); // the parenthesis
        }
        assertTrue(imap.line().startsWith("f OK"));
        return all;
    }

    @Test
    void setsThatNameFarMoreThanThereIs() throws Exception {
        othersAreServed("large sets", () -> {
            try (var ann = ann()) {
                ann.command("EXAMINE Large");
                assertTrue(said(ann, "COPY 1:4294967295 INBOX").startsWith("a1 BAD"));
                assertTrue(said(ann, "UID COPY 4294967000:4294967295 INBOX").startsWith("a1 OK"));
                assertTrue(said(ann, "UID COPY 1:4294967295 Nowhere").startsWith("a1 NO [TRYCREATE]"));
                ann.command("UID COPY 1:4294967295 " + "a".repeat(20) + "0");
                var ranges = IntStream.range(0, 10_000).mapToObj(i -> (4 * i + 1) + ":" + (4 * i + 2)).collect(Collectors.joining(","));
                ann.command("SELECT Many");
                assertEquals(MESSAGES / 2, ann.command("UID FETCH " + ranges + " (UID)").size(), LONG ? MESSAGES / 2. : 1.);
                assertTrue(said(ann, "FETCH 1:*,*:1,1:* (UID" + " UID".repeat(100_000) + ")").matches("a1 (OK|BAD).*|\\* 1 FETCH .*"));
            }
        });
    }

    @Test
    void searchesWithoutEnd() throws Exception {
        othersAreServed("SEARCH", () -> {
            try (var ann = ann()) {
                ann.command("EXAMINE Many");
                assertEquals("* SEARCH", said(ann, "SEARCH" + " UNSEEN".repeat(10_000) + " SEEN"));
                assertEquals("* SEARCH", said(ann, "SEARCH" + " NOT".repeat(10_000) + " UNDELETED SEEN"));
                assertEquals("* SEARCH", said(ann, "SEARCH" + " OR SEEN".repeat(10_000) + " DELETED SEEN"));
                assertTrue(said(ann, "SEARCH " + "(".repeat(1_000) + "SEEN" + ")".repeat(1_000)).startsWith("a1 BAD"));
                assertTrue(said(ann, "SEARCH" + " SUBJECT nothing".repeat(1_000)).startsWith("* SEARCH"));
                for (var key : List.of("KEYWORD k", "NOT KEYWORD k", "UID 20000", "SUBJECT k", "HEADER X-Nothing k", "BODY k")) {
                    for (int many : List.of(key.startsWith("BODY") ? 10 : 100, 1_000, 10_000)) {
                        var different = IntStream.range(0, many).mapToObj(i -> " " + key + i).toList();
                        assertTrue(said(ann, "SEARCH" + String.join("", different)).matches(SEARCHED), key);
                        assertTrue(said(ann, "SEARCH OR" + String.join(" OR", different) + " SEEN").matches(SEARCHED), key);
                    }
                }
            }
        });
    }

    /** The first line that answers. */
    private static String said(Imap imap, String command) throws IOException {
        imap.send("a1 " + command + "\r\n");
        var first = imap.line();
        for (var line = first; !line.startsWith("a1 "); ) {
            line = imap.line();
        }
        return first;
    }

    @Test
    void manyAppendAtOnceAndSomeOnlyBegin() throws Exception {
        var text = letter(LARGE).getBytes(StandardCharsets.US_ASCII); // once for all clients
        othersAreServed(APPENDING + " APPENDs of " + (LARGE >> 20) + " MB", () -> {
            var silent = new ArrayList<Imap>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < SILENT; i++) {
                    var each = ann();
                    silent.add(each);
                    each.send("a APPEND INBOX {" + text.length + "+}\r\n");
                    each.send(Arrays.copyOf(text, text.length / 2));
                }
                var replies = new ArrayList<Future<String>>();
                for (int i = 0; i < APPENDING; i++) {
                    replies.add(threads.submit(() -> appended(text)));
                }
                int stored = 0;
                for (var reply : replies) {
                    assertTrue(reply.get().matches("a (OK|NO).*"), reply.get());
                    stored += reply.get().startsWith("a OK") ? 1 : 0;
                }
                System.out.println(stored + " of " + APPENDING + " stored, the others " + replies.stream().map(ImapHostileIT::now)
                        .filter(r -> r.startsWith("a NO")).findFirst().orElse("-"));
                assertTrue(stored > 0);
            } finally {
                for (var each : silent) {
                    each.close();
                }
            }
        });
        Soon.happens(() -> appended(text).startsWith("a OK"), server::log);
    }

    private static String now(Future<String> reply) {
        return reply.resultNow();
    }

    private static String appended(byte[] text) throws IOException {
        try (var ann = ann()) {
            ann.send("a APPEND INBOX {" + text.length + "+}\r\n");
            ann.send(text);
            ann.send("\r\n");
            return ann.line();
        }
    }

    @Test
    void literalsOfFourGigabytes() throws IOException {
        for (var begin : List.of("a LOGIN {4294967295}", "a LOGIN {999999999999999999}")) {
            try (var stranger = new Line(server.port("imap"))) {
                stranger.line();
                stranger.send(begin + "\r\n");
                assertTrue(stranger.line().startsWith("a BAD [TOOBIG]"));
                stranger.send("b LOGIN {4294967295+}\r\n");
                assertTrue(stranger.rest().contains("* BYE"));
            }
        }
        for (var command : List.of("a APPEND INBOX {4294967295", "a SEARCH SUBJECT {4294967295", "a APPEND {4294967295")) {
            try (var ann = ann()) {
                ann.command("EXAMINE Large");
                ann.send(command + "}\r\n");
                assertTrue(ann.line().matches("a (NO|BAD) \\[TOOBIG].*"), command);
                ann.command("NOOP");
                ann.send(command + "+}\r\n");
                assertTrue(ann.rest().contains("* BYE"), command);
            }
        }
    }

    @Test
    void aHundredThousandLiteralsInACommand() throws Exception {
        othersAreServed("many literals", () -> {
            try (var ann = ann()) {
                ann.send("a X" + "{0+}\r\n".repeat(80_000) + "\r\n");
                assertTrue(ann.line().startsWith("a BAD"));
                ann.command("NOOP");
            }
        });
    }

    @Test
    void wildcardsInTheirThousands() throws Exception {
        othersAreServed("LIST over " + FOLDERS + " folders", () -> {
            try (var ann = ann()) {
                for (var pattern : List.of("%*".repeat(400) + "b", "%a".repeat(300) + "b", "*a".repeat(300) + "b", "*%a%*".repeat(100) + "b")) {
                    assertEquals(List.of(), ann.command("LIST \"\" \"" + pattern + "\""), pattern);
                }
                var patterns = "(" + "*a*a*a*a*b ".repeat(1_000).strip() + ")";
                assertTrue(said(ann, "LIST \"\" " + patterns).startsWith("a1 OK"));
                var different = IntStream.range(0, 1_000).mapToObj(i -> "*a%*%*%*" + i + "*a").collect(Collectors.joining(" ", "(", ")"));
                assertTrue(said(ann, "LIST \"\" " + different).startsWith("a1 OK"));
                assertTrue(said(ann, "LIST \"\" " + different.replace(")", " *)")).startsWith("a1 NO [LIMIT]"));
                var longOnes = IntStream.range(0, 500).mapToObj(i -> "*a".repeat(450) + i).collect(Collectors.joining(" ", "(", ")"));
                assertTrue(said(ann, "LIST \"\" " + longOnes).matches("a1 (OK|NO \\[LIMIT]).*"));
                assertTrue(ann.command("LIST \"\" \"" + "%*".repeat(400) + "\"").size() >= FOLDERS);
            }
        });
    }

    @Test
    void aBombInsideCompression() throws Exception {
        othersAreServed("COMPRESS", () -> {
            try (var ann = ann()) {
                ann.command("COMPRESS DEFLATE");
                var bomb = new ByteArrayOutputStream();
                try (var deflating = new DeflaterOutputStream(bomb, new Deflater(9, true))) {
                    var some = "a".repeat(MEGABYTE).getBytes(StandardCharsets.US_ASCII);
                    for (int i = 0; i < 1_000; i++) {
                        deflating.write(some);
                    }
                }
                ann.send(bomb.toByteArray());
                ann.rest();
            } catch (SocketException _) {
                // it hung up on what was still on its way
            }
        });
    }

    @Test
    void linesAndOctetsThatMakeNoSense() throws IOException {
        for (var piece : List.of("a", "\0", "\u00ff", "(", "{", "\"", " ", "\\")) {
            try (var ann = ann()) {
                ann.send(piece.repeat(1_000) + "\r\n");
                assertTrue(ann.line().matches("\\S+ BAD.*"), piece);
                ann.send("b FETCH " + piece + "\r\nc NOOP\r\n");
                assertTrue(ann.line().matches("\\S+ BAD.*"), piece);
                ann.send("d " + piece.repeat(3 * MEGABYTE / piece.length()));
                ann.rest();
            } catch (SocketException _) {
                // it hung up on what was still on its way
            }
        }
    }

    @Test
    void commandsWithoutEndWhoseAnswersNobodyReads() throws Exception {
        othersAreServed("pipelining", () -> {
            try (var ann = ann()) {
                ann.command("EXAMINE Many");
                var commands = "a FETCH 1:1000 (FLAGS ENVELOPE)\r\nb NOOP\r\n".repeat(1_000);
                ann.send(commands);
                Thread.sleep(2_000);
            }
        });
    }

    @Test
    void aFolderOfManyMessagesIsSmallInMemory() throws Exception {
        try (var first = ann(); var second = ann()) {
            first.command("EXAMINE Large");
            long before = heap();
            first.command("EXAMINE Unopened");
            long opened = heap() - before;
            System.out.println(MESSAGES + " messages open: " + (opened >> 10) + " KB of heap");
            assertTrue(opened < Math.max(3 * MEGABYTE, MESSAGES * MOST_PER_MESSAGE), opened + " octets");
            othersAreServed("SELECT storm", () -> {
                for (int i = 0; i < 50; i++) {
                    first.command(i % 2 == 0 ? "SELECT Many" : "EXAMINE Large");
                    second.command("EXAMINE Many");
                }
            });
        }
    }

    @Test
    void thousandsInIdle() throws Exception {
        var idle = new ArrayList<Imap>();
        try {
            ann().close();
            long before = heap();
            othersAreServed(IDLING + " in IDLE", () -> {
                for (int i = 0; i < Crowd.upTo(IDLING); i++) {
                    var each = ann();
                    idle.add(each);
                    each.command("EXAMINE INBOX");
                    each.send("i IDLE\r\n");
                    assertTrue(each.line().startsWith("+"));
                }
            });
            System.out.println(idle.size() + " in IDLE: " + (heap() - before) / idle.size() + " octets of heap each");
        } finally {
            for (var each : idle) {
                each.close();
            }
        }
    }

    /** What the server really needs: after everything else was thrown away. */
    private static long heap() throws IOException, InterruptedException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Tool.run(jcmd, String.valueOf(server.pid()), "GC.run");
        var said = Tool.run(jcmd, String.valueOf(server.pid()), "GC.heap_info").output();
        return HEAP.matcher(said).results().mapToLong(each -> Long.parseLong(each.group(1)) << 10).sum();
    }
}
