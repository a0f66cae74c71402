package org.posthouse.diskqueue;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.posthouse.diskqueue.QueueFile.Look;
import org.posthouse.diskqueue.QueueName.State;
import org.posthouse.diskqueue.Schedule.Due;
import org.posthouse.disk.Disk;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Content;
import org.posthouse.message.Unavailable;
import org.posthouse.queue.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps each item in one file, whose name says whether and when it is due. Files are never created and deleted per message:
 * a freed one is kept for the next. All states of a file lie in one folder, so that each step is one rename.
 *
 * <pre>
 *            write, sync, rename, sync folder
 *   f3 (spare) ─────────────▶ w1790000000000-id (waiting, due then)
 *      ▲                        │    ▲    ▲
 *      │ rename,                │    │    └─ complete: envelope written behind, sync; rename (to when it is due next)
 *      │ sync folder            │    └────── release: envelope, sync; rename, sync folder
 *      ├────────────────────────┤
 *      │                        ▼ hold: envelope, sync; rename, sync folder
 *      └──────────────── h1790000000000-id (held since then)
 * </pre>
 * The name decides; a reason to hold in a file that is named as waiting is of a hold that was cut short. A new time of a
 * waiting item is not synced: if it is lost, the item is due too early. A lease changes nothing on disk.
 *
 * <p>What is due is known from the names alone: at the start, and when the earliest {@link #MOST_SCHEDULED} are used up, all are
 * listed, and only so many are kept in memory. Ids say in which of the folders an item is.
 */
@Component(configurationPid = "queue-disk")
@Designate(ocd = DiskQueue.Config.class)
public final class DiskQueue implements Queue {
    @ObjectClassDefinition(name = "queue-disk", description = "Keeps waiting messages in files, durable and reused")
    public @interface Config {
        @AttributeDefinition(min = "0", description = "Most files of delivered messages kept for the next ones")
        int spare_files() default 2_000;
    }

    static final int MOST_SCHEDULED = 100_000;
    static final int SHARDS = 64;

    private static final Logger LOG = LoggerFactory.getLogger("queue-disk");

    /** An item somebody works on; {@code hold} is what was asked for meanwhile. */
    private static final class Leased {
        final QueueName name;
        final QueueFile file;
        final String token;
        final String owner;
        Instant until;
        Optional<String> hold = Optional.empty();

        Leased(QueueName name, QueueFile file, String token, String owner, Instant until) {
            this.name = name;
            this.file = file;
            this.token = token;
            this.owner = owner;
            this.until = until;
        }
    }

    private final Disk disk;
    private final Clock clock;
    private final int spareFiles;
    private final Lock index = new ReentrantLock();

    // guarded by index
    private Schedule schedule = new Schedule(MOST_SCHEDULED);
    private final Map<String, Leased> leases = new HashMap<>();
    private long tokens;

    private volatile List<Shard> shards = List.of(); // none: closed
    private volatile Path aside;

    @Activate
    public DiskQueue(Config config, @Reference Disk disk) {
        this(config, disk, Clock.systemUTC());
    }

    DiskQueue(Config config, Disk disk, Clock clock) {
        if (config.spare_files() < 0) {
            throw new BadSetting("spare-files", "must be 0 or more; leave it out for 2000");
        }
        this.spareFiles = config.spare_files();
        this.disk = disk;
        this.clock = clock;
    }

    @Override
    public void open() throws IOException {
        var root = disk.var("queue");
        disk.folder(root);
        aside = root.resolve("torn");
        var made = new ArrayList<Shard>();
        for (int i = 0; i < SHARDS; i++) {
            made.add(new Shard(disk, root.resolve("%02x".formatted(i)), (spareFiles + SHARDS - 1) / SHARDS));
        }
        long start = System.nanoTime();
        long items = schedule(made);
        shards = made;
        LOG.info("opened items={} ms={}", items, (System.nanoTime() - start) / 1_000_000);
    }

    @Override
    public void close() {
        shards = List.of();
        index.lock();
        try {
            schedule = new Schedule(MOST_SCHEDULED);
            leases.clear();
        } finally {
            index.unlock();
        }
    }

    /** Takes in what waits, by the names; how many items there are. */
    private long schedule(List<Shard> all) throws IOException {
        long items = 0;
        for (var shard : all) {
            var names = shard.names();
            items += names.size();
            index.lock();
            try {
                names.stream().filter(n -> n.state() == State.WAITING && !leases.containsKey(n.id())).forEach(this::add);
            } finally {
                index.unlock();
            }
        }
        return items;
    }

    private void add(QueueName name) {
        schedule.add(new Due(name.at(), name.id()));
    }

    private Shard shard(String id) throws Unavailable {
        var open = shards;
        if (open.isEmpty()) {
            throw new Unavailable("the queue is closed");
        }
        return open.get(Math.floorMod(id.hashCode(), SHARDS));
    }

    @Override
    public void put(Item item, Content content, Instant due) throws IOException {
        var name = new QueueName(item.held().isPresent() ? State.HELD : State.WAITING, due.toEpochMilli(), item.id());
        shard(item.id()).put(name, item, content);
        if (name.state() == State.WAITING) {
            index(() -> add(name));
        }
    }

    @Override
    public List<Lease> lease(String owner, int most, Duration life) throws IOException {
        refill();
        var taken = new ArrayList<Lease>();
        while (taken.size() < most) {
            var due = next();
            if (due.isEmpty()) {
                break;
            }
            lease(new QueueName(State.WAITING, due.get().at(), due.get().id()), owner, life).ifPresent(taken::add);
        }
        return taken;
    }

    /** What was leased for too long is due again, and what was used up comes in. */
    private void refill() throws IOException {
        var toHold = new ArrayList<Leased>();
        boolean usedUp;
        index.lock();
        try {
            var now = clock.instant();
            for (var leased : leases.values()) {
                if (leased.until.isBefore(now)) {
                    leased.hold.ifPresentOrElse(_ -> toHold.add(leased), () -> add(leased.name));
                }
            }
            usedUp = schedule.usedUp();
            if (usedUp) {
                schedule.refill();
            }
        } finally {
            index.unlock();
        }
        for (var leased : toHold) {
            hold(leased.name.id(), leased.hold.orElseThrow());
        }
        if (usedUp) {
            schedule(shards);
        }
    }

    private Optional<Due> next() {
        index.lock();
        try {
            return schedule.take(clock.millis());
        } finally {
            index.unlock();
        }
    }

    /** Empty when the item is not there any more, is not whole, or somebody works on it. */
    private Optional<Lease> lease(QueueName name, String owner, Duration life) throws IOException {
        var shard = shard(name.id());
        shard.items.lock();
        try {
            if (isLeased(name.id()) || !shard.has(name)) {
                return Optional.empty();
            }
            var file = shard.read(name, Look.WHOLE);
            index.lock();
            try {
                var leased = new Leased(name, file, ++tokens + ":" + name, owner, clock.instant().plus(life));
                leases.put(name.id(), leased);
                return Optional.of(new Lease(file.item().held(Optional.empty()), Instant.ofEpochMilli(name.at()),
                        file.sizeOctets(), leased.token));
            } finally {
                index.unlock();
            }
        } catch (Torn e) {
            LOG.warn("torn file={} cause=\"{}\" kept-in={}", name, e.getMessage(), aside);
            shard.putAside(name, aside);
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("unreadable file={} cause=\"{}\"", name, e.toString()); // it comes again with the next listing
            return Optional.empty();
        } finally {
            shard.items.unlock();
        }
    }

    private boolean isLeased(String id) {
        index.lock();
        try {
            var leased = leases.get(id);
            return leased != null && !leased.until.isBefore(clock.instant());
        } finally {
            index.unlock();
        }
    }

    @Override
    public boolean renew(Lease lease, Duration life) {
        index.lock();
        try {
            var leased = leases.get(lease.item().id());
            if (leased == null || !leased.token.equals(lease.token())) {
                return false;
            }
            leased.until = clock.instant().plus(life);
            return true;
        } finally {
            index.unlock();
        }
    }

    @Override
    public boolean complete(Lease lease, Item left, Instant due) throws IOException {
        var id = lease.item().id();
        var shard = shard(id);
        shard.items.lock();
        try {
            var leased = leased(id);
            if (leased.isPresent() && !leased.get().token.equals(lease.token())) {
                return false;
            }
            var name = QueueName.parse(lease.token().substring(lease.token().indexOf(':') + 1)).orElseThrow();
            if (!shard.has(name)) {
                return false;
            }
            if (left.legs().isEmpty()) {
                shard.free(name);
                index(() -> forget(name));
                return true;
            }
            var file = leased.isPresent() ? leased.get().file : shard.read(name, Look.ENVELOPE);
            change(shard, name, file, left.held(left.held().or(() -> leased.flatMap(l -> l.hold))), due);
            return true;
        } finally {
            shard.items.unlock();
        }
    }

    private Optional<Leased> leased(String id) {
        index.lock();
        try {
            return Optional.ofNullable(leases.get(id));
        } finally {
            index.unlock();
        }
    }

    /** Gives an item its new envelope and name; a change to or from held is durable with its name. */
    private void change(Shard shard, QueueName name, QueueFile file, Item now, Instant at) throws IOException {
        shard.writeAgain(name, file, now);
        rename(shard, name, new QueueName(now.held().isPresent() ? State.HELD : State.WAITING, at.toEpochMilli(), name.id()));
    }

    private void rename(Shard shard, QueueName name, QueueName next) throws IOException {
        shard.rename(name, next);
        if (next.state() != name.state()) {
            shard.sync();
        }
        index(() -> {
            forget(name);
            if (next.state() == State.WAITING) {
                add(next);
            }
        });
    }

    private void forget(QueueName name) {
        leases.remove(name.id());
        schedule.remove(new Due(name.at(), name.id()));
    }

    private void index(Runnable change) {
        index.lock();
        try {
            change.run();
        } finally {
            index.unlock();
        }
    }

    @Override
    public List<Entry> browse(Optional<String> after, int most) throws IOException {
        var page = new ArrayList<Entry>();
        shard(after.orElse("")); // open?
        int first = after.map(id -> Math.floorMod(id.hashCode(), SHARDS)).orElse(0);
        for (int i = first; i < SHARDS && page.size() < most; i++) {
            var behind = i == first ? after.orElse("") : "";
            browse(shards.get(i), behind, most, page);
        }
        return page;
    }

    private void browse(Shard shard, String behind, int most, List<Entry> page) throws IOException {
        shard.items.lock();
        try {
            var names = shard.names().stream().filter(n -> n.id().compareTo(behind) > 0)
                    .sorted(Comparator.comparing(QueueName::id)).limit(most - page.size()).toList();
            for (var name : names) {
                entry(shard, name).ifPresent(page::add);
            }
        } finally {
            shard.items.unlock();
        }
    }

    private Optional<Entry> entry(Shard shard, QueueName name) throws IOException {
        try {
            var file = shard.read(name, Look.ENVELOPE);
            var item = name.state() == State.WAITING ? file.item().held(leased(name.id()).flatMap(l -> l.hold))
                    : file.item().held(file.item().held().or(() -> Optional.of("held")));
            return Optional.of(new Entry(item, Instant.ofEpochMilli(name.at()), file.sizeOctets(),
                    leased(name.id()).map(l -> l.owner)));
        } catch (NoSuchFileException | Torn e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<Entry> find(String id) throws IOException {
        var shard = shard(id);
        shard.items.lock();
        try {
            var name = shard.find(id);
            return name.isPresent() ? entry(shard, name.get()) : Optional.empty();
        } finally {
            shard.items.unlock();
        }
    }

    @Override
    public int read(String id, long offset, byte[] into) throws IOException {
        var shard = shard(id);
        shard.items.lock();
        try {
            var leased = leased(id);
            if (leased.isPresent()) {
                return shard.content(leased.get().name, leased.get().file, offset, into);
            }
            var name = shard.find(id).orElseThrow(() -> new NoSuchFileException(id));
            return shard.content(name, shard.read(name, Look.ENVELOPE), offset, into);
        } finally {
            shard.items.unlock();
        }
    }

    @Override
    public boolean hold(String id, String why) throws IOException {
        var shard = shard(id);
        shard.items.lock();
        try {
            if (wish(id, Optional.of(why))) {
                return true;
            }
            var name = shard.find(id);
            if (name.isEmpty()) {
                return false;
            }
            var file = shard.read(name.get(), Look.ENVELOPE);
            change(shard, name.get(), file, file.item().held(Optional.of(why)), clock.instant());
            return true;
        } finally {
            shard.items.unlock();
        }
    }

    /** What is to become of an item when its lease ends; false if it is not leased. */
    private boolean wish(String id, Optional<String> hold) {
        index.lock();
        try {
            var leased = leases.get(id);
            if (leased == null || leased.until.isBefore(clock.instant())) {
                leases.remove(id);
                return false;
            }
            leased.hold = hold;
            return true;
        } finally {
            index.unlock();
        }
    }

    @Override
    public boolean release(String id) throws IOException {
        var shard = shard(id);
        shard.items.lock();
        try {
            if (wish(id, Optional.empty())) {
                return true;
            }
            var name = shard.find(id);
            if (name.isEmpty()) {
                return false;
            }
            if (name.get().state() == State.WAITING) {
                rename(shard, name.get(), new QueueName(State.WAITING, clock.millis(), id));
                return true;
            }
            var file = shard.read(name.get(), Look.ENVELOPE);
            change(shard, name.get(), file, file.item().held(Optional.empty()), clock.instant());
            return true;
        } finally {
            shard.items.unlock();
        }
    }

    @Override
    public boolean remove(String id) throws IOException {
        var shard = shard(id);
        shard.items.lock();
        try {
            var name = shard.find(id);
            if (name.isEmpty()) {
                return false;
            }
            shard.free(name.get());
            index(() -> forget(name.get()));
            return true;
        } finally {
            shard.items.unlock();
        }
    }
}
