package org.posthouse.diskqueue;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.posthouse.diskqueue.Agenda.Leased;
import org.posthouse.diskqueue.QueueFile.Look;
import org.posthouse.diskqueue.QueueName.State;
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

    private final Disk disk;
    private final Clock clock;
    private final int spareFiles;
    private final Agenda agenda;
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
        this.agenda = new Agenda(clock, MOST_SCHEDULED);
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
        agenda.clear();
    }

    /** Takes in what waits, by the names; how many items there are. */
    private long schedule(List<Shard> all) throws IOException {
        long items = 0;
        for (var shard : all) {
            var names = shard.names();
            items += names.size();
            agenda.add(names);
        }
        return items;
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
        agenda.add(List.of(name));
    }

    @Override
    public List<Lease> lease(String owner, int most, Duration life) throws IOException {
        refill();
        var taken = new ArrayList<Lease>();
        while (taken.size() < most) {
            var due = agenda.next();
            if (due.isEmpty()) {
                break;
            }
            lease(due.get(), owner, life).ifPresent(taken::add);
        }
        return taken;
    }

    @Override
    public Optional<Lease> lease(String owner, String id, Duration life) throws IOException {
        var shard = shard(id);
        shard.items.lock();
        try {
            var name = shard.find(id);
            if (name.isEmpty() || name.get().state() == State.WAITING) {
                return name.isEmpty() ? Optional.empty() : lease(name.get(), owner, life);
            }
            return agenda.isLeased(id) ? Optional.empty() : Optional.of(leased(shard, name.get(), owner, life));
        } catch (Torn | NoSuchFileException e) {
            return Optional.empty();
        } finally {
            shard.items.unlock();
        }
    }

    private Lease leased(Shard shard, QueueName name, String owner, Duration life) throws IOException {
        var file = shard.read(name, Look.WHOLE);
        var item = name.state() == State.WAITING ? file.item().held(Optional.empty()) : file.item().held(why(file.item()));
        var leased = agenda.lease(name, file, owner, life);
        return new Lease(item, Instant.ofEpochMilli(name.at()), file.sizeOctets(), leased.token());
    }

    /** Of a held one; a hold that was cut short may have left none. */
    private static Optional<String> why(Item item) {
        return item.held().or(() -> Optional.of("held"));
    }

    /** What was leased for too long is due again, and what was used up comes in. */
    private void refill() throws IOException {
        for (var leased : agenda.overdue()) {
            hold(leased.name().id(), leased.hold().orElseThrow());
        }
        if (agenda.usedUp()) {
            try {
                schedule(shards);
            } catch (IOException e) {
                agenda.incomplete();
                throw e;
            }
        }
    }

    /** Empty when the item is not there any more, is not whole, or somebody works on it. */
    private Optional<Lease> lease(QueueName name, String owner, Duration life) throws IOException {
        var shard = shard(name.id());
        shard.items.lock();
        try {
            if (agenda.isLeased(name.id()) || !shard.has(name)) {
                return Optional.empty();
            }
            return Optional.of(leased(shard, name, owner, life));
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

    @Override
    public boolean renew(Lease lease, Duration life) {
        return agenda.renew(lease.item().id(), lease.token(), life);
    }

    @Override
    public boolean complete(Lease lease, Item left, Instant due) throws IOException {
        var id = lease.item().id();
        var shard = shard(id);
        shard.items.lock();
        try {
            var leased = agenda.leased(id);
            if (leased.isPresent() && !leased.get().token().equals(lease.token())) {
                return false;
            }
            var name = Agenda.name(lease.token());
            if (!shard.has(name)) {
                return false;
            }
            if (left.legs().isEmpty()) {
                shard.free(name);
                agenda.change(name, Optional.empty());
                return true;
            }
            var file = leased.isPresent() ? leased.get().file() : shard.read(name, Look.ENVELOPE);
            change(shard, name, file, left.held(left.held().or(() -> leased.flatMap(Leased::hold))), due);
            return true;
        } finally {
            shard.items.unlock();
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
        agenda.change(name, Optional.of(next));
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
            var last = behind;
            while (page.size() < most) {
                int asked = most - page.size();
                var names = shard.behind(last, asked);
                for (var name : names) {
                    entryNow(shard, name).ifPresent(page::add);
                }
                if (names.size() < asked) {
                    return;
                }
                last = names.getLast().id();
            }
        } finally {
            shard.items.unlock();
        }
    }

    /** Also of an item that has got another name since all names were looked at. */
    private Optional<Entry> entryNow(Shard shard, QueueName seen) throws IOException {
        if (shard.has(seen)) {
            shard.saw(seen);
            return entry(shard, seen);
        }
        var now = shard.find(seen.id());
        return now.isPresent() ? entry(shard, now.get()) : Optional.empty();
    }

    private Optional<Entry> entry(Shard shard, QueueName name) throws IOException {
        try {
            var file = shard.read(name, Look.ENVELOPE);
            var leased = agenda.leased(name.id());
            var item = name.state() == State.WAITING ? file.item().held(leased.flatMap(Leased::hold))
                    : file.item().held(why(file.item()));
            return Optional.of(new Entry(item, Instant.ofEpochMilli(name.at()), file.sizeOctets(),
                    leased.map(Leased::owner)));
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
            var leased = agenda.leased(id);
            if (leased.isPresent()) {
                return shard.content(leased.get().name(), leased.get().file(), offset, into);
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
            if (agenda.wish(id, Optional.of(why))) {
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

    @Override
    public boolean release(String id) throws IOException {
        var shard = shard(id);
        shard.items.lock();
        try {
            if (agenda.wish(id, Optional.empty())) {
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
            agenda.change(name.get(), Optional.empty());
            return true;
        } finally {
            shard.items.unlock();
        }
    }
}
