package org.posthouse.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.posthouse.message.Network;
import org.posthouse.message.SessionId;
import org.posthouse.message.Setting;

/** Makes peers and listeners for tests. */
public final class TestPeers {
    private static final int SMTP = 25;
    private static final int SOME_CLIENT_PORT = 12345;

    /** A listener made of its values. */
    public record FixedListener(String name, String protocol, Role role, Tls tls, List<Network> relayFrom) implements Listener {
        public FixedListener with(Tls other) {
            return new FixedListener(name, protocol, role, other, relayFrom);
        }

        public FixedListener with(Role other) {
            return new FixedListener(name, protocol, other, tls, relayFrom);
        }

        public FixedListener relayingFrom(String... networks) {
            var from = List.of(networks).stream().map(n -> Setting.network("relay-from", n)).toList();
            return new FixedListener(name, protocol, role, tls, from);
        }
    }

    private TestPeers() {}

    /** Listener {@code mx}: smtp, role MX, STARTTLS offered, relaying for nobody. */
    public static FixedListener listener() {
        return listener("smtp");
    }

    public static FixedListener listener(String protocol) {
        return new FixedListener("mx", protocol, Listener.Role.MX, Listener.Tls.STARTTLS, List.of());
    }

    /** A client of {@link #listener()} at this address literal. */
    public static Peer peer(String address) {
        return peer(address, listener());
    }

    public static Peer peer(String address, Listener.Role role) {
        return peer(address, listener().with(role));
    }

    public static Peer peer(String address, Listener.Tls tls) {
        return peer(address, listener().with(tls));
    }

    public static Peer peer(String address, Listener listener) {
        return new Peer(new SessionId("testsession"), new InetSocketAddress(InetAddress.ofLiteral(address), SOME_CLIENT_PORT),
                new InetSocketAddress(InetAddress.ofLiteral("192.0.2.25"), SMTP), listener, false);
    }

    /** The same client, its address named by a trusted proxy. */
    public static Peer proxied(Peer peer) {
        return new Peer(peer.session(), peer.remote(), peer.local(), peer.listener(), true);
    }
}
