package org.posthouse.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.posthouse.net.TestServer.section;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.message.BadSetting;
import org.posthouse.net.Connection;
import org.posthouse.net.Protocol;
import org.posthouse.net.TestServer;
import org.posthouse.swap.Version;

/** Ports that come, change and go, and the limits on who may come in. */
@Timeout(20)
class ListenersTest {
    private TestServer server;

    @BeforeEach
    void start(@TempDir Path tls) {
        server = new TestServer(tls, Map.of(), new EchoProtocol());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Client client() throws IOException {
        return new Client(server.connect());
    }

    private static boolean refused(int port) throws IOException {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void namesItsPorts() {
        server.listen(section("a", "echo", "tls", "none"), section("b", "echo", "tls", "implicit", "address", "all"));
        var bound = server.listeners().bound();
        assertTrue(bound.get(0).toString().matches("a echo none 127\\.0\\.0\\.1:\\d+"), bound::toString);
        assertTrue(bound.get(1).toString().matches("b echo implicit .*:[1-9]\\d+"), bound::toString);
    }

    @Test
    void keepsSocketsAndSessionsWhenOnlyOtherSettingsChange() throws IOException {
        server.listen("echo", "tls", "none");
        var before = server.address();
        try (var client = client()) {
            client.line();
            server.listen("echo", "tls", "implicit", "role", "submission");
            assertEquals(before, server.address());
            assertEquals("still", client.ask("still"));
            try (var other = client()) {
                assertTrue(other.ask("not TLS").startsWith("<\u0015"), "an alert");
            }
        }
    }

    @Test
    void closesPortsThatAreGoneButNotTheirSessions() throws Exception {
        server.listen(section("a", "echo"), section("b", "echo"));
        int port = server.address().getPort();
        try (var client = client()) {
            client.line();
            server.listen(section("b", "echo"));
            assertTrue(refused(port));
            assertEquals("still", client.ask("still"));
            assertEquals(20, client.ask("x".repeat(20)).length());
            assertEquals("bye", client.ask("QUIT"));
        }
        Waiting.until(() -> server.listeners().count() == 0);
    }

    @Test
    void refusesAPortThatIsTakenAndLeavesAllAsItWas() throws IOException {
        server.listen(section("a", "echo"));
        var before = server.listeners().bound();
        int free = freePort();
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var bad = assertThrows(BadSetting.class, () -> server.listeners().prepare(List.of(section("a", "echo", "tls", "none"),
                    section("b", "echo", "port", "" + free), section("c", "echo", "port", "" + taken.getLocalPort()))));
            assertEquals("port", bad.key());
            assertEquals("listener c", bad.section());
            assertTrue(bad.mend().contains("cannot be bound: Address already in use"), bad::mend);
        }
        assertEquals(before, server.listeners().bound());
        assertTrue(refused(free));
    }

    @Test
    void saysThatOneAddressCannotBecomeAllOfThemWhileThePortIsOpen() throws IOException {
        int port = freePort();
        server.listen(section("a", "echo", "port", "" + port));
        var bad = assertThrows(BadSetting.class,
                () -> server.listeners().prepare(List.of(section("a", "echo", "port", "" + port, "address", "all"))));
        assertEquals("address", bad.key());
        assertEquals("listener a", bad.section());
        try (var client = client()) {
            assertEquals("echo ready", client.line());
        }
    }

    @Test
    void refusesTwoListenersWithOnePort() {
        var bad = assertThrows(BadSetting.class,
                () -> server.listeners().prepare(List.of(section("a", "echo", "port", "2525"), section("b", "echo", "port", "2525"))));
        assertEquals("listener b", bad.section());
    }

    @Test
    void servesNobodyBeforeTheCommitAndTurnsNobodyAwayByIt() throws Exception {
        int port = freePort();
        var prepared = server.listeners().prepare(List.of(section("a", "echo", "port", "" + port)));
        try (var client = new Client(new Socket(InetAddress.getLoopbackAddress(), port))) {
            client.socket().setSoTimeout(100);
            assertThrows(IOException.class, client::line);
            prepared.commit();
            client.socket().setSoTimeout(10_000);
            assertEquals("echo ready", client.line());
        }
    }

    @Test
    void rollsBack() throws IOException {
        server.listen(section("a", "echo"));
        int port = freePort();
        server.listeners().prepare(List.of(section("b", "echo", "port", "" + port))).rollback();
        assertTrue(refused(port));
        try (var client = client()) {
            assertEquals("echo ready", client.line());
        }
    }

    @Test
    void givesAPortToAListenerOfAnotherName() throws IOException {
        int port = freePort();
        server.listen(section("a", "echo", "port", "" + port));
        server.listen(section("b", "echo", "port", "" + port));
        assertEquals("b", server.listeners().bound().getFirst().name());
        try (var client = client()) {
            assertEquals("echo ready", client.line());
        }
    }

    @Test
    void limitsConnectionsInAll() throws Exception {
        server.listen("echo", "max-connections", "1");
        try (var first = client()) {
            first.line();
            try (var second = client()) {
                assertGone(second);
            }
        }
        Waiting.until(() -> server.listeners().count() == 0);
        try (var third = client()) {
            assertEquals("echo ready", third.line());
        }
        assertEquals(1, server.count("net_refused"));
        assertTrue(server.events().stream().anyMatch(e -> e.endsWith("why=max-connections")), server.events()::toString);
    }

    @Test
    void limitsConnectionsOfOneAddressEvenOfThisMachineWhenTold() throws Exception {
        server.listen("echo", "max-connections-per-address", "1");
        try (var first = client()) {
            assertEquals("echo ready", first.line());
            try (var second = client()) {
                assertGone(second);
            }
        }
    }

    @Test
    void limitsHowOftenAnAddressComes() throws Exception {
        server.listen("echo", "connection-rate", "2");
        for (int i = 0; i < 2; i++) {
            try (var client = client()) {
                assertEquals("echo ready", client.line());
            }
        }
        try (var client = client()) {
            assertGone(client);
        }
    }

    private static void assertGone(Client client) {
        try {
            assertEquals("<>", client.line());
        } catch (IOException e) {
            // reset, which says the same
        }
    }

    @Test
    void wakesAndEndsSessionsFromOtherThreads() throws Exception {
        server.listen("echo");
        try (var client = client()) {
            client.line();
            server.listeners().askToEnd(p -> p.name().equals("smtp"));
            assertEquals("still", client.ask("still"));
            assertEquals(1, server.listeners().count(p -> p.name().equals("echo")));
            server.listeners().askToEnd(p -> p.name().equals("echo"));
            assertEquals("going away", client.line());
            assertEquals("<>", client.line());
        }
    }

    @Test
    void cutsSessionsThatDoNotListen() throws Exception {
        server.listen("echo");
        try (var client = client()) {
            client.line();
            client.say("SLOW 500\r\n");
            Thread.sleep(50);
            server.listeners().cut(p -> true);
            assertEquals("<>", client.line());
        }
        Waiting.until(() -> server.listeners().count() == 0);
    }

    @Test
    void closesWithinItsTime() throws Exception {
        server.listen("echo");
        try (var polite = client(); var busy = client()) {
            polite.line();
            busy.line();
            busy.say("SLOW 3000\r\n");
            Thread.sleep(50);
            long began = System.nanoTime();
            server.listeners().close(Duration.ofMillis(500));
            assertTrue(Duration.ofNanos(System.nanoTime() - began).toMillis() < 2000);
            assertEquals("going away", polite.line());
            assertEquals("<>", busy.line());
            assertTrue(refused(polite.socket().getPort()));
        }
    }

    @Test
    void closesWhenTheProtocolIsAway() throws Exception {
        server.listen("smtp");
        try (var client = client()) {
            assertEquals("<>", client.line());
        }
    }

    @Test
    void servesAClientByTheVersionBeforeWhenTheNewOneFailsAtOnce() throws Exception {
        tryOut("");
        try (var client = client()) {
            assertEquals("echo ready", client.line());
            assertEquals("hello", client.ask("hello"));
        }
    }

    @Test
    void closesWhenThePluginFailsAfterSomethingPassed() throws Exception {
        tryOut("hel\r\n");
        try (var client = client()) {
            assertEquals("hel", client.line());
            assertEquals("<>", client.line());
        }
    }

    /** A new version of echo that says so much and fails. */
    private void tryOut(String first) {
        var broken = new Protocol() {
            @Override public String name() {
                return "echo";
            }

            @Override public void serve(Connection client) throws IOException {
                if (!first.isEmpty()) {
                    client.write(first);
                }
                throw new NoClassDefFoundError("org/example/Missing");
            }
        };
        var slot = server.protocols().place("echo");
        slot.tryOut(new Version<>(broken, Map.of(), "echo 2"), slot.current().orElseThrow(), false);
        server.listen("echo");
    }

    @Test
    void closesWhenAPluginFailsThatHasNoVersionBefore() throws Exception {
        var tries = new AtomicInteger();
        server.protocols().arrive("bad", new Protocol() {
            @Override public String name() {
                return "bad";
            }

            @Override public void serve(Connection client) {
                tries.incrementAndGet();
                throw new IllegalStateException("always");
            }
        }, Map.of());
        server.listen("bad");
        try (var client = client()) {
            assertEquals("<>", client.line());
        }
        assertEquals(1, tries.get());
    }
}
