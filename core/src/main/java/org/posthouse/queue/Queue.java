package org.posthouse.queue;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.posthouse.message.Content;
import org.posthouse.message.Held;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;

/**
 * Keeps messages that wait: storage only, it decides nothing. The kind of the {@code queue-*} bundles. What has an outcome
 * is durable when the method returns: what was put is there after a power cut, once, and what was completed or removed is not.
 *
 * <p>An item is worked on under a lease, by one owner at a time. Leases live in memory. One whose time is over may be
 * given to somebody else; until that happens it still holds. Ids are made unique by whoever puts.
 */
@ConsumerType
public interface Queue extends Held {
    /**
     * A message's envelope, as far as it is not done.
     *
     * @param id       the message's, or one that begins with it; letters, digits and {@code . _ + -}, at most 120
     * @param attempts how often delivery was tried
     * @param held     why it is not to be delivered until somebody releases it
     * @param notes    what else its owner wants to remember; kept as it is
     */
    record Item(String id, Instant arrived, Sender from, List<Leg> legs, int attempts, Optional<String> held,
            Map<String, String> notes) {
        public Item {
            legs = List.copyOf(legs);
            notes = Map.copyOf(notes);
        }

        public Item(String id, Instant arrived, Sender from, List<Leg> legs) {
            this(id, arrived, from, legs, 0, Optional.empty(), Map.of());
        }

        public Item held(Optional<String> why) {
            return new Item(id, arrived, from, legs, attempts, why, notes);
        }

        public Item notes(Map<String, String> other) {
            return new Item(id, arrived, from, legs, attempts, held, other);
        }
    }

    /** The part of an item that goes one way, under one delivery id. */
    record Leg(DeliveryId id, Destination to, List<Waiting> recipients) {
        public Leg {
            recipients = List.copyOf(recipients);
        }
    }

    /** A recipient who is waited for, and how the last attempt ended. */
    record Waiting(Recipient to, Optional<Status> last) {}

    /** The right to work on an item. */
    record Lease(Item item, Instant due, long sizeOctets, String token) {}

    /**
     * An item as a reader of the queue sees it.
     *
     * @param due   when it is tried next; of a held one, since when it is held
     * @param owner who works on it now
     */
    record Entry(Item item, Instant due, long sizeOctets, Optional<String> owner) {}

    /** Puts a message in, waiting, or held where the item says so. After an IOException it is not there. */
    void put(Item item, Content content, Instant due) throws IOException;

    /** Items whose time has come and that nobody works on, the earliest first; at most {@code most}. */
    List<Lease> lease(String owner, int most, Duration life) throws IOException;

    /**
     * That item, whether or not it is due, if nobody works on it; of one that is held with the reason. Empty also where a queue
     * cannot do that.
     */
    default Optional<Lease> lease(String owner, String id, Duration life) throws IOException {
        return Optional.empty();
    }

    /** Lengthens a lease from now; false if it was lost. */
    boolean renew(Lease lease, Duration life) throws IOException;

    /**
     * Ends a lease: what is {@code left} waits until {@code due}, or held where it says so; with no legs left the item is gone.
     *
     * @return false, with nothing changed, if the lease was lost to somebody else or to {@link #remove}
     */
    boolean complete(Lease lease, Item left, Instant due) throws IOException;

    /** A page of all items, in an order that stays the same, beginning behind the item with that id. */
    List<Entry> browse(Optional<String> after, int most) throws IOException;

    Optional<Entry> find(String id) throws IOException;

    /** Reads of a message's octets as many as there are and fit; 0 at the end. NoSuchFileException when the item is gone. */
    int read(String id, long offset, byte[] into) throws IOException;

    /** Holds an item back; one that is leased as soon as the lease ends. False if there is none. */
    boolean hold(String id, String why) throws IOException;

    /** Lets a held item go, or a waiting one earlier: it is due at once. False if there is none. */
    boolean release(String id) throws IOException;

    /** Takes an item away; one that is leased loses its lease. False if there is none. */
    boolean remove(String id) throws IOException;
}
