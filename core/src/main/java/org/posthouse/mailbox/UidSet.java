package org.posthouse.mailbox;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A set of UIDs as ascending ranges that neither touch nor overlap: {@code 1:4294967295} costs as much as {@code 7}.
 * Printed as IMAP writes it (RFC 9051 §9, sequence-set).
 */
public final class UidSet {
    public static final UidSet NONE = new UidSet(List.of());

    /** Both ends belong to it. */
    public record Range(long from, long to) {
        public Range {
            if (from < 1 || to < from) {
                throw new IllegalArgumentException(from + ":" + to + " is no range of UIDs");
            }
        }

        public long count() {
            return to - from + 1;
        }
    }

    private final List<Range> ranges;

    private UidSet(List<Range> ranges) {
        this.ranges = ranges;
    }

    public static UidSet of(long... uids) {
        var sorted = uids.clone();
        Arrays.sort(sorted);
        return ofSorted(Arrays.stream(sorted));
    }

    public static UidSet of(Collection<Long> uids) {
        return ofSorted(uids.stream().mapToLong(Long::longValue).sorted());
    }

    /** @param ascending may repeat a UID */
    public static UidSet ofSorted(LongStream ascending) {
        var ranges = new ArrayList<Range>();
        ascending.forEachOrdered(uid -> join(ranges, new Range(uid, uid)));
        return new UidSet(List.copyOf(ranges));
    }

    public static UidSet range(long from, long to) {
        return new UidSet(List.of(new Range(from, to)));
    }

    /** Ranges in any order, overlapping or not. */
    public static UidSet ofRanges(Collection<Range> any) {
        var sorted = new ArrayList<>(any);
        sorted.sort(Comparator.comparingLong(Range::from));
        var ranges = new ArrayList<Range>();
        sorted.forEach(range -> join(ranges, range));
        return new UidSet(List.copyOf(ranges));
    }

    private static void join(List<Range> ranges, Range next) {
        var last = ranges.isEmpty() ? null : ranges.getLast();
        if (last == null || last.to() + 1 < next.from()) {
            ranges.add(next);
        } else if (last.to() < next.to()) {
            ranges.set(ranges.size() - 1, new Range(last.from(), next.to()));
        }
    }

    public List<Range> ranges() {
        return ranges;
    }

    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    /** How many UIDs it names, whether there are such messages or not. */
    public long count() {
        return ranges.stream().mapToLong(Range::count).sum();
    }

    public boolean contains(long uid) {
        int low = 0;
        int high = ranges.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            var range = ranges.get(middle);
            if (uid < range.from()) {
                high = middle - 1;
            } else if (uid > range.to()) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    public UidSet union(UidSet other) {
        var all = new ArrayList<>(ranges);
        all.addAll(other.ranges);
        return ofRanges(all);
    }

    public UidSet intersection(UidSet other) {
        var both = new ArrayList<Range>();
        int mine = 0;
        int theirs = 0;
        while (mine < ranges.size() && theirs < other.ranges.size()) {
            var a = ranges.get(mine);
            var b = other.ranges.get(theirs);
            long from = Math.max(a.from(), b.from());
            long to = Math.min(a.to(), b.to());
            if (from <= to) {
                both.add(new Range(from, to));
            }
            if (a.to() < b.to()) {
                mine++;
            } else {
                theirs++;
            }
        }
        return new UidSet(List.copyOf(both));
    }

    /** What is in this set and not in the other. */
    public UidSet minus(UidSet other) {
        var left = new ArrayList<Range>();
        int next = 0;
        for (var range : ranges) {
            long from = range.from();
            while (next < other.ranges.size() && other.ranges.get(next).to() < from) {
                next++;
            }
            for (int i = next; i < other.ranges.size() && other.ranges.get(i).from() <= range.to(); i++) {
                var hole = other.ranges.get(i);
                if (from < hole.from()) {
                    left.add(new Range(from, hole.from() - 1));
                }
                from = Math.max(from, hole.to() + 1);
            }
            if (from <= range.to()) {
                left.add(new Range(from, range.to()));
            }
        }
        return new UidSet(List.copyOf(left));
    }

    /** All of them, ascending; only for sets that are known to be small. */
    public LongStream stream() {
        return ranges.stream().flatMapToLong(range -> LongStream.rangeClosed(range.from(), range.to()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UidSet set && set.ranges.equals(ranges);
    }

    @Override
    public int hashCode() {
        return ranges.hashCode();
    }

    @Override
    public String toString() {
        return ranges.stream().map(r -> r.from() == r.to() ? "" + r.from() : r.from() + ":" + r.to()).collect(Collectors.joining(","));
    }
}
