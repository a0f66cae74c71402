package org.posthouse.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Messages of {@link SendingClient} that lie in the queue, as the operator sees them. */
record Waiting(String id, int letter, List<String> where) {
    private static final Pattern ITEM = Pattern.compile("\"id\":\"([^\"]*)\".*\"from\":\"letter-(\\d+)@");
    private static final Pattern WHERE = Pattern.compile("\"where\":\"([^\"]*)\"");

    static List<Waiting> in(Server server) throws IOException, InterruptedException {
        var said = server.command("queue", "list", "--json");
        if (said.status() != 0) {
            throw new IOException(said.err());
        }
        return said.out().lines().map(Waiting::of).toList();
    }

    private static Waiting of(String json) {
        var item = ITEM.matcher(json);
        assertEquals(true, item.find(), json);
        return new Waiting(item.group(1), Integer.parseInt(item.group(2)), WHERE.matcher(json).results().map(m -> m.group(1)).toList());
    }

    /** The letters by where they are to go. */
    static Map<String, List<Integer>> byPlace(List<Waiting> all) {
        var places = new HashMap<String, List<Integer>>();
        all.forEach(one -> one.where.forEach(place -> places.computeIfAbsent(place, _ -> new ArrayList<>()).add(one.letter)));
        return places;
    }
}
