package org.posthouse.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of what anybody does to files of directories. One watch of the system and one thread serve all, begun with the first
 * directory; the system allows few of them. Where it allows none, nothing is told, and the log says so once.
 */
public final class Lookout implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger("disk");
    private static final WatchEvent.Kind<?>[] KINDS = {StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_DELETE,
        StandardWatchEventKinds.ENTRY_MODIFY};

    /** Who is told: {@code changed} for names that are {@code meant}, and when something may have been missed. */
    public record Listener(Predicate<String> meant, Runnable changed, Runnable ended) {}

    /** Ends with {@code close}; more than once is no error. */
    @FunctionalInterface
    public interface Watching extends AutoCloseable {
        @Override
        void close();
    }

    private final String name;
    private final Map<WatchKey, List<Listener>> listeners = new HashMap<>(); // of one directory, by inode: it may be renamed
    private WatchService service;
    private boolean complained;

    /** @param name of the thread */
    public Lookout(String name) {
        this.name = name;
    }

    /** NoSuchFileException when one of these directories is not there. */
    public synchronized Watching watch(List<Path> directories, Listener listener) throws IOException {
        var keys = new ArrayList<WatchKey>();
        Watching watching = () -> leave(keys, listener);
        try {
            for (var directory : directories) {
                var key = directory.register(service(), KINDS);
                listeners.computeIfAbsent(key, _ -> new ArrayList<>()).add(listener);
                keys.add(key);
            }
        } catch (NoSuchFileException e) {
            watching.close();
            throw e;
        } catch (IOException e) {
            if (!complained) {
                LOG.warn("what other programs do to mail shows only when it is asked for: {}", e.toString());
                complained = true;
            }
        }
        return watching;
    }

    private WatchService service() throws IOException {
        if (service == null) {
            var fresh = FileSystems.getDefault().newWatchService();
            Thread.ofPlatform().daemon().name(name).start(() -> tell(fresh));
            service = fresh;
        }
        return service;
    }

    private synchronized void leave(List<WatchKey> keys, Listener listener) {
        for (var key : keys) {
            var others = listeners.get(key);
            if (others != null && others.removeIf(l -> l == listener) && others.isEmpty()) {
                listeners.remove(key);
                key.cancel();
            }
        }
        keys.clear();
    }

    private void tell(WatchService from) {
        try {
            while (true) {
                tell(from.take());
            }
        } catch (ClosedWatchServiceException | InterruptedException _) {
            return; // closed
        }
    }

    private void tell(WatchKey key) {
        var names = new HashSet<String>();
        boolean missed = false;
        for (var event : key.pollEvents()) {
            missed |= event.kind() == StandardWatchEventKinds.OVERFLOW;
            names.add(String.valueOf(event.context()));
        }
        missed |= !key.reset(); // the directory is gone
        for (var listener : listeners(key)) {
            if (missed || names.stream().anyMatch(listener.meant())) {
                told(listener.changed());
            }
        }
    }

    private synchronized List<Listener> listeners(WatchKey key) {
        return List.copyOf(listeners.getOrDefault(key, List.of()));
    }

    /** Whatever one of them does wrong, the others are told. */
    private static void told(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException e) {
            LOG.error("who watches a directory failed", e);
        }
    }

    /** Tells all that it ended. Can be used again. */
    @Override
    public void close() throws IOException {
        Set<Listener> all = new HashSet<>();
        synchronized (this) {
            listeners.values().forEach(all::addAll);
            listeners.clear();
            if (service != null) {
                service.close();
                service = null;
            }
        }
        all.forEach(listener -> told(listener.ended()));
    }
}
