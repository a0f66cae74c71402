package org.posthouse.mailbox;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.RandomAccess;

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
    private final Mail[][] chunks;
    private final int[] starts; // the index of each chunk's first message, and at the end the number of all
    private int unseen = -1; // counted when first asked for; every thread counts the same

    private Listing(long uidValidity, long uidNext, long modseq, long recentFrom, List<Mail[]> chunks) {
        this.uidValidity = uidValidity;
        this.uidNext = uidNext;
        this.modseq = modseq;
        this.recentFrom = recentFrom;
        this.chunks = chunks.toArray(Mail[][]::new);
        this.starts = new int[this.chunks.length + 1];
        for (int i = 0; i < this.chunks.length; i++) {
            starts[i + 1] = starts[i] + this.chunks[i].length;
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
        return chunks[chunk][index - starts[chunk]];
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

    /**
     * The folder after a change.
     *
     * @param arrived new messages and new states of messages there were, in any order
     * @param gone    removed ones
     */
    public Listing with(List<Mail> arrived, UidSet gone, long newUidNext, long newModseq) {
        var sorted = new ArrayList<>(arrived);
        sorted.sort(Comparator.comparingLong(Mail::uid));
        var all = new ArrayList<Mail[]>(chunks.length + sorted.size() / CHUNK + 1);
        int next = 0;
        for (int c = 0; c < chunks.length; c++) {
            long end = c + 1 < chunks.length ? chunks[c + 1][0].uid() : Long.MAX_VALUE;
            int from = next;
            while (next < sorted.size() && sorted.get(next).uid() < end) {
                next++;
            }
            put(all, merged(chunks[c], sorted.subList(from, next), gone));
        }
        put(all, merged(new Mail[0], sorted.subList(next, sorted.size()), gone));
        return new Listing(uidValidity, newUidNext, newModseq, recentFrom, all);
    }

    public Listing withRecentFrom(long uid) {
        return new Listing(uidValidity, uidNext, modseq, uid, Arrays.asList(chunks));
    }

    /** The same array where nothing changes. */
    private static Mail[] merged(Mail[] chunk, List<Mail> arrived, UidSet gone) {
        boolean loses = chunk.length > 0 && !gone.intersection(UidSet.range(chunk[0].uid(), chunk[chunk.length - 1].uid())).isEmpty();
        if (arrived.isEmpty() && !loses) {
            return chunk;
        }
        var merged = new ArrayList<Mail>(chunk.length + arrived.size());
        int next = 0;
        for (var mail : chunk) {
            while (next < arrived.size() && arrived.get(next).uid() < mail.uid()) {
                merged.add(arrived.get(next++));
            }
            var newest = next < arrived.size() && arrived.get(next).uid() == mail.uid() ? arrived.get(next++) : mail;
            if (!loses || !gone.contains(mail.uid())) {
                merged.add(newest);
            }
        }
        merged.addAll(arrived.subList(next, arrived.size()));
        return merged.toArray(Mail[]::new);
    }

    /** Long arrays are cut, so that the next change copies little; a short one joins the one before. */
    private static void put(List<Mail[]> chunks, Mail[] mails) {
        if (!chunks.isEmpty() && chunks.getLast().length + mails.length <= CHUNK && mails.length > 0) {
            var before = chunks.removeLast();
            var joined = Arrays.copyOf(before, before.length + mails.length);
            System.arraycopy(mails, 0, joined, before.length, mails.length);
            chunks.add(joined);
            return;
        }
        if (mails.length <= 2 * CHUNK) {
            if (mails.length > 0) {
                chunks.add(mails);
            }
            return;
        }
        for (int from = 0; from < mails.length; from += CHUNK) {
            chunks.add(Arrays.copyOfRange(mails, from, Math.min(mails.length, from + CHUNK)));
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
    }
}
