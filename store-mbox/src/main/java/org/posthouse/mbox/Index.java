package org.posthouse.mbox;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.posthouse.mailbox.Store.Entry;

/**
 * What an mbox holds, as of one version of the file; everything in it is found again by reading the file. Used only by who has
 * the file's turn, but for {@link #stamp}, {@link #settled} and {@link #listed}.
 */
final class Index {
    /** Longer than a tick of any kernel's clock. */
    private static final Duration TICK = Duration.ofMillis(20);

    private static final Comparator<Message> ORDER = Comparator.comparingLong(m -> m.marks().uid() == 0 ? Long.MAX_VALUE : m.marks().uid());

    /**
     * Which octets were read.
     *
     * @param settled whether a later change must show in the stamp; not if the file was changed by others in this very moment
     * @param sum     of the whole file, moved along as it grows; empty after a change in its place
     * @param end     where the last whole message ends; before the file's end when that is torn
     */
    record Extent(Stamp stamp, boolean settled, Optional<CRC32C> sum, long end) {}

    private final Extent extent;
    private final List<Message> messages;
    private final Map<String, Message> byKey;
    private final Optional<Marks.Base> base;
    private final Optional<List<Entry>> listedBefore;
    private volatile List<Entry> listed;

    private Index(Extent extent, List<Message> messages, Map<String, Message> byKey, Optional<Marks.Base> base, Optional<Index> before) {
        this.extent = extent;
        this.messages = messages;
        this.byKey = byKey;
        this.base = base;
        this.listedBefore = before.flatMap(b -> b.listed().or(() -> b.listedBefore));
    }

    /**
     * A file that was read.
     *
     * @param state  the largest UID that we gave, for files that do not say it
     * @param before what was known, whose keys live on
     */
    static Index of(Extent extent, List<Message> found, Optional<Marks.Base> base, UidState.Given state, Optional<Index> before) {
        return of(extent, keyed(trusted(found, base, state), before), base, before);
    }

    /** A file that was changed by us. */
    static Index of(Extent extent, List<Message> messages, Optional<Marks.Base> base, Optional<Index> before) {
        var byKey = HashMap.<String, Message>newHashMap(messages.size());
        messages.stream().filter(m -> !m.pseudo()).forEach(m -> byKey.put(m.key(), m));
        return new Index(extent, new ArrayList<>(messages), byKey, base, before);
    }

    /** With a message of ours at the end; this one is of no use afterwards. */
    Index with(Message added, long lastEnd, Extent now) {
        if (!messages.isEmpty()) {
            var last = messages.removeLast().withEnd(lastEnd);
            messages.add(last);
            byKey.computeIfPresent(last.key(), (_, _) -> last);
        }
        var key = added.base();
        for (int n = 1; byKey.containsKey(key); n++) {
            key = added.base() + "-" + n;
        }
        messages.add(added.withKey(key));
        byKey.put(key, messages.getLast());
        return new Index(now, messages, byKey, base, Optional.of(this));
    }

    Index until(Extent now) {
        return new Index(now, messages, byKey, base, Optional.of(this));
    }

    Stamp stamp() {
        return extent.stamp();
    }

    boolean settled() {
        return extent.settled();
    }

    Optional<CRC32C> sum() {
        return extent.sum();
    }

    long end() {
        return extent.end();
    }

    /** In the file's order. */
    List<Message> messages() {
        return messages;
    }

    Optional<Message> message(String key) {
        return Optional.ofNullable(byKey.get(key));
    }

    Optional<Marks.Base> base() {
        return base;
    }

    /** {@link #entries}, if they were asked for before. */
    Optional<List<Entry>> listed() {
        return Optional.ofNullable(listed);
    }

    /** The same list as before if nothing has changed. */
    List<Entry> entries() {
        if (listed == null) {
            var now = messages.stream().filter(m -> !m.pseudo()).sorted(ORDER).map(Message::entry).toList();
            listed = listedBefore.filter(now::equals).orElse(now);
        }
        return listed;
    }

    static boolean settled(Stamp stamp) {
        return stamp.touched().toInstant().plus(TICK).isBefore(Instant.now());
    }

    /**
     * UIDs count only where they ascend and are not beyond the last one given: mail copied here from elsewhere, or made by a
     * stranger, may bring any.
     */
    private static List<Message> trusted(List<Message> found, Optional<Marks.Base> base, UidState.Given state) {
        boolean same = base.isEmpty() || base.get().validity() == state.validity();
        long largest = Math.max(base.map(Marks.Base::lastUid).orElse(0L), same ? state.next() - 1 : 0);
        long last = 0;
        var trusted = new ArrayList<Message>(found.size());
        for (var message : found) {
            long uid = message.marks().uid();
            boolean good = uid > last && uid <= largest;
            last = good ? uid : last;
            trusted.add(good || uid == 0 ? message : message.withUid(0));
        }
        return trusted;
    }

    /** Messages that are the same get numbers behind their keys; those that have UIDs keep theirs when one before them goes. */
    private static List<Message> keyed(List<Message> messages, Optional<Index> before) {
        var known = new HashMap<String, String>();
        before.ifPresent(b -> b.messages().stream().filter(m -> m.marks().uid() > 0)
                .forEach(m -> known.put(m.base() + " " + m.marks().uid(), m.key())));
        var used = new HashSet<>(known.values());
        var next = new HashMap<String, Integer>();
        var keyed = new ArrayList<Message>(messages.size());
        for (var message : messages) {
            var same = known.remove(message.base() + " " + message.marks().uid());
            if (same == null) {
                same = message.base();
                while (!used.add(same)) {
                    same = message.base() + "-" + next.merge(message.base(), 1, Integer::sum);
                }
            }
            keyed.add(same.equals(message.key()) ? message : message.withKey(same));
        }
        return keyed;
    }

    boolean is(Stamp now) {
        return stamp().equals(now);
    }

    /** Whether only octets behind the known ones may have come; their sum tells. */
    boolean grewInto(Stamp now) {
        return sum().isPresent() && end() == stamp().size() && now.size() > end() && now.file().equals(stamp().file());
    }

    long lastUid() {
        return messages.stream().mapToLong(m -> m.marks().uid()).max().orElse(0);
    }

    static CRC32C sum(Access file, long to) throws IOException {
        var sum = new CRC32C();
        file.sum(sum, 0, to);
        return sum;
    }
}
