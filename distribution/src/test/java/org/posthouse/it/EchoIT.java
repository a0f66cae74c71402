package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections as a protocol from {@code plugins/} has them: a jar of strangers dropped into a running server with a small heap
 * and Bouncy Castle's TLS.
 */
final class EchoIT {
    private static final int MEGABYTE = 1 << 20;
    private static final long MOST_RESIDENT_KB = 300_000;
    private static final String CONF = """
            hostname = mail.example.test
            domains  = example.test
            tls-provider = bc

            [listener echo]
            address  = 127.0.0.1
            protocol = echo
            port     = 0
            write-timeout = 2s

            [listener echos]
            address  = 127.0.0.1
            protocol = echo
            port     = 0
            tls      = implicit

            [listener proxied]
            address  = 127.0.0.1
            protocol = echo
            port     = 0
            tls      = none
            proxy-from = 127.0.0.0/8

            [listener proxieds]
            address  = 127.0.0.1
            protocol = echo
            port     = 0
            tls      = implicit
            proxy-from = 127.0.0.0/8

            [listener choosy]
            address  = 127.0.0.1
            protocol = echo
            port     = 0
            tls      = none
            proxy-from = 127.0.0.2
            """;

    @TempDir
    static Path home;

    @TempDir
    Path work;

    private static Server server;

    @BeforeAll
    static void drop() throws Exception {
        server = new Server(home).configure(CONF).start(Map.of("POSTHOUSE_JAVA_OPTS", "-Xmx64m"));
        SampleFilter.drop(home, "protocol-echo.jar", Files.readAllBytes(echo()));
        Soon.happens(() -> {
            try (var line = new Line(server.port("echo"))) {
                return line.line().equals("echo ready");
            } catch (EOFException | SocketException _) {
                return false;
            }
        }, server::log);
    }

    private static Path echo() throws IOException {
        try (var files = Files.list(HouseRulesIT.root().resolve("distribution/it/protocol-echo/target"))) {
            return files.filter(f -> f.getFileName().toString().matches("protocol-echo-[0-9.]+\\.jar")).findFirst().orElseThrow();
        }
    }

    @AfterAll
    static void staysSmallAndQuiet() throws IOException, InterruptedException {
        try (var ending = server) {
            var peak = Files.readAllLines(Path.of("/proc/" + ending.pid() + "/status")).stream().filter(l -> l.startsWith("VmHWM:"))
                    .findFirst().orElseThrow().replaceAll("\\D", "");
            System.out.println("peak resident " + peak + " kB");
            assertTrue(Long.parseLong(peak) < MOST_RESIDENT_KB, peak + " kB resident");
            assertEquals(List.of(), server.log().lines().filter(l -> l.contains(" ERROR ") || l.contains("Exception")).toList());
        }
    }

    @Test
    void aHundredMegabytesGoInAndComeOutPlain() throws Exception {
        try (var line = greeted("echo")) {
            assertBulk(line, 100 * MEGABYTE);
        }
    }

    @Test
    void soDoTwentyInTls() throws Exception {
        try (var line = greeted("echo")) {
            line.send("STARTTLS\r\n");
            assertEquals("220 go ahead", line.line());
            line.tls();
            assertBulk(line, 20 * MEGABYTE);
            assertTrue(said(line, "CIPHER").matches("TLSv1\\.3 TLS_\\w+"));
        }
    }

    /** What goes in comes out, while both go on at once. */
    private static void assertBulk(Line line, int octets) throws Exception {
        var piece = new byte[65_536];
        new Random(1).nextBytes(piece);
        try (var writer = Executors.newVirtualThreadPerTaskExecutor()) {
            line.send("BULK " + octets + "\r\n");
            var sent = writer.submit(() -> {
                var sum = new CRC32();
                for (int left = octets; left > 0; left -= piece.length) {
                    line.send(piece);
                    sum.update(piece);
                }
                return sum.getValue();
            });
            var sum = new CRC32();
            var some = new byte[65_536];
            for (int left = octets; left > 0;) {
                int length = line.read(some, Math.min(left, some.length));
                assertTrue(length > 0, "it closed with " + left + " octets to come");
                sum.update(some, 0, length);
                left -= length;
            }
            assertEquals(sent.get(), sum.getValue());
        }
        assertEquals("still here", said(line, "still here"));
    }

