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
 * What an mbox holds, as of one version of the file; everything in it is found again by reading the file.
 *
 * @param settled  whether a later change must show in the stamp; not if the file was changed by others in this very moment
 * @param sum      of the whole file, moved along as it grows; empty after a change in its place. Used only by who has the file's turn
 * @param end      where the last whole message ends; before the file's end when that is torn
 * @param messages in the file's order
 */
record Index(Stamp stamp, boolean settled, Optional<CRC32C> sum, long end, List<Message> messages, Optional<Marks.Base> base,
        List<Entry> entries, Map<String, Message> byKey) {
    /** Longer than a tick of any kernel's clock. */
    private static final Duration TICK = Duration.ofMillis(20);

    private static final Comparator<Message> ORDER = Comparator.comparingLong(m -> m.marks().uid() == 0 ? Long.MAX_VALUE : m.marks().uid());

    /**
     * @param before what was known, whose keys live on
     * @param state  the largest UID that we gave, for files that do not say it
     */
    static Index of(Stamp stamp, boolean settled, Optional<CRC32C> sum, long end, List<Message> found, Optional<Marks.Base> base,
            UidState.Given state, Optional<Index> before) {
        var messages = keyed(trusted(found, base, state), before);
        var entries = messages.stream().filter(m -> !m.pseudo()).sorted(ORDER).map(Message::entry).toList();
        var byKey = HashMap.<String, Message>newHashMap(messages.size());
        messages.stream().filter(m -> !m.pseudo()).forEach(m -> byKey.put(m.key(), m));
        return new Index(stamp, settled, sum, end, messages, base, before.map(Index::entries).filter(entries::equals).orElse(entries), byKey);
    }

    static boolean settled(Stamp stamp) {
        return stamp.changed().toInstant().plus(TICK).isBefore(Instant.now());
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
        return stamp.equals(now);
    }

    /** Whether only octets behind the known ones may have come; their sum tells. */
    boolean grewInto(Stamp now) {
        return sum.isPresent() && end == stamp.size() && now.size() > stamp.size() && now.file().equals(stamp.file());
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
