package org.posthouse.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.net.TestServer;

/** What a protocol is promised of a connection without TLS. */
@Timeout(20)
class PlainConnectionTest {
    private TestServer server;

    @BeforeEach
    void start(@TempDir Path tls) {
        server = new TestServer(tls, Map.of(), new EchoProtocol());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Client client(String... settings) throws IOException {
        server.listen("echo", settings);
        return new Client(server.connect());
    }

    @Test
    void greetsEchoesAndEnds() throws IOException {
        try (var client = client()) {
            assertEquals("echo ready", client.line());
            assertEquals("hello", client.ask("hello"));
            assertEquals("bye", client.ask("QUIT"));
            assertEquals("<>", client.line());
        }
    }

    @Test
    void answersPipelinedLinesInOrder() throws IOException {
        try (var client = client()) {
            client.say("one\r\ntwo\r\nthr").say("ee\r\n");
            assertEquals("echo ready", client.line());
            assertEquals("one", client.line());
            assertEquals("two", client.line());
            assertEquals("three", client.line());
        }
    }

    @Test
    void keepsOctetsAndTellsBareLineFeeds() throws IOException {
        try (var client = client()) {
            client.line();
            client.say("a\u0000b\rc\u00e9\n");
            assertEquals("a\u0000b\rc\u00e9", client.line());
        }
    }

    @Test
    void dropsALineThatIsTooLongAndGoesOn() throws IOException {
        try (var client = client()) {
            client.line();
            client.say("x".repeat(998) + "\r\n");
            assertEquals(998, client.line().length());
            assertEquals("too long", client.ask("x".repeat(999)));
            assertEquals("too long", client.ask("x".repeat(500_000)));
            assertEquals("still here", client.ask("still here"));
        }
    }

    @Test
    void closesWhenALineHasNoEndAtAll() throws IOException {
        try (var client = client()) {
            client.line();
            assertEquals("<>", endless(client));
        }
    }

    private static String endless(Client client) {
        try {
            for (int i = 0; i < 40; i++) {
                client.say("x".repeat(65_536));
            }
            return client.line();
        } catch (IOException e) {
            return "<>"; // reset while writing
        }
    }

    @Test
    void answersAPeerThatHasClosedItsHalf() throws IOException {
        try (var client = client()) {
            client.line();
            client.say("one\r\ntw");
            client.socket().shutdownOutput();
            assertEquals("one", client.line());
            assertEquals("rest tw", client.line());
            assertEquals("<>", client.line());
        }
    }

    @Test
    void endsASilentPeer() throws IOException {
        try (var client = client()) {
            client.line();
            assertEquals("patient", client.ask("PATIENCE 200"));
            assertEquals("too quiet", client.line());
        }
    }

    @Test
    void endsAPeerThatNeverFinishesItsLine() throws Exception {
        try (var client = client()) {
            client.line();
            assertEquals("patient", client.ask("PATIENCE 300"));
            var dripping = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        client.say("x");
                        Thread.sleep(50);
                    }
                } catch (IOException | InterruptedException e) {
                    // that is the end we wait for
                }
            });
            assertEquals("<>", client.line());
            dripping.interrupt();
        }
    }

    @Test
    void carriesMuchBothWays() throws Exception {
        try (var client = client()) {
            assertTrue(Bulk.comesBack(client, 30_000_000));
        }
    }

    @Test
    void holdsASlowReaderWithoutLosingAnything() throws Exception {
        try (var client = client()) {
            client.line();
            client.say("FLOOD 20000000\r\nover\r\n");
            Thread.sleep(300); // the server's and both kernels' buffers are full now
            assertEquals(20_000_000, client.octets(20_000_000).length);
            assertEquals("over", client.line());
        }
    }

    @Test
    void holdsAWriterItDoesNotRead() throws Exception {
        try (var client = client()) {
            client.line();
            client.say("SLOW 300\r\nSINK 20000000\r\n");
            client.send(new byte[20_000_000]);
            assertEquals("sunk 20000000", client.line());
        }
    }

    @Test
    void readsOnAfterBothDirectionsWereFull() throws Exception {
        try (var client = client()) {
            client.line();
            client.say("FLOOD 10000000\r\nSINK 10000000\r\n");
            var writer = Thread.ofVirtual().start(() -> {
                try {
                    client.send(new byte[10_000_000]);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            Thread.sleep(300); // now the input is suspended and the output is stuck
            assertEquals(10_000_000, client.octets(10_000_000).length);
            assertEquals("sunk 10000000", client.line());
            writer.join();
        }
    }

    @Test
    void givesUpOnAPeerThatNeverReads() throws Exception {
        try (var client = client("write-timeout", "300ms")) {
            client.line();
            client.say("FLOOD 100000000\r\n");
            Waiting.until(() -> server.events().stream().anyMatch(e -> e.contains("why=the other side reads too slowly")));
            Waiting.until(() -> server.listeners().count() == 0);
        }
    }

    @Test
    void tracesAndCountsEachConnection() throws Exception {
        try (var client = client()) {
            client.line();
            client.ask("QUIT");
        }
        Waiting.until(() -> server.events().size() == 2);
        assertTrue(server.events().get(0).matches("connected remote=127.0.0.1:\\d+ listener=mx"), server.events()::toString);
        assertEquals("closed in=6 out=17", server.events().get(1));
        assertEquals(1, server.count("net_accepted"));
    }

    @Test
    void isGoneAtOnceWhenThePeerResets() throws Exception {
        try (var client = client()) {
            client.line();
            client.socket().setSoLinger(true, 0);
        }
        Waiting.until(() -> server.listeners().count() == 0);
    }
}
