package org.posthouse.queue;

import java.util.HashMap;
import java.util.stream.Collectors;
import org.posthouse.pipeline.DsnRequest;
import org.posthouse.pipeline.DsnRequest.When;
import org.posthouse.pipeline.Recipient;

/**
 * What becomes of a request to be told of success when an address stands for several (RFC 3461 §5.2.7.3): the sender is told
 * that it was expanded, and the request ends there. What is asked of failure and delay goes along.
 */
final class Expansion {
    private Expansion() {}

    static boolean isOne(Copy copy) {
        return copy.where().size() > 1 && DsnRequest.of(copy.to()).wants(When.SUCCESS);
    }

    static Copy of(Copy copy) {
        if (!isOne(copy)) {
            return copy;
        }
        var ways = copy.where().stream().map(way -> new Way(way.to(), without(way.recipient()), way.from(), way.held())).toList();
        return new Copy(copy.to(), ways, copy.content(), copy.held());
    }

    private static Recipient without(Recipient to) {
        var left = DsnRequest.of(to).events().stream().filter(when -> when != When.SUCCESS).map(When::name).sorted()
                .collect(Collectors.joining(","));
        var parameters = new HashMap<>(to.parameters());
        parameters.put(DsnRequest.NOTIFY, left.isEmpty() ? "NEVER" : left);
        return new Recipient(to.address(), parameters);
    }
}
