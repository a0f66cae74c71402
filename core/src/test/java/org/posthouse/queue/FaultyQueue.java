package org.posthouse.queue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.posthouse.message.Content;

/** Another queue, with something that happens before or after its calls: a failure, or what others do just then. For tests. */
final class FaultyQueue implements Queue {
    /** Named as the method; {@code lease one} has an id. */
    interface Happens {
        void at(String call, String id) throws IOException;
    }

    static final Happens NOTHING = (_, _) -> { };

    private final Queue queue;
    volatile Happens before = NOTHING;
    volatile Happens after = NOTHING;

    FaultyQueue(Queue queue) {
        this.queue = queue;
    }

    private interface Act<R> {
        R now() throws IOException;
    }

    private <R> R call(String name, String id, Act<R> act) throws IOException {
        before.at(name, id);
        var result = act.now();
        after.at(name, id);
        return result;
    }

    @Override
    public void open() throws IOException {
        queue.open();
    }

    @Override
    public void close() throws IOException {
        queue.close();
    }

    @Override
    public void put(Item item, Content content, Instant due) throws IOException {
        call("put", item.id(), () -> {
            queue.put(item, content, due);
            return true;
        });
    }

    @Override
    public List<Lease> lease(String owner, int most, Duration life) throws IOException {
        return call("lease", "", () -> queue.lease(owner, most, life));
    }

    @Override
    public Optional<Lease> lease(String owner, String id, Duration life) throws IOException {
        return call("lease one", id, () -> queue.lease(owner, id, life));
    }

    @Override
    public boolean renew(Lease lease, Duration life) throws IOException {
        return call("renew", lease.item().id(), () -> queue.renew(lease, life));
    }

    @Override
    public boolean complete(Lease lease, Item left, Instant due) throws IOException {
        return call("complete", left.id(), () -> queue.complete(lease, left, due));
    }

    @Override
    public List<Entry> browse(Optional<String> after, int most) throws IOException {
        return queue.browse(after, most);
    }

    @Override
    public Optional<Entry> find(String id) throws IOException {
        return queue.find(id);
    }

    @Override
    public int read(String id, long offset, byte[] into) throws IOException {
        return queue.read(id, offset, into);
    }

    @Override
    public boolean hold(String id, String why) throws IOException {
        return call("hold", id, () -> queue.hold(id, why));
    }

    @Override
    public boolean release(String id) throws IOException {
        return call("release", id, () -> queue.release(id));
    }

    @Override
    public boolean remove(String id) throws IOException {
        return call("remove", id, () -> queue.remove(id));
    }
}
