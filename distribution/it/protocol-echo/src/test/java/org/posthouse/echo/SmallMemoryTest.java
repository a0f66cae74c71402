package org.posthouse.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.net.TestServer;

/** A server with 64 MB of heap, in a Java of its own. */
@Timeout(60)
class SmallMemoryTest {
    private static final String NAME = "mail.example.test";

    @TempDir
    Path folder;
    private Process process;
    private int plainPort;
    private int tlsPort;

    /** The server: prints its ports, and ends when its input does. */
    static final class Server {
        public static void main(String[] args) throws IOException {
            try (var server = new TestServer(Path.of(args[0]), Map.of("hostname", NAME), new EchoProtocol())) {
                server.listen(TestServer.section("plain", "echo"), TestServer.section("tls", "echo", "tls", "implicit"));
                server.listeners().bound().forEach(b -> System.out.println(b.address().getPort()));
                System.in.read();
            }
        }
    }

    @BeforeEach
    void start() throws IOException {
        process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m",
                "-XX:+ExitOnOutOfMemoryError", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("surefire.real.class.path",
                System.getProperty("java.class.path")), Server.class.getName(), folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream()));
        plainPort = port(out);
        tlsPort = port(out);
        Thread.ofVirtual().start(() -> out.lines().forEach(l -> { }));
    }

    private static int port(BufferedReader out) throws IOException {
        while (true) {
            var line = out.readLine();
            if (line == null) {
                throw new IOException("the server did not start");
            }
            if (line.matches("\\d+")) {
                return Integer.parseInt(line);
            }
        }
    }

    @AfterEach
    void stop() throws Exception {
        process.getOutputStream().close();
        process.waitFor();
    }

    private Client connect(int port) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        return new Client(socket);
    }

    @Test
    void carries100MegabytesInAndOut() throws Exception {
        try (var client = connect(plainPort)) {
            assertTrue(Bulk.comesBack(client, 100_000_000));
        }
        try (var client = connect(tlsPort).secure(Client.trusting(folder.resolve(NAME + ".pem")), NAME)) {
            assertTrue(Bulk.comesBack(client, 100_000_000));
        }
        assertTrue(process.isAlive());
    }

    @Test
    void holdsHundredsWhoNeitherReadNorStopWriting() throws Exception {
        var idlers = new ArrayList<Client>();
        for (int i = 0; i < 200; i++) {
            var client = connect(plainPort);
            client.line();
            client.say("FLOOD 100000000\r\n");
            idlers.add(client);
        }
        var writers = idlers.stream().map(c -> Thread.ofVirtual().start(() -> {
            try {
                c.send(new byte[300_000]);
            } catch (IOException e) {
                // closed at the end, while it is stuck
            }
        })).toList();
        Thread.sleep(1000);
        try (var other = connect(plainPort)) {
            assertEquals("echo ready", other.line());
            assertEquals("bye", other.ask("QUIT"));
        }
        assertTrue(process.isAlive());
        for (var idler : idlers) {
            idler.socket().setSoLinger(true, 0);
            idler.close();
        }
        for (var writer : writers) {
            writer.join();
        }
    }
}
