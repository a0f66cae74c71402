package org.posthouse.queue;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Objects;
import org.posthouse.message.Content;
import org.posthouse.message.StoredContent;
import org.posthouse.message.Unavailable;
import org.posthouse.swap.Call;
import org.posthouse.swap.Plugins;

/** The queue that the queue bundle keeps: the first by name, where there are several. Looked up anew for each call. */
final class PluginQueue {
    private static final int LARGEST_PIECE = 256 * 1024;

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
                return new Input(id, sizeOctets);
            }
        });
    }

    /** Reads piece by piece, so that a swap of the bundle does not end it. */
    private final class Input extends InputStream {
        private final String id;
        private final long sizeOctets;
        private byte[] piece = {};
        private int next;
        private int end;
        private long fetched;

        Input(String id, long sizeOctets) {
            this.id = id;
            this.sizeOctets = sizeOctets;
        }

        @Override
        public int read() throws IOException {
            return more() ? piece[next++] & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            Objects.checkFromIndexSize(from, length, into.length);
            if (length == 0) {
                return 0;
            }
            if (!more()) {
                return -1;
            }
            int n = Math.min(length, end - next);
            System.arraycopy(piece, next, into, from, n);
            next += n;
            return n;
        }

        private boolean more() throws IOException {
            if (next == end && fetched < sizeOctets) {
                if (piece.length == 0) {
                    piece = new byte[(int) Math.min(sizeOctets, LARGEST_PIECE)];
                }
                next = 0;
                end = call(queue -> queue.read(id, fetched, piece));
                fetched += end;
                if (end == 0) {
                    throw new IOException("message " + id + " should have " + sizeOctets + " octets, not " + fetched);
                }
            }
            return next < end;
        }
    }
}
