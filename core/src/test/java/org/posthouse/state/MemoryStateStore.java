package org.posthouse.state;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Values in memory, by the clock of the test; closing it forgets nothing. */
public final class MemoryStateStore implements StateStore {
    private record Place(String space, States.Keep keep, String key) {}

    private record Kept(String value, Instant until) {}

    private final Clock clock;
    private final Map<Place, Kept> values = new HashMap<>();

    public MemoryStateStore(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void open() {}

    @Override
    public void close() {}

    @Override
    public synchronized Optional<String> get(String space, States.Keep keep, String key) {
        return live(new Place(space, keep, key)).map(Kept::value);
    }

    @Override
    public synchronized void put(String space, States.Keep keep, String key, String value, Duration life) {
        values.put(new Place(space, keep, key), new Kept(value, clock.instant().plus(life)));
    }

    @Override
    public synchronized Optional<String> putIfAbsent(String space, States.Keep keep, String key, String value, Duration life) {
        var there = get(space, keep, key);
        if (there.isEmpty()) {
            put(space, keep, key, value, life);
        }
        return there;
    }

    @Override
    public synchronized long add(String space, States.Keep keep, String key, long delta, Duration life) {
        var place = new Place(space, keep, key);
        var before = live(place).filter(k -> k.value().matches("-?\\d{1,18}"));
        long sum = before.map(k -> Long.parseLong(k.value())).orElse(0L) + delta;
        values.put(place, new Kept(Long.toString(sum), before.map(Kept::until).orElse(clock.instant().plus(life))));
        return sum;
    }

    @Override
    public synchronized void remove(String space, States.Keep keep, String key) {
        values.remove(new Place(space, keep, key));
    }

    @Override
    public synchronized long size(String space, States.Keep keep) {
        return values.keySet().stream().filter(p -> p.space().equals(space) && p.keep() == keep && live(p).isPresent()).count();
    }

    private Optional<Kept> live(Place place) {
        return Optional.ofNullable(values.get(place)).filter(k -> clock.instant().isBefore(k.until()));
    }
}
