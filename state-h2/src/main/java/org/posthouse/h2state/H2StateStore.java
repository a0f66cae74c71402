package org.posthouse.h2state;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.h2.mvstore.MVStoreException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.posthouse.disk.Disk;
import org.posthouse.h2state.StateFile.Place;
import org.posthouse.message.BadSetting;
import org.posthouse.message.OutcomeUnknown;
import org.posthouse.message.Unavailable;
import org.posthouse.state.StateStore;
import org.posthouse.state.States.Keep;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps states in one MVStore file, {@code var/state/state.mv}. Soft values are written about once a second and synced about
 * every ten; a durable one is written and synced before the call returns. MVStore writes the file itself, appending whole
 * chunks with checksums: after a crash the last whole one counts, and one that was synced is not overwritten for 45 s.
 *
 * <p>All use of the file happens on threads of our own, because a thread that is interrupted while it reads a channel closes
 * that channel for everybody, and callers over their budget are interrupted.
 */
@Component(configurationPid = "state-h2")
@Designate(ocd = H2StateStore.Config.class)
public final class H2StateStore implements StateStore {
    @ObjectClassDefinition(name = "state-h2", description = "Keeps counters and small values in an H2 MVStore file")
    public @interface Config {
        @AttributeDefinition(min = "1",
                description = "Most values kept; beyond it the soft values whose life ends first are given up")
        int max_entries() default 1_000_000;
    }

    private static final Logger LOG = LoggerFactory.getLogger("state-h2");
    private static final Duration LONGEST_LIFE = Duration.ofDays(100 * 365);
    private static final int TICKS_TO_SYNC = 10;
    private static final int TICKS_TO_COMPACT = 5;
    private static final int TICKS_TO_WARN = 60;
    private static final int SWEPT_AT_ONCE = 1_000;
    private static final int COUNTER_DIGITS = 18;

    /** One use of the open file. */
    private interface Use<R> {
        R of(StateFile file) throws IOException;
    }

    private record Done<R>(StateFile file, R result) {}

    private final StateFolder folder;
    private final Clock clock;
    private final long mostEntries;
    private final Lock access = new ReentrantLock();

    // guarded by access
    private Optional<Ticker> ticker = Optional.empty(); // present between open and close
    private Optional<StateFile> current = Optional.empty(); // absent also after a failure, until the next use

    @Activate
    public H2StateStore(Config config, @Reference Disk disk) {
        this(config, disk, Clock.systemUTC());
    }

    H2StateStore(Config config, Disk disk, Clock clock) {
        if (config.max_entries() < 1) {
            throw new BadSetting("max-entries", "must be at least 1; leave it out for 1000000");
        }
        this.mostEntries = config.max_entries();
        this.folder = new StateFolder(disk, clock, mostEntries);
        this.clock = clock;
    }

    @Override
    public void open() throws IOException {
        undisturbed(() -> {
            access.lock();
            try {
                if (ticker.isEmpty()) {
                    current = Optional.of(folder.openOrBeginAnew());
                    ticker = Optional.of(new Ticker(this::tick));
                }
                return null;
            } finally {
                access.unlock();
            }
        });
    }

    @Override
    public void close() throws IOException {
        undisturbed(() -> {
            var ticking = takeTicker();
            if (ticking.isPresent()) {
                ticking.get().stop();
                closeFile();
            }
            return null;
        });
    }

    @Override
    public Optional<String> get(String space, Keep keep, String key) throws IOException {
        return use(file -> file.get(new Place(keep, space, key), clock.millis())).map(Entry::value);
    }

    @Override
    public void put(String space, Keep keep, String key, String value, Duration life) throws IOException {
        change(keep, file -> {
            file.put(new Place(keep, space, key), living(value, life), clock.millis());
            return null;
        });
    }

    @Override
    public Optional<String> putIfAbsent(String space, Keep keep, String key, String value, Duration life) throws IOException {
        var place = new Place(keep, space, key);
        return change(keep, file -> {
            var there = file.get(place, clock.millis());
            if (there.isEmpty()) {
                file.put(place, living(value, life), clock.millis());
            }
            return there;
        }).map(Entry::value);
    }

    @Override
    public long add(String space, Keep keep, String key, long delta, Duration life) throws IOException {
        var place = new Place(keep, space, key);
        return change(keep, file -> {
            var before = file.get(place, clock.millis()).filter(entry -> isCounter(entry.value()));
            long sum = before.map(entry -> Long.parseLong(entry.value())).orElse(0L) + delta;
            var first = living("", life);
            file.put(place, new Entry(before.orElse(first).end(), Long.toString(sum)), clock.millis());
            return sum;
        });
    }

