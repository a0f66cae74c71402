package org.posthouse.observe;

import org.osgi.annotation.versioning.ConsumerType;

/** Hears of events after the fact, from a bounded queue of its own: one that is too slow misses some and holds up nothing. */
@ConsumerType
public interface Observer {
    void on(Event event);
}
