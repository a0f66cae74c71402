package org.posthouse.swap;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.Optional;
import org.posthouse.message.Unavailable;

/** The plugins of one kind, by name; the only class that knows that they come and go. (First form: no waiting, no swap.) */
public final class Plugins<T> {
    private record Present<T>(T service, Map<String, String> properties) {}

    private final String kind;
    private final ConcurrentSkipListMap<String, Present<T>> present = new ConcurrentSkipListMap<>();

    public Plugins(String kind) {
        this.kind = kind;
    }

    /** The plugins that are here or expected back, in order of their names. */
    public List<String> names() {
        return List.copyOf(present.keySet());
    }

    /** A property of the service as registered, such as a filter's {@code phase}. */
    public Optional<String> property(String name, String key) {
        return Optional.ofNullable(present.get(name)).map(p -> p.properties().get(key));
    }

    /** Uses a plugin on this thread, waiting for one that is away at most {@code grace}. */
    public <R, X extends Exception> R call(String name, Call<T, R, X> call) throws IOException, X {
        T service = find(name);
        try {
            return call.on(service);
        } catch (RuntimeException | LinkageError e) {
            throw new Broken(name, e);
        }
    }

    /** The same on a thread of its own, for at most {@code budget}; then it is interrupted and {@link Overdue} thrown. */
    public <R, X extends Exception> R callWithin(String name, Duration budget, Call<T, R, X> call) throws IOException, X {
        T service = find(name);
        var task = new FutureTask<R>(() -> call.on(service));
        var thread = Thread.ofVirtual().start(task);
        try {
            return task.get(budget.toNanos(), TimeUnit.NANOSECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            thread.interrupt();
            throw new Overdue(name, budget);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new Broken(name, e.getCause());
        } catch (InterruptedException e) {
            throw new Unavailable("the server is shutting down", e);
        }
    }

    /** Holds a plugin for longer than a call, waiting for one that is away at most {@code grace}. */
    public Lease<T> lease(String name) throws Unavailable {
        T service = find(name);
        return new Lease<>() {
            @Override public T plugin() {
                return service;
            }

            @Override public void failed(Throwable why) {}

            @Override public void close() {}
        };
    }

    /** A version of the plugin is here and takes all new calls. */
    public void arrive(String name, T service, Map<String, String> properties) {
        present.put(name, new Present<>(service, properties));
    }

    private T find(String name) throws Unavailable {
        var found = present.get(name);
        if (found == null) {
            throw new Unavailable(kind + " " + name + " is away");
        }
        return found.service();
    }
}
