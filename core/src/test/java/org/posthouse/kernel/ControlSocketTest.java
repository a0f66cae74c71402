package org.posthouse.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.launch.ControlPath;
import org.posthouse.launch.ControlProtocol;
import org.posthouse.launch.ControlProtocol.Type;
import org.posthouse.observe.Command;

class ControlSocketTest {
    private interface Body {
        int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws Exception;
    }

    private record Named(String name, Body body) implements Command {
        @Override
        public String usage() {
            return "";
        }

        @Override
        public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws Exception {
            return body.run(args, in, out, err);
        }
    }

    private final CountDownLatch sawTheClientGo = new CountDownLatch(1);
    private final List<Command> commands = List.of(
            new Named("say", (args, _, out, err) -> {
                out.print(String.join("|", args));
                err.print("é");
                return 7;
            }),
            new Named("copy", (_, in, out, _) -> {
                in.transferTo(out);
                return 0;
            }),
            new Named("throw", (_, _, _, _) -> {
                throw new IllegalStateException("broken");
            }),
            new Named("follow", (_, _, out, _) -> {
                while (!out.checkError()) {
                    Thread.sleep(5);
                }
                sawTheClientGo.countDown();
                return 0;
            }));

    @TempDir
    Path home;
    private ControlSocket socket;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectories(home.resolve("var/run"));
        socket = new ControlSocket(home, name -> commands.stream().filter(c -> c.name().equals(name)).findFirst());
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
    }

    private record Answer(int status, String out, String err) {}

    private SocketChannel client(String... words) throws IOException {
        var client = SocketChannel.open(StandardProtocolFamily.UNIX);
        client.connect(UnixDomainSocketAddress.of(ControlPath.find(home)));
        for (String word : words) {
            ControlProtocol.write(client, Type.ARGUMENT, word.getBytes(StandardCharsets.UTF_8));
        }
        ControlProtocol.write(client, Type.RUN);
        return client;
    }

    private Answer ask(byte[] input, String... words) throws IOException {
        var text = new StringBuilder[] {new StringBuilder(), new StringBuilder()};
        var in = ByteBuffer.wrap(input);
        try (var client = client(words)) {
            while (true) {
                var frame = ControlProtocol.read(client);
                switch (frame.type()) {
                    case OUT -> text[0].append(new String(frame.octets(), StandardCharsets.ISO_8859_1));
                    case ERR -> text[1].append(new String(frame.octets(), StandardCharsets.UTF_8));
                    case WANT -> {
                        var some = new byte[Math.min(in.remaining(), 50_000)];
                        in.get(some);
                        ControlProtocol.write(client, Type.INPUT, some);
                    }
                    case EXIT -> {
                        return new Answer(frame.octets()[0], text[0].toString(), text[1].toString());
                    }
                    default -> throw new AssertionError(frame.type());
                }
            }
        }
    }

    @Test
    void runsACommandWithItsWords() throws IOException {
        assertEquals(new Answer(7, "a|b c|", "é"), ask(new byte[0], "say", "a", "b c", ""));
    }

    @Test
    void passesInputOnWhenTheCommandReadsIt() throws IOException {
        var octets = new byte[300_000];
        new Random(1).nextBytes(octets);
        assertArrayEquals(octets, ask(octets, "copy").out().getBytes(StandardCharsets.ISO_8859_1));
        assertEquals("", ask(new byte[0], "copy").out());
    }

    @Test
    void saysWhatFailed() throws IOException {
        assertEquals(new Answer(1, "", "posthouse: throw failed: broken\n"), ask(new byte[0], "throw"));
        assertEquals(new Answer(2, "", "posthouse: there is no command xyzzy; posthouse help lists them\n"),
                ask(new byte[0], "xyzzy"));
        assertEquals(2, ask(new byte[0]).status());
    }

    @Test
    void tellsACommandThatItsClientIsGone() throws Exception {
        client("follow").close();
        assertTrue(sawTheClientGo.await(5, TimeUnit.SECONDS));
    }

    @Test
    void hangsUpOnWhatIsNoFrame() throws IOException {
        for (byte[] bad : List.of(new byte[] {99, 0, 0, 0, 0}, new byte[] {0, 0x7F, 0, 0, 0}, new byte[] {0, -1, -1, -1, -1})) {
            try (var client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.connect(UnixDomainSocketAddress.of(ControlPath.find(home)));
                client.write(ByteBuffer.wrap(bad));
                assertThrows(EOFException.class, () -> ControlProtocol.read(client));
            }
        }
    }

    @Test
    void isForItsUserAlone() throws IOException {
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(ControlPath.find(home))));
    }

    @Test
    void isReachedInAHomeWithALongPath() throws IOException {
        Path deep = home.resolve("x".repeat(60)).resolve("y".repeat(60));
        Files.createDirectories(deep.resolve("var/run"));
        try (var _ = new ControlSocket(deep, _ -> Optional.empty())) {
            assertTrue(ControlPath.find(deep).toString().length() <= 100);
            assertEquals("rwx------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(ControlPath.find(deep).getParent())));
            try (var client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.connect(UnixDomainSocketAddress.of(ControlPath.find(deep)));
            }
        }
        assertFalse(Files.exists(deep.resolve("var/run/control"), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void takesThePlaceOfASocketThatAKilledServerLeft() throws IOException {
        Path left = ControlPath.find(home);
        socket.close();
        Files.createFile(left);
        open();
        assertEquals(7, ask(new byte[0], "say").status());
    }
}
