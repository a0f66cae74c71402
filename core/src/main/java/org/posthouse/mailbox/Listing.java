package org.posthouse.mailbox;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.Spliterator;
import java.util.Spliterators;

/**
 * A folder at one moment: its UIDVALIDITY (RFC 9051 §2.3.1.1) and its messages by ascending UID. Immutable; the next moment's
 * listing shares all that did not change with this one, so that many sessions may each hold the moment they have told of.
 */
public final class Listing {
    private static final int CHUNK = 512;

    private final long uidValidity;
    private final long uidNext;
    private final long modseq;
    private final long recentFrom;
    private final Chunk[] chunks;
    private final int[] starts; // the index of each chunk's first message, and at the end the number of all
    private int unseen = -1; // counted when first asked for; every thread counts the same

    /** Messages one after the other; {@code newest} is the highest MODSEQ among them. */
    private record Chunk(Mail[] mails, long newest) {
        static Chunk of(Mail[] mails) {
            long newest = 0;
            for (var mail : mails) {
                newest = Math.max(newest, mail.modseq());
            }
            return new Chunk(mails, newest);
        }

        int size() {
            return mails.length;
        }

        long firstUid() {
            return mails[0].uid();
        }

        long lastUid() {
            return mails[mails.length - 1].uid();
        }
    }

    private Listing(long uidValidity, long uidNext, long modseq, long recentFrom, List<Chunk> chunks) {
        this.uidValidity = uidValidity;
        this.uidNext = uidNext;
        this.modseq = modseq;
        this.recentFrom = recentFrom;
        this.chunks = chunks.toArray(Chunk[]::new);
        this.starts = new int[this.chunks.length + 1];
        for (int i = 0; i < this.chunks.length; i++) {
            starts[i + 1] = starts[i] + this.chunks[i].size();
        }
    }

    /** @param modseq the highest of any change there ever was in the folder */
    public static Listing empty(long uidValidity, long uidNext, long modseq) {
        return new Listing(uidValidity, uidNext, modseq, 1, List.of());
    }

    public long uidValidity() {
        return uidValidity;
    }

    public long uidNext() {
        return uidNext;
    }

    /** HIGHESTMODSEQ (RFC 7162 §3.1.2.1). */
    public long modseq() {
        return modseq;
    }

    /** Messages from this UID on are {@code \Recent} to the next session that claims them (RFC 3501 §2.3.2). */
    public long recentFrom() {
        return recentFrom;
    }

    public int size() {
        return starts[chunks.length];
    }

    /** Messages without {@code \Seen}. */
    public int unseen() {
        if (unseen < 0) {
            unseen = (int) mails().stream().filter(mail -> !mail.flags().contains("\\Seen")).count();
        }
        return unseen;
    }

    /** Octets of all messages. */
    public long octets() {
        return mails().stream().mapToLong(Mail::size).sum();
    }

    /** @param index from 0, ascending by UID */
    public Mail get(int index) {
        int chunk = Arrays.binarySearch(starts, index);
        chunk = chunk >= 0 ? chunk : -chunk - 2;
        return chunks[chunk].mails()[index - starts[chunk]];
    }

