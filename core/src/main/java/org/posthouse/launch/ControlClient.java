package org.posthouse.launch;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.posthouse.launch.ControlProtocol.Type;

/** Has a running server do a command, as if it ran here. */
final class ControlClient {
    private final Path home;

    ControlClient(Path home) {
        this.home = home;
    }

    /** The command's exit status; empty, with nothing done, when no server listens. */
    OptionalInt run(List<String> words, InputStream in) throws IOException {
        var connected = connect();
        if (connected.isEmpty()) {
            return OptionalInt.empty();
        }
        try (var channel = connected.get()) {
            for (String word : words) {
                ControlProtocol.write(channel, Type.ARGUMENT, word.getBytes(StandardCharsets.UTF_8));
            }
            ControlProtocol.write(channel, Type.RUN);
            return OptionalInt.of(follow(channel, in));
        } catch (EOFException e) {
            throw new IOException("the server ended before the command did", e);
        }
    }

    private Optional<SocketChannel> connect() throws IOException {
        Path socket = ControlPath.find(home);
        if (!Files.exists(socket)) {
            return Optional.empty();
        }
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return Optional.of(channel);
        } catch (ConnectException e) {
            channel.close(); // a server that was killed leaves its socket
            return Optional.empty();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static int follow(SocketChannel channel, InputStream in) throws IOException {
        while (true) {
            var frame = ControlProtocol.read(channel);
            switch (frame.type()) {
                case OUT -> print(System.out, frame.octets());
                case ERR -> print(System.err, frame.octets());
                case WANT -> answer(channel, in);
                case EXIT -> {
                    return frame.octets()[0];
                }
                default -> throw new IOException("the server says what only a client does");
            }
        }
    }

    private static void print(PrintStream stream, byte[] octets) {
        stream.write(octets, 0, octets.length);
        stream.flush();
    }

    private static void answer(SocketChannel channel, InputStream in) throws IOException {
        var octets = new byte[ControlProtocol.FRAME_OCTETS];
        int read = in.read(octets);
        ControlProtocol.write(channel, Type.INPUT, octets, 0, Math.max(read, 0));
    }
}
