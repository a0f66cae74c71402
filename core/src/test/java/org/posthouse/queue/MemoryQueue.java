package org.posthouse.queue;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.posthouse.message.Content;

/** A queue that forgets everything when the process ends. For tests. */
public final class MemoryQueue implements Queue {
    private static final class Kept {
        Item item;
        byte[] octets;
        Instant due;
        String token = "";
        String owner = "";
        Instant until = Instant.MIN;
        Optional<String> hold = Optional.empty();
    }

    private final Clock clock;
    private final TreeMap<String, Kept> kept = new TreeMap<>();
    private Optional<IOException> fault = Optional.empty();
    private long tokens;

    public MemoryQueue(Clock clock) {
        this.clock = clock;
    }

    /** From now on every put and complete fails so, until it is told empty. */
    public synchronized void fail(Optional<IOException> how) {
        fault = how;
    }

    private void check() throws IOException {
        if (fault.isPresent()) {
            throw fault.get();
        }
    }

    @Override
    public void open() {}

    @Override
    public void close() {}

    @Override
    public synchronized void put(Item item, Content content, Instant due) throws IOException {
        check();
        var one = new Kept();
        one.item = item;
        one.due = Instant.ofEpochMilli(due.toEpochMilli());
        try (var in = content.open()) {
            one.octets = in.readAllBytes();
        }
        kept.put(item.id(), one);
    }

    @Override
    public synchronized List<Lease> lease(String owner, int most, Duration life) {
        var now = clock.instant();
        kept.values().stream().filter(k -> k.until.isBefore(now) && k.hold.isPresent()).forEach(k -> {
            k.item = k.item.held(k.hold);
            k.hold = Optional.empty();
        });
        var taken = new ArrayList<Lease>();
        for (var one : kept.values().stream().filter(k -> k.item.held().isEmpty() && !k.due.isAfter(now) && k.until.isBefore(now))
                .sorted(Comparator.comparing((Kept k) -> k.due)).limit(most).toList()) {
            taken.add(leased(one, owner, life));
        }
        return taken;
    }

    private Lease leased(Kept one, String owner, Duration life) {
        one.token = String.valueOf(++tokens);
        one.owner = owner;
        one.until = clock.instant().plus(life);
        return new Lease(one.item, one.due, one.octets.length, one.token);
    }

    @Override
    public synchronized Optional<Lease> lease(String owner, String id, Duration life) {
        return Optional.ofNullable(kept.get(id)).filter(k -> k.until.isBefore(clock.instant())).map(k -> leased(k, owner, life));
    }

    @Override
    public synchronized boolean renew(Lease lease, Duration life) {
        var one = kept.get(lease.item().id());
        if (one == null || !one.token.equals(lease.token())) {
            return false;
        }
        one.until = clock.instant().plus(life);
        return true;
    }

    @Override
    public synchronized boolean complete(Lease lease, Item left, Instant due) throws IOException {
        check();
        var one = kept.get(lease.item().id());
        if (one == null || !one.token.equals(lease.token())) {
            return false;
        }
        if (left.legs().isEmpty()) {
            kept.remove(left.id());
            return true;
        }
        one.item = left.held(left.held().or(() -> one.hold));
        one.due = Instant.ofEpochMilli(due.toEpochMilli());
        one.hold = Optional.empty();
        one.until = Instant.MIN;
        one.token = "";
        return true;
    }

    @Override
    public synchronized List<Entry> browse(Optional<String> after, int most) {
        return kept.tailMap(after.orElse(""), after.isEmpty()).values().stream().limit(most).map(this::entry).toList();
    }

    private Entry entry(Kept one) {
        var owner = one.until.isBefore(clock.instant()) ? Optional.<String>empty() : Optional.of(one.owner);
        return new Entry(one.item.held(one.item.held().or(() -> one.hold)), one.due, one.octets.length, owner);
    }

    @Override
    public synchronized Optional<Entry> find(String id) {
        return Optional.ofNullable(kept.get(id)).map(this::entry);
    }

    @Override
    public synchronized int read(String id, long offset, byte[] into) throws IOException {
        var one = kept.get(id);
        if (one == null) {
            throw new NoSuchFileException(id);
        }
        int n = (int) Math.clamp(one.octets.length - offset, 0, into.length);
        if (n > 0) {
            System.arraycopy(one.octets, (int) offset, into, 0, n);
        }
        return n;
    }

    @Override
    public synchronized boolean hold(String id, String why) {
        var one = kept.get(id);
        if (one == null) {
            return false;
        }
        if (one.until.isBefore(clock.instant())) {
            one.item = one.item.held(Optional.of(why));
            one.due = clock.instant();
        } else {
            one.hold = Optional.of(why);
        }
        return true;
    }

    @Override
    public synchronized boolean release(String id) {
        var one = kept.get(id);
        if (one == null) {
            return false;
        }
        one.hold = Optional.empty();
        if (one.until.isBefore(clock.instant())) {
            one.item = one.item.held(Optional.empty());
            one.due = clock.instant();
        }
        return true;
    }

    @Override
    public synchronized boolean remove(String id) {
        return kept.remove(id) != null;
    }
}
