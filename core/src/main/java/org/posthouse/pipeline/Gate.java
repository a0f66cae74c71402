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
    List<Way> admit(Client client, Recipient to) throws Refusal, IOException {
        return switch (routes.route(to.address())) {
            case Route.Local local -> local.ways(to);
            case Route.Unknown(var why) -> throw new Refusal(why);
            case Route.Outside _ -> relay(client, to);
        };
    }

    private List<Way> relay(Client client, Recipient to) throws Refusal, IOException {
        if (!trusts(client)) {
            throw new Refusal("5.7.1", "relaying denied");
        }
        var outside = Way.outside(to);
        if (!courier.takes(outside.to())) {
            throw new Refusal("4.4.1", "no delivery for this destination yet");
        }
        return List.of(outside);
    }

    private static boolean trusts(Client client) {
        var peer = client.peer();
        return client.account().isPresent() || peer.listener().relayFrom().stream().anyMatch(n -> n.contains(peer.address()));
    }
}