    /** Where the message is, or {@code -(where it would be) - 1}. */
    public int indexOf(long uid) {
        int low = 0;
        int high = size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long there = get(middle).uid();
            if (there == uid) {
                return middle;
            }
            if (there < uid) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    public Optional<Mail> find(long uid) {
        int index = indexOf(uid);
        return index < 0 ? Optional.empty() : Optional.of(get(index));
    }

    /** All messages; a view, which costs nothing to ask for. */
    public List<Mail> mails() {
        return new Mails();
    }

    /** Those of these UIDs that there are. */
    public List<Mail> in(UidSet uids) {
        var found = new ArrayList<Mail>();
        for (var range : uids.ranges()) {
            int index = indexOf(range.from());
            for (int i = index < 0 ? -index - 1 : index; i < size() && get(i).uid() <= range.to(); i++) {
                found.add(get(i));
            }
        }
        return found;
    }

    /** Those that came or changed after a MODSEQ, by ascending UID; costs what has changed, not what there is. */
    public List<Mail> changedSince(long since) {
        var changed = new ArrayList<Mail>();
        for (var chunk : chunks) {
            if (chunk.newest() > since) {
                for (var mail : chunk.mails()) {
                    if (mail.modseq() > since) {
                        changed.add(mail);
                    }
                }
            }
        }
        return changed;
    }

    /**
     * The folder after a change.
     *
     * @param arrived new messages and new states of messages there were, in any order
     * @param gone    removed ones
     */
    public Listing with(List<Mail> arrived, UidSet gone, long newUidNext, long newModseq) {
        var sorted = new ArrayList<>(arrived);
        sorted.sort(Comparator.comparingLong(Mail::uid));
        var all = new ArrayList<Chunk>(chunks.length + sorted.size() / CHUNK + 1);
        int next = 0;
        for (int c = 0; c < chunks.length; c++) {
            long end = c + 1 < chunks.length ? chunks[c + 1].firstUid() : Long.MAX_VALUE;
            int from = next;
            while (next < sorted.size() && sorted.get(next).uid() < end) {
                next++;
            }
            put(all, merged(chunks[c], sorted.subList(from, next), gone));
        }
        put(all, merged(new Chunk(new Mail[0], 0), sorted.subList(next, sorted.size()), gone));
        return new Listing(uidValidity, newUidNext, newModseq, recentFrom, all);
    }

    public Listing withRecentFrom(long uid) {
        return new Listing(uidValidity, uidNext, modseq, uid, Arrays.asList(chunks));
    }

    /** The same chunk where nothing changes. */
    private static Chunk merged(Chunk chunk, List<Mail> arrived, UidSet gone) {
        boolean loses = chunk.size() > 0 && !gone.isEmpty()
                && !gone.intersection(UidSet.range(chunk.firstUid(), chunk.lastUid())).isEmpty();
        if (arrived.isEmpty() && !loses) {
            return chunk;
        }
        var merged = new ArrayList<Mail>(chunk.size() + arrived.size());
        int next = 0;
        for (var mail : chunk.mails()) {
            while (next < arrived.size() && arrived.get(next).uid() < mail.uid()) {
                merged.add(arrived.get(next++));
            }
            var newest = next < arrived.size() && arrived.get(next).uid() == mail.uid() ? arrived.get(next++) : mail;
            if (!loses || !gone.contains(mail.uid())) {
                merged.add(newest);
            }
        }
        merged.addAll(arrived.subList(next, arrived.size()));
        return Chunk.of(merged.toArray(Mail[]::new));
    }

    /** Long ones are cut, so that the next change copies little; a short one joins the one before. */
    private static void put(List<Chunk> chunks, Chunk chunk) {
        if (chunk.size() == 0) {
            return;
        }
        if (!chunks.isEmpty() && chunks.getLast().size() + chunk.size() <= CHUNK) {
            var before = chunks.removeLast();
            var joined = Arrays.copyOf(before.mails(), before.size() + chunk.size());
            System.arraycopy(chunk.mails(), 0, joined, before.size(), chunk.size());
            chunks.add(new Chunk(joined, Math.max(before.newest(), chunk.newest())));
            return;
        }
        if (chunk.size() <= 2 * CHUNK) {
            chunks.add(chunk);
            return;
        }
        for (int from = 0; from < chunk.size(); from += CHUNK) {
            chunks.add(Chunk.of(Arrays.copyOfRange(chunk.mails(), from, Math.min(chunk.size(), from + CHUNK))));
        }
    }

    private final class Mails extends AbstractList<Mail> implements RandomAccess {
        @Override
        public Mail get(int index) {
            return Listing.this.get(index);
        }

        @Override
        public int size() {
            return Listing.this.size();
        }

        @Override
        public Spliterator<Mail> spliterator() {
            return Spliterators.spliterator(iterator(), size(), Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
        }

        /** Walks along the chunks, and does not look for each message anew. */
        @Override
        public Iterator<Mail> iterator() {
            return new Iterator<>() {
                private int chunk;
                private int at;

                @Override
                public boolean hasNext() {
                    return chunk < chunks.length;
                }

                @Override
                public Mail next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException();
                    }
                    var next = chunks[chunk].mails()[at++];
                    if (at == chunks[chunk].size()) {
                        chunk++;
                        at = 0;
                    }
                    return next;
                }
            };
        }
    }
}
