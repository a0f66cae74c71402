package org.posthouse.echo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.net.TestServer;

/** What a protocol is promised of a connection that it has compressed. */
@Timeout(20)
class CompressionTest {
    private static final String NAME = "mail.example.test";

    @TempDir
    Path folder;
    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer(folder, Map.of("hostname", NAME), new EchoProtocol());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** The other end of a compressed connection. */
    private static final class Packed {
        private final Client client;
        private final DeflaterOutputStream out;
        private final InputStream in;

        Packed(Client client) throws IOException {
            assertEquals("220 go ahead", client.ask("COMPRESS"));
            this.client = client;
            this.out = new DeflaterOutputStream(client.socket().getOutputStream(), new Deflater(9, true), 512, true);
            this.in = new InflaterInputStream(client.socket().getInputStream(), new Inflater(true), 512);
        }

        void say(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        String line() throws IOException {
            var line = new ByteArrayOutputStream();
            for (int octet = in.read(); octet >= 0 && octet != '\n'; octet = in.read()) {
                line.write(octet);
            }
            return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
        }
    }

    private Packed plain() throws IOException {
        server.listen("echo");
        var client = new Client(server.connect());
        client.line();
        return new Packed(client);
    }

    @Test
    void packsBothDirections() throws Exception {
        var packed = plain();
        packed.say("hello\r\nCIPHER\r\n");
        assertEquals("hello", packed.line());
        assertEquals("none", packed.line());
        packed.client.close();
    }

    @Test
    void packsAboveTls() throws Exception {
        server.listen("echo", "tls", "implicit");
        var client = new Client(server.connect()).secure(Client.trusting(folder.resolve(NAME + ".pem")), NAME);
        client.line();
        var packed = new Packed(client);
        packed.say("CIPHER\r\n");
        assertTrue(packed.line().startsWith("TLSv1.3 TLS_"));
        client.close();
    }

    @Test
    void keepsEveryOctetOfMuch() throws Exception {
        var packed = plain();
        var much = new byte[3_000_000];
        new Random(7).nextBytes(much);
        System.arraycopy(new byte[1_000_000], 0, much, 1_000_000, 1_000_000); // some of it packs well
        packed.say("BULK " + much.length + "\r\n");
        var writer = Thread.ofVirtual().start(() -> {
            try {
                packed.out.write(much);
                packed.out.flush();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertArrayEquals(much, packed.in.readNBytes(much.length));
        writer.join();
        packed.client.close();
    }

    /** A gigabyte of zeros in one line comes as one megabyte; the limit of the line counts what is unpacked. */
    @Test
    void aBombCostsNothingButItsLine() throws Exception {
        var packed = plain();
        var zeros = new byte[1 << 20];
        try {
            for (int i = 0; i < 1024; i++) {
                packed.out.write(zeros);
            }
            packed.out.flush();
            assertEquals("", packed.line());
        } catch (IOException e) {
            // the server had hung up before all was sent
        }
        assertTrue(server.events().stream().anyMatch(e -> e.startsWith("closed")) || packed.client.socket().getInputStream().read() < 0);
    }

    @Test
    void endsWhenWhatComesIsNotCompressed() throws Exception {
        server.listen("echo");
        var client = new Client(server.connect());
        client.line();
        assertEquals("220 go ahead", client.ask("COMPRESS"));
        client.say("\u00ff\u00ff\u00ff\u00ff this is no packet\r\n");
        assertEquals("<>", client.line());
    }
}
