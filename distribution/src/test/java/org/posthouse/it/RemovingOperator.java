package org.posthouse.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.posthouse.it.Promises.Copy;

/** Takes messages out of the queue that can go nowhere else; one command at a time. */
record RemovingOperator(String user, String where) implements Client {
    private static final int SOME = 50;

    @Override
    public void work(Server server, Promises promises) throws IOException, InterruptedException {
        while (server.alive()) {
            remove(server, promises, SOME);
        }
    }

    /** Takes out the first of them, at most so many. */
    void remove(Server server, Promises promises, int atMost) throws IOException, InterruptedException {
        var some = Waiting.in(server).stream().filter(w -> w.where().equals(List.of(where))).limit(atMost).toList();
        if (!some.isEmpty()) {
            var copies = some.stream().map(w -> new Copy(user, w.letter())).toList();
            copies.forEach(copy -> promises.moving(copy, Promises.NOWHERE));
            var words = new ArrayList<>(Stream.concat(Stream.of("queue", "remove"), some.stream().map(Waiting::id)).toList());
            if (server.command(words.toArray(String[]::new)).status() == 0) {
                copies.forEach(copy -> promises.moved(copy, Promises.NOWHERE));
            }
        }
    }
}