    @Test
    void fiveSlowReadersGetAllOfIt() throws Exception {
        var readers = new ArrayList<Callable<Long>>();
        for (int i = 0; i < 5; i++) {
            readers.add(EchoIT::readSlowly);
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var read : threads.invokeAll(readers)) {
                assertEquals(20L * MEGABYTE, read.get());
            }
        }
    }

    private static long readSlowly() throws IOException, InterruptedException {
        try (var line = greeted("echo")) {
            line.send("FLOOD " + 20 * MEGABYTE + "\r\nQUIT\r\n");
            long octets = 0;
            var some = new byte[16_384];
            for (int length = line.read(some); length >= 0; length = line.read(some)) {
                octets += length;
                if (octets < MEGABYTE) {
                    Thread.sleep(20);
                }
            }
            return octets - "bye\r\n".length();
        }
    }

    @Test
    void whoReadsNothingIsCutOff() throws Exception {
        try (var line = greeted("echo")) {
            line.send("FLOOD " + 100 * MEGABYTE + "\r\n");
            Thread.sleep(4_000);
            long octets = 0;
            try {
                var some = new byte[65_536];
                for (int length = line.read(some); length >= 0; length = line.read(some)) {
                    octets += length;
                }
            } catch (SocketException _) {
                // reset
            }
            assertTrue(octets < 50 * MEGABYTE, octets + " octets came");
        }
    }

    @Test
    void aSlowWriterIsHeardOctetByOctet() throws Exception {
        try (var line = greeted("echos")) {
            line.send("BULK 100\r\n");
            for (int i = 0; i < 100; i++) {
                line.send(String.valueOf((char) ('a' + i % 26)));
                assertEquals(String.valueOf((char) ('a' + i % 26)), line.within(5_000));
            }
        }
    }

    @Test
    void aSilentPeerIsLetGo() throws Exception {
        try (var line = greeted("echo"); var other = greeted("echo")) {
            assertEquals("patient", said(line, "PATIENCE 1000"));
            assertEquals("too quiet", line.line());
            assertEquals("", line.rest());
            assertEquals("others are not", said(other, "others are not"));
        }
    }

    @Test
    void opensslShakesHands() throws Exception {
        Tool.need("openssl", "openssl");
        var ran = shakeHands("X25519MLKEM768");
        if (ran.output().contains("SSL_CONF_cmd")) { // OpenSSL before 3.5 does not know the group
            ran = shakeHands("X25519:P-256");
        }
        assertTrue(ran.output().contains("New, TLSv1.3") && ran.output().contains("Verify return code: 0 (ok)"), ran.output());
        assertTrue(ran.output().contains("TLSv1.3 TLS_"), ran.output());
    }

    private Tool.Ran shakeHands(String groups) throws IOException, InterruptedException {
        return Tool.run(work, Map.of(), "CIPHER\r\nQUIT\r\n", "openssl", "s_client", "-ign_eof", "-connect",
                "127.0.0.1:" + server.port("echos"),
                "-groups", groups, "-CAfile", home.resolve("conf/tls/mail.example.test.pem").toString(), "-verify_return_error");
    }

    /** RFC 8446 §4.1.4: to a hello without key shares the answer names the group the server wants to go on with. */
    @Test
    void theHybridGroupIsSpoken() throws IOException {
        var hex = HexFormat.of();
        var extensions = "002b" + "0003" + "020304" // TLS 1.3
                + "000a" + "0004" + "000211ec" // supported_groups: X25519MLKEM768
                + "000d" + "0008" + "0006" + "0403" + "0804" + "0401" // signature_algorithms
                + "0033" + "0002" + "0000"; // key_share: none
        var hello = "0303" + "11".repeat(32) + "20" + "22".repeat(32) + "0004" + "13011302" + "0100"
                + "%04x".formatted(extensions.length() / 2) + extensions;
        var record = "160301" + "%04x".formatted(hello.length() / 2 + 4) + "01" + "%06x".formatted(hello.length() / 2) + hello;
        try (var line = new Line(server.port("echos"))) {
            line.send(hex.parseHex(record));
            var answer = line.within(5_000).getBytes(StandardCharsets.ISO_8859_1);
            assertTrue(answer.length > 50 && answer[0] == 0x16, hex.formatHex(answer));
            var retry = hex.parseHex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"); // SHA-256 of "HelloRetryRequest"
            assertArrayEquals(retry, Arrays.copyOfRange(answer, 11, 43), hex.formatHex(answer));
            assertTrue(hex.formatHex(answer).contains("0033" + "0002" + "11ec"), hex.formatHex(answer));
        }
    }

    @Test
    void proxiesSayWhomTheySpeakFor() throws Exception {
        try (var line = new Line(server.port("proxied"))) {
            line.send("PROXY TCP4 192.0.2.9 198.51.100.1 40000 25\r\nPEER\r\n");
            assertEquals("echo ready", line.line());
            assertTrue(line.line().matches("/192\\.0\\.2\\.9:40000 /198\\.51\\.100\\.1:25 true"));
        }
        try (var line = new Line(server.port("proxied"), "127.1.2.3")) {
            var addresses = "20010db8000000000000000000000009" + "20010db8000000000000000000000001" + "9c40" + "0019";
            line.send(version2("21", "21", addresses + "04000101"));
            line.send("PEER\r\n");
            assertEquals("echo ready", line.line());
            var peer = line.line();
            assertTrue(peer.contains("2001:db8:0:0:0:0:0:9") && peer.contains(":40000 ") && peer.endsWith(" true"), peer);
        }
        try (var line = new Line(server.port("proxied"), "127.0.0.7")) {
            line.send(version2("20", "00", "")); // LOCAL: the proxy speaks for itself
            line.send("PEER\r\n");
            assertEquals("echo ready", line.line());
            assertTrue(line.line().startsWith("/127.0.0.7:" + line.port() + " "));
        }
        try (var line = new Line(server.port("proxieds"))) {
            line.send(version2("21", "11", "c0000209" + "c6336401" + "9c40" + "0019"));
            line.tls();
            assertEquals("echo ready", line.line());
            assertTrue(said(line, "PEER").startsWith("/192.0.2.9:40000 "));
        }
    }

    @Test
    void whatIsNoProxyHeaderEndsTheConnectionAndStrangersHaveNoSay() throws Exception {
        for (var wrong : List.of("PEER\r\n", "PROXY TCP4 192.0.2.9 198.51.100.1 40000\r\n", "PROXY TCP4 192.0.2.999 198.51.100.1 1 25\r\n",
                "PROXY TCP4 " + "1".repeat(200), "PROXY TCP4 192.0.2.9 198.51.100.1 70000 25\r\n", "\r\n\r\n\0\r\nQUIT\nXXXX",
                "\r\nPEER\r\n")) {
            try (var line = new Line(server.port("proxied"))) {
                line.send(wrong);
                assertEquals("", restOf(line), wrong);
            }
        }
        try (var line = new Line(server.port("choosy"))) {
            assertEquals("echo ready", line.line());
            assertEquals("PROXY TCP4 192.0.2.9 198.51.100.1 40000 25", said(line, "PROXY TCP4 192.0.2.9 198.51.100.1 40000 25"));
            assertTrue(said(line, "PEER").startsWith("/127.0.0.1:" + line.port() + " "));
        }
        try (var line = new Line(server.port("choosy"), "127.0.0.2")) {
            line.send("PROXY UNKNOWN\r\nPEER\r\n");
            assertEquals("echo ready", line.line());
            assertTrue(line.line().startsWith("/127.0.0.2:"));
        }
    }

    private static String restOf(Line line) throws IOException {
        try {
            return line.rest();
        } catch (SocketException _) {
            return "";
        }
    }

    /** The signature, version and command, family, length and addresses (PROXY protocol, §2.2). */
    private static byte[] version2(String command, String family, String block) {
        return HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + command + family + "%04x".formatted(block.length() / 2) + block);
    }

    private static Line greeted(String listener) throws IOException {
        var line = new Line(server.port(listener));
        if (listener.equals("echos")) {
            line.tls();
        }
        assertEquals("echo ready", line.line());
        return line;
    }

    private static String said(Line line, String words) throws IOException {
        line.send(words + "\r\n");
        return line.line();
    }
}
