package org.posthouse.pipeline;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.posthouse.message.Network;
import org.posthouse.message.SessionId;
import org.posthouse.net.Listener;
import org.posthouse.net.Peer;

/**
 * This machine itself as a client, trusted as those of a listener's {@code relay-from} are.
 *
 * @param name of who sends: its own users by {@code sendmail}, or a bundle
 */
record Here(String name) implements Listener {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    Client client(SessionId session) {
        var address = new InetSocketAddress(LOOPBACK, 0);
        var client = new Client(new Peer(session, address, address, this, false));
        client.hello("localhost");
        client.protocol(name);
        return client;
    }

    @Override
    public String protocol() {
        return name;
    }

    @Override
    public Role role() {
        return Role.MX;
    }

    @Override
    public Tls tls() {
        return Tls.NONE;
    }

    @Override
    public List<Network> relayFrom() {
        return List.of(new Network(LOOPBACK, 32));
    }
}
