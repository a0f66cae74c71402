package org.posthouse.pipeline;

import java.io.IOException;
import java.util.List;
import org.posthouse.message.Refusal;
import org.posthouse.queue.Courier;
import org.posthouse.queue.Route;
import org.posthouse.queue.Routes;
import org.posthouse.queue.Way;

/**
 * Whom we take mail for: everybody who is here, and from those we trust for anybody. Trusted is who has logged in, or whose
 * address is in the {@code relay-from} of the listener. A client is taken to be where its connection comes from, unless a proxy
 * of the listener's {@code proxy-from} says otherwise.
 */
final class Gate {
    private final Routes routes;
    private final Courier courier;

    Gate(Routes routes, Courier courier) {
        this.routes = routes;
        this.courier = courier;
    }

    /** The ways on which the recipient's mail goes. */
    List<Way> admit(Client client, Sender from, Recipient to) throws Refusal, IOException {
        var route = routes.route(to.address(), from.address());
        if (route instanceof Route.Outside && !trusts(client)) {
            throw new Refusal("5.7.1", "relaying denied");
        }
        var ways = routes.ways(route, from, to);
        for (var way : ways) {
            if (!way.to().transport().equals("local") && !courier.takes(way.to())) {
                throw new Refusal("4.4.1", "no delivery for this destination yet");
            }
        }
        return ways;
    }

    private static boolean trusts(Client client) {
        var peer = client.peer();
        return client.account().isPresent() || peer.listener().relayFrom().stream().anyMatch(n -> n.contains(peer.address()));
    }
}
