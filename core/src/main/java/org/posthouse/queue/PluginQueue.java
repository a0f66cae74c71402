package org.posthouse.queue;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import org.posthouse.message.Content;
import org.posthouse.message.PieceInput;
import org.posthouse.message.StoredContent;
import org.posthouse.message.Unavailable;
import org.posthouse.swap.Call;
import org.posthouse.swap.Plugins;

/** The queue that the queue bundle keeps: the first by name, where there are several. Looked up anew for each call. */
final class PluginQueue {
    private final Plugins<Queue> queues;

    PluginQueue(Plugins<Queue> queues) {
        this.queues = queues;
    }

    /** Whether there is one, though it may be away for a moment. */
    boolean isHere() {
        return !queues.names().isEmpty();
    }

    <R> R call(Call<Queue, R, IOException> use) throws IOException {
        var names = queues.names();
        if (names.isEmpty()) {
            throw new Unavailable("there is no queue bundle");
        }
        return queues.call(names.getFirst(), use);
    }

    void put(Queue.Item item, Content content, Instant due) throws IOException {
        this.<Void>call(queue -> {
            queue.put(item, content, due);
            return null;
        });
    }

    /** An item's message, which is readable as long as the item is there. */
    Content content(String id, long sizeOctets) {
        return new StoredContent(new StoredContent.Octets() {
            @Override public long size() {
                return sizeOctets;
            }

            @Override public InputStream open() {
                return new PieceInput(id, sizeOctets, (offset, into) -> call(queue -> queue.read(id, offset, into)));
            }
        });
    }
}
