package org.posthouse.observe;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps all events, in order; their time is always the epoch. */
public final class MemoryTrace implements Trace {
    private final List<Event> events = new CopyOnWriteArrayList<>();

    @Override
    public void event(String id, String what, Object... values) {
        events.add(Event.of(Instant.EPOCH, id, what, values));
    }

    public List<Event> events() {
        return List.copyOf(events);
    }

    /** What happened to this id: one word an event. */
    public List<String> story(String id) {
        return events.stream().filter(e -> e.id().equals(id)).map(Event::what).toList();
    }
}
