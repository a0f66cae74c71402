package org.posthouse.observe;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.posthouse.config.Values;
import org.posthouse.disk.Disk;
import org.posthouse.message.BadSetting;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events from any thread into a bounded queue; one virtual thread writes them to the trace files and hands them to
 * the observers. When the queue is full or the disk fails, events are dropped and counted ({@code trace_dropped}): a trace
 * is for looking up, nothing depends on it, and it is not synced. A crash loses the last moments.
 */
public final class FileTrace implements Trace, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileTrace.class);
    private static final int LONGEST_QUEUE = 20_000;
    private static final Duration GATHERING = Duration.ofMillis(50); // one wake-up and one write for all that comes meanwhile
    private static final Duration LONGEST_FLUSH = Duration.ofSeconds(5);

    private sealed interface Item {
        record Happened(Event event) implements Item {}

        /** Is reached when all before it is written. */
        record Mark(CountDownLatch reached) implements Item {}
    }

    private final Clock clock;
    private final Metrics metrics;
    private final Observers observers;
    private final TraceFiles files;
    private final BlockingQueue<Item> queue = new ArrayBlockingQueue<>(LONGEST_QUEUE);
    private final Thread writer = Thread.ofVirtual().name("trace").unstarted(this::write);
    private volatile boolean closed;
    private boolean failing; // of the writer's thread alone

    public FileTrace(Disk disk, Observers observers, Metrics metrics, Clock clock) {
        this.clock = clock;
        this.metrics = metrics;
        this.observers = observers;
        this.files = new TraceFiles(disk);
        writer.start();
    }

    /** Takes {@code trace-days}, how many days files are kept. */
    public void configure(Values top) {
        int days = top.number("trace-days");
        if (days < 1 || days > 3_650) {
            throw new BadSetting("trace-days", "'" + days + "' is not between 1 and 3650; write like trace-days = 14");
        }
        files.keep(days);
    }

    @Override
    public void event(String id, String what, Object... values) {
        var event = Event.of(clock.instant().truncatedTo(ChronoUnit.MILLIS), id, what, values);
        if (closed || !queue.offer(new Item.Happened(event))) {
            metrics.count("trace_dropped");
        }
    }

    private void write() {
        var items = new ArrayList<Item>();
        try {
            while (!closed || !queue.isEmpty()) {
                items.add(queue.take());
                if (items.getFirst() instanceof Item.Happened && !closed) {
                    LockSupport.parkNanos(GATHERING.toNanos());
                }
                queue.drainTo(items);
                write(items);
                items.clear();
            }
        } catch (InterruptedException e) {
            LOG.debug("trace writer interrupted, {} events lost", queue.size());
        } finally {
            files.close();
        }
    }

    private void write(List<Item> items) {
        var events = new ArrayList<Event>();
        var marks = new ArrayList<Item.Mark>();
        for (var item : items) {
            switch (item) {
                case Item.Happened(var event) -> events.add(event);
                case Item.Mark mark -> marks.add(mark);
            }
        }
        try {
            files.write(events);
            failing = false;
        } catch (IOException | RuntimeException e) { // the batch is lost, the thread must not be
            metrics.add("trace_dropped", events.size());
            if (!failing) { // once, not twenty times a second while the disk is full
                LOG.warn("cannot write the trace", e);
            }
            failing = true;
        }
        observers.on(events);
        marks.forEach(mark -> mark.reached().countDown());
    }

    /** Returns when all events so far are in the files, or after five seconds. */
    public void flush() throws InterruptedException {
        var reached = new CountDownLatch(1);
        if (!closed && queue.offer(new Item.Mark(reached), LONGEST_FLUSH.toMillis(), TimeUnit.MILLISECONDS)) {
            LockSupport.unpark(writer);
            reached.await(LONGEST_FLUSH.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /**
     * The events of every id that begins with the prefix, and of those it is made from: a message's story includes its
     * session's. Where one has exactly this id, {@code S.1} does not mean {@code S.10}. At most {@link TraceFiles#MOST_FOUND}.
     */
    public List<Event> find(String idPrefix) throws IOException, InterruptedException {
        flush();
        return files.find(idPrefix);
    }

    /** The last events of all, at most {@link TraceFiles#MOST_FOUND}. */
    public List<Event> last(int most) throws IOException, InterruptedException {
        flush();
        return files.last(most);
    }

    /** Writes what is queued; later events are dropped. */
    @Override
    public void close() {
        closed = true;
        queue.offer(new Item.Mark(new CountDownLatch(0))); // wakes a writer that waits
        LockSupport.unpark(writer);
        try {
            if (!writer.join(LONGEST_FLUSH)) {
                writer.interrupt();
            }
        } catch (InterruptedException e) {
            writer.interrupt();
        }
    }
}
