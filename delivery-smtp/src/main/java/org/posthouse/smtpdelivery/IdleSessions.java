package org.posthouse.smtpdelivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Sessions that wait a moment for the next message to the same destination, so many at most; the one that waits longest goes first. */
final class IdleSessions {
    /** What must be the same: the destination, how it is reached, and whose address we show it. */
    record Key(String destination, Policy policy, String identity) {}

    private record Idle(Key key, Session session) {}

    private final int most;
    private final Duration longest;
    private final Lock sessions = new ReentrantLock();
    private final Deque<Idle> idle = new ArrayDeque<>();
    private boolean closed;

    IdleSessions(int most, Duration longest) {
        this.most = most;
        this.longest = longest;
    }

    /** The one that was used last; it is the taker's now. */
    Optional<Session> take(Key key) {
        sessions.lock();
        try {
            for (var each = idle.descendingIterator(); each.hasNext(); ) {
                var found = each.next();
                if (found.key.equals(key)) {
                    each.remove();
                    return Optional.of(found.session);
                }
            }
            return Optional.empty();
        } finally {
            sessions.unlock();
        }
    }

    void put(Key key, Session session) {
        var added = new Idle(key, session);
        var gone = new ArrayList<Session>();
        session.rest(longest);
        sessions.lock();
        try {
            if (closed || most == 0 || longest.isZero()) {
                gone.add(session);
            } else {
                idle.addLast(added);
                if (idle.size() > most) {
                    gone.add(idle.removeFirst().session);
                }
            }
        } finally {
            sessions.unlock();
        }
        if (gone.contains(session)) {
            session.close();
            return;
        }
        gone.forEach(Session::close);
        Thread.ofVirtual().name("idle " + session.host()).start(() -> leave(added));
    }

    private void leave(Idle resting) {
        try {
            Thread.sleep(longest);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (removed(resting)) {
            resting.session.close();
        }
    }

    private boolean removed(Idle resting) {
        sessions.lock();
        try {
            return idle.remove(resting);
        } finally {
            sessions.unlock();
        }
    }

    int size() {
        sessions.lock();
        try {
            return idle.size();
        } finally {
            sessions.unlock();
        }
    }

    /** Ends all, and those that come back later. */
    void close() {
        List<Idle> left;
        sessions.lock();
        try {
            closed = true;
            left = List.copyOf(idle);
            idle.clear();
        } finally {
            sessions.unlock();
        }
        left.forEach(i -> i.session.wire().close());
    }
}
