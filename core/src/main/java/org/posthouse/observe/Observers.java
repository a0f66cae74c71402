package org.posthouse.observe;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import org.posthouse.swap.Plugins;

/** Tells the bundles that want to know what happened; each has a queue and a virtual thread of its own and holds up nobody. */
public final class Observers implements AutoCloseable {
    private static final int LONGEST_QUEUE = 1_000;

    private record Feed(BlockingQueue<Event> queue, Thread thread) {}

    private final Plugins<Observer> plugins;
    private final Metrics metrics;
    private final Map<String, Feed> feeds = new ConcurrentHashMap<>();

    public Observers(Plugins<Observer> plugins, Metrics metrics) {
        this.plugins = plugins;
        this.metrics = metrics;
    }

    /** Never blocks; an observer whose queue is full misses the event. One thread calls it. */
    void on(List<Event> events) {
        var names = plugins.names();
        feeds.forEach((name, feed) -> {
            if (!names.contains(name)) {
                feed.thread().interrupt();
                feeds.remove(name);
            }
        });
        for (var name : names) {
            var feed = feeds.computeIfAbsent(name, this::start);
            for (var event : events) {
                if (!feed.queue().offer(event)) {
                    metrics.count("observer_missed", "observer", name);
                }
            }
        }
    }

    private Feed start(String name) {
        var queue = new ArrayBlockingQueue<Event>(LONGEST_QUEUE);
        return new Feed(queue, Thread.ofVirtual().name("observer-" + name).start(() -> feed(name, queue)));
    }

    private void feed(String name, BlockingQueue<Event> queue) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                tell(name, queue.take());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** What it throws is its own bug, which Plugins has noted; the event is not repeated. */
    private void tell(String name, Event event) {
        try {
            plugins.call(name, observer -> {
                observer.on(event);
                return null;
            });
        } catch (IOException e) {
            metrics.count("observer_missed", "observer", name);
        }
    }

    @Override
    public void close() {
        feeds.values().forEach(feed -> feed.thread().interrupt());
        feeds.clear();
    }
}