    @Override
    public void remove(String space, Keep keep, String key) throws IOException {
        change(keep, file -> {
            file.remove(new Place(keep, space, key));
            return null;
        });
    }

    @Override
    public long size(String space, Keep keep) throws IOException {
        sweep();
        return use(file -> file.size(keep, space));
    }

    private Entry living(String value, Duration life) {
        long millis = life.compareTo(LONGEST_LIFE) < 0 ? life.toMillis() : LONGEST_LIFE.toMillis();
        return new Entry(clock.millis() + millis, value);
    }

    private static boolean isCounter(String value) {
        return value.length() <= COUNTER_DIGITS && value.matches("-?\\d+");
    }

    private void tick(long count) throws IOException {
        use(StateFile::commit);
        sweep();
        if (count % TICKS_TO_SYNC == 0) {
            sync(opened());
        }
        if (count % TICKS_TO_COMPACT == 0) {
            guarded(opened(), file -> {
                file.compact();
                return null;
            });
        }
        if (count % TICKS_TO_WARN == 0) {
            long evicted = use(StateFile::evicted);
            if (evicted > 0) {
                LOG.warn("gave up {} soft values before their time: there are max-entries = {}", evicted, mostEntries);
            }
        }
    }

    /** In small pieces, so that nobody waits long. */
    private void sweep() throws IOException {
        while (use(file -> file.sweep(clock.millis(), SWEPT_AT_ONCE))) {
            Thread.yield();
        }
    }

    /** A durable change is in the file and synced when this returns; the syncs of several callers overlap. */
    private <R> R change(Keep keep, Use<R> change) throws IOException {
        if (keep == Keep.SOFT) {
            return use(change);
        }
        return undisturbed(() -> {
            var done = locked(file -> {
                R result = change.of(file);
                file.commit();
                return new Done<>(file, result);
            });
            sync(done.file());
            return done.result();
        });
    }

    private void sync(StateFile file) throws IOException {
        try {
            file.sync();
        } catch (MVStoreException e) {
            letGo(file, e);
            throw new OutcomeUnknown("the state file failed", e);
        }
    }

    private <R> R use(Use<R> use) throws IOException {
        return undisturbed(() -> locked(use));
    }

    private <R> R locked(Use<R> use) throws IOException {
        access.lock();
        try {
            return guarded(opened(), use);
        } finally {
            access.unlock();
        }
    }

    private StateFile opened() throws IOException {
        access.lock();
        try {
            if (ticker.isEmpty()) {
                throw new Unavailable("the state file is closed");
            }
            if (current.isEmpty()) {
                current = Optional.of(folder.openOrBeginAnew());
            }
            return current.get();
        } finally {
            access.unlock();
        }
    }

    private <R> R guarded(StateFile file, Use<R> use) throws IOException {
        try {
            return use.of(file);
        } catch (MVStoreException e) {
            letGo(file, e);
            throw new Unavailable("the state file failed", e);
        }
    }

    /** The next use opens the file again, or begins a new one. */
    private void letGo(StateFile file, MVStoreException why) throws IOException {
        access.lock();
        try {
            if (current.filter(file::equals).isPresent()) {
                current = Optional.empty();
                file.abandon();
                if (StateFolder.isDamage(why)) {
                    folder.putAside(why);
                }
            }
        } finally {
            access.unlock();
        }
    }

    private Optional<Ticker> takeTicker() {
        access.lock();
        try {
            var taken = ticker;
            ticker = Optional.empty();
            return taken;
        } finally {
            access.unlock();
        }
    }

    private void closeFile() {
        access.lock();
        try {
            current.ifPresent(StateFile::close);
        } catch (MVStoreException e) {
            LOG.warn("the last second of soft values is lost: {}", e.toString());
            current.ifPresent(StateFile::abandon);
        } finally {
            current = Optional.empty();
            access.unlock();
        }
    }

    /** Does it on a thread that nobody interrupts, whatever happens to the one that waits for it. */
    private static <R> R undisturbed(Callable<R> work) throws IOException {
        var task = new FutureTask<>(work);
        Thread.ofVirtual().name("state-h2").start(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeUnknown("interrupted while using the state file", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException bug -> throw bug;
                case Error error -> throw error;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }
}
