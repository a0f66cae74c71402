package org.posthouse.diskqueue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.posthouse.diskqueue.QueueName.State;
import org.posthouse.diskqueue.Schedule.Due;

/** What is due and who works on what: all that is known of the queue beside its files. For any thread; no method waits for a disk. */
final class Agenda {
    /** An item somebody works on; {@code hold} is what was asked for meanwhile. */
    record Leased(QueueName name, QueueFile file, String token, String owner, Instant until, Optional<String> hold) {
        private Leased until(Instant other) {
            return new Leased(name, file, token, owner, other, hold);
        }

        private Leased hold(Optional<String> other) {
            return new Leased(name, file, token, owner, until, other);
        }
    }

    private final Clock clock;
    private final int mostScheduled;
    private final Lock agenda = new ReentrantLock();

    // guarded by agenda
    private Schedule schedule;
    private final Map<String, Leased> leases = new HashMap<>();
    private long tokens;

    Agenda(Clock clock, int mostScheduled) {
        this.clock = clock;
        this.mostScheduled = mostScheduled;
        this.schedule = new Schedule(mostScheduled);
    }

    void clear() {
        agenda.lock();
        try {
            schedule = new Schedule(mostScheduled);
            leases.clear();
        } finally {
            agenda.unlock();
        }
    }

    /** Those of the items that wait, and that nobody works on. */
    void add(List<QueueName> items) {
        agenda.lock();
        try {
            items.stream().filter(n -> n.state() == State.WAITING && !leases.containsKey(n.id())).forEach(this::schedule);
        } finally {
            agenda.unlock();
        }
    }

    private void schedule(QueueName name) {
        schedule.add(new Due(name.at(), name.id()));
    }

    /** The item has another name now, or, with none, is gone. Nobody works on it any more. */
    void change(QueueName before, Optional<QueueName> now) {
        agenda.lock();
        try {
            leases.remove(before.id());
            schedule.remove(new Due(before.at(), before.id()));
            now.filter(n -> n.state() == State.WAITING).ifPresent(this::schedule);
        } finally {
            agenda.unlock();
        }
    }

    /** Takes the earliest that is due. */
    Optional<QueueName> next() {
        agenda.lock();
        try {
            return schedule.take(clock.millis()).map(due -> new QueueName(State.WAITING, due.at(), due.id()));
        } finally {
            agenda.unlock();
        }
    }

    /** Whether all names must be looked at to know what is due; from now on all are taken in, up to the bound. */
    boolean usedUp() {
        agenda.lock();
        try {
            boolean usedUp = schedule.usedUp();
            if (usedUp) {
                schedule.refill();
            }
            return usedUp;
        } finally {
            agenda.unlock();
        }
    }

    /** Not all names could be looked at. */
    void incomplete() {
        agenda.lock();
        try {
            schedule.lost();
        } finally {
            agenda.unlock();
        }
    }

    /** Makes due again what was leased for too long; those that are to be held are given back instead. */
    List<Leased> overdue() {
        var toHold = new ArrayList<Leased>();
        agenda.lock();
        try {
            for (var leased : leases.values()) {
                if (isOver(leased)) {
                    leased.hold.ifPresentOrElse(_ -> toHold.add(leased), () -> schedule(leased.name));
                }
            }
        } finally {
            agenda.unlock();
        }
        return toHold;
    }

    private boolean isOver(Leased leased) {
        return leased.until.isBefore(clock.instant());
    }

    Leased lease(QueueName name, QueueFile file, String owner, Duration life) {
        agenda.lock();
        try {
            var leased = new Leased(name, file, ++tokens + ":" + name, owner, clock.instant().plus(life), Optional.empty());
            leases.put(name.id(), leased);
            return leased;
        } finally {
            agenda.unlock();
        }
    }

    /** The name the item had when it was leased. */
    static QueueName name(String token) {
        return QueueName.parse(token.substring(token.indexOf(':') + 1)).orElseThrow();
    }

    /** The lease of an item, though its time may be over. */
    Optional<Leased> leased(String id) {
        agenda.lock();
        try {
            return Optional.ofNullable(leases.get(id));
        } finally {
            agenda.unlock();
        }
    }

    /** Whether somebody works on it and has time for that. */
    boolean isLeased(String id) {
        return leased(id).filter(leased -> !isOver(leased)).isPresent();
    }

    /** False if the lease was lost. */
    boolean renew(String id, String token, Duration life) {
        agenda.lock();
        try {
            var leased = leases.get(id);
            if (leased == null || !leased.token.equals(token)) {
                return false;
            }
            leases.put(id, leased.until(clock.instant().plus(life)));
            return true;
        } finally {
            agenda.unlock();
        }
    }

    /** What is to become of an item when its lease ends; false if nobody works on it, or for too long. */
    boolean wish(String id, Optional<String> hold) {
        agenda.lock();
        try {
            var leased = leases.get(id);
            if (leased == null || isOver(leased)) {
                leases.remove(id);
                return false;
            }
            leases.put(id, leased.hold(hold));
            return true;
        } finally {
            agenda.unlock();
        }
    }
}
