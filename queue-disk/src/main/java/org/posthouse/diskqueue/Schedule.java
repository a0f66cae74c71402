package org.posthouse.diskqueue;

import java.util.Optional;
import java.util.TreeSet;

/**
 * Which waiting items are due next: the earliest of them, at most so many as fit. What is due later than all of these is
 * only on disk, and comes in by another look at the names once these are used up. An item that is here may be gone or have
 * another time by now; whoever takes it finds out. Not for several threads.
 */
final class Schedule {
    record Due(long at, String id) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return at != other.at ? Long.compare(at, other.at) : id.compareTo(other.id);
        }
    }

    private final int most;
    private final TreeSet<Due> earliest = new TreeSet<>();
    private Optional<Due> horizon = Optional.empty(); // later ones are not here; none: all are here

    Schedule(int most) {
        this.most = most;
    }

    void add(Due due) {
        if (horizon.isPresent() && due.compareTo(horizon.get()) > 0) {
            return;
        }
        earliest.add(due);
        if (earliest.size() > most) {
            earliest.removeLast();
            horizon = Optional.of(earliest.last());
        }
    }

    void remove(Due due) {
        earliest.remove(due);
    }

    /** Takes the first if it is due by now. */
    Optional<Due> take(long now) {
        return earliest.isEmpty() || earliest.first().at > now ? Optional.empty() : Optional.of(earliest.removeFirst());
    }

    /** Whether names must be looked at to know what is due. */
    boolean usedUp() {
        return earliest.isEmpty() && horizon.isPresent();
    }

    /** From here on everything is taken in again, up to the bound. */
    void refill() {
        horizon = Optional.empty();
    }

    /** Not everything could be taken in: names must be looked at once more. */
    void lost() {
        earliest.clear();
        horizon = Optional.of(new Due(Long.MIN_VALUE, ""));
    }

    int size() {
        return earliest.size();
    }
}
