package org.posthouse.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.net.TestServer;

/** The PROXY protocol, from those who may speak it and those who may not. */
@Timeout(20)
class ProxyTest {
    private static final String LINE = "PROXY TCP4 192.0.2.1 192.0.2.25 1234 25\r\n";
    private static final byte[] BLOCK = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000cc0000201c000021904d20019");

    @TempDir
    Path folder;
    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer(folder, Map.of(), new EchoProtocol());
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
    void believesATrustedProxy() throws IOException {
        try (var client = client("proxy-from", "127.0.0.0/8")) {
            client.say(LINE + "PEER\r\n");
            assertEquals("echo ready", client.line());
            assertEquals("/192.0.2.1:1234 /192.0.2.25:25 true", client.line());
        }
        try (var client = client("proxy-from", "127.0.0.0/8")) {
            client.send(BLOCK);
            assertEquals("echo ready", client.line());
            assertEquals("/192.0.2.1:1234 /192.0.2.25:25 true", client.ask("PEER"));
        }
        assertTrue(server.events().getFirst().matches("connected remote=192.0.2.1:1234 listener=mx proxy=127.0.0.1:\\d+"),
                server.events()::toString);
    }

    @Test
    void takesAHeaderInManyPieces() throws Exception {
        try (var client = client("proxy-from", "127.0.0.1")) {
            client.socket().setTcpNoDelay(true);
            for (byte octet : BLOCK) {
                client.send(new byte[] {octet});
                Thread.sleep(2);
            }
            assertEquals("echo ready", client.line());
            assertTrue(client.ask("PEER").endsWith(" true"));
        }
    }

    @Test
    void expectsItBeforeTls() throws Exception {
        try (var client = client("proxy-from", "127.0.0.1", "tls", "implicit")) {
            client.say(LINE);
            try (var tls = client.secure(Client.trusting(folder.resolve("mail.example.test.pem")), "mail.example.test")) {
                assertEquals("echo ready", tls.line());
                assertEquals("/192.0.2.1:1234 /192.0.2.25:25 true", tls.ask("PEER"));
            }
        }
    }

    @Test
    void keepsTheRealAddressOfAProxyThatSpeaksForItself() throws IOException {
        try (var client = client("proxy-from", "127.0.0.1")) {
            client.say("PROXY UNKNOWN\r\n");
            client.line();
            assertTrue(client.ask("PEER").matches("/127\\.0\\.0\\.1:\\d+ /127\\.0\\.0\\.1:\\d+ false"));
        }
    }

    @Test
    void closesWithoutAWordWhenTheHeaderIsMissingOrWrong() throws IOException {
        try (var client = client("proxy-from", "127.0.0.1")) {
            client.say("EHLO client.example\r\n");
            assertEquals("<>", quietLine(client));
        }
        try (var client = client("proxy-from", "127.0.0.1")) {
            client.say("PROXY TCP4 nobody\r\n");
            assertEquals("<>", quietLine(client));
        }
    }

    private static String quietLine(Client client) {
        try {
            return client.line();
        } catch (IOException e) {
            return "<>"; // reset
        }
    }

    @Test
    void doesNotListenToOthers() throws IOException {
        try (var client = client("proxy-from", "192.0.2.0/24")) {
            client.line();
            assertEquals(LINE.strip(), client.ask(LINE.strip())); // a line like any other
            assertTrue(client.ask("PEER").endsWith(" false"));
        }
    }

    @Test
    void countsLimitsByTheAddressTheProxyNames() throws IOException {
        server.listen("echo", "proxy-from", "127.0.0.1", "max-connections-per-address", "1");
        try (var ann = new Client(server.connect()); var annAgain = new Client(server.connect()); var bob = new Client(server.connect())) {
            ann.say(LINE);
            assertEquals("echo ready", ann.line());
            annAgain.say(LINE);
            assertEquals("<>", quietLine(annAgain));
            bob.say(LINE.replace("192.0.2.1", "192.0.2.2"));
            assertEquals("echo ready", bob.line());
        }
    }
}
