package org.posthouse.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.posthouse.message.SessionId;

/**
 * The other end of a connection, as far as it can be known before it speaks.
 *
 * @param remote  the client's address; behind a trusted proxy, the one the proxy named
 * @param local   the address the client connected to
 * @param proxied whether {@code remote} was named by a proxy of the listener's {@code proxy-from}
 */
public record Peer(SessionId session, InetSocketAddress remote, InetSocketAddress local, Listener listener, boolean proxied) {
    public InetAddress address() {
        return remote.getAddress();
    }
}
