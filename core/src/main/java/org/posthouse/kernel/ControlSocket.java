package org.posthouse.kernel;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;
import org.posthouse.launch.ControlPath;
import org.posthouse.observe.Command;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket by which {@code posthouse COMMAND} reaches the server: one virtual thread a client, one command a connection. Only
 * this user and root are let in, whatever the folder's permissions have become.
 */
final class ControlSocket implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger("kernel");
    private static final int CLIENTS = 64;
    private static final long PAUSE_NANOS = 1_000_000_000;

    private final Path home;
    private final Function<String, Optional<Command>> commands;
    private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();
    private final ServerSocketChannel server;
    private final UserPrincipal owner;

    /** Opens the socket; commands arrive at once. */
    ControlSocket(Path home, Function<String, Optional<Command>> commands) throws IOException {
        this.home = home;
        this.commands = commands;
        Path socket = ControlPath.make(home);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        owner = Files.getOwner(socket);
        Thread.ofVirtual().name("control").start(this::accept);
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                welcome(server.accept());
            } catch (ClosedChannelException e) {
                return; // shutting down
            } catch (IOException e) {
                log.warn("cannot accept a control client, will try again: {}", e.toString()); // too many open files, say
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void welcome(SocketChannel client) throws IOException {
        if (clients.size() < CLIENTS && isTrusted(client)) {
            clients.add(client);
            Thread.ofVirtual().name("control client").start(() -> serve(client));
        } else {
            client.close();
        }
    }

    private boolean isTrusted(SocketChannel client) throws IOException {
        var user = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        if (!user.equals(owner) && !user.getName().equals("root")) {
            log.warn("refused control user={}", user.getName());
            return false;
        }
        return true;
    }

    private void serve(SocketChannel client) {
        try (client) {
            new ControlSession(client, commands).run();
        } catch (IOException e) {
            log.debug("control client is gone", e);
        } finally {
            clients.remove(client);
        }
    }

    /** Takes no more clients, and leaves those that are here: the one that asked for the end waits for its answer. */
    @Override
    public void close() throws IOException {
        server.close();
        ControlPath.remove(home);
    }
}
