package org.posthouse.diskqueue;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.posthouse.disk.Disk;
import org.posthouse.diskqueue.QueueName.State;
import org.posthouse.message.Content;
import org.posthouse.queue.Queue.Item;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One folder of the queue with the files of some items and some spare files, named {@code f} and a number. An item's file is
 * written as a spare file and becomes the item's by its name. Whoever changes or reads an item that is there holds
 * {@link #items}, since its file may become another item's; putting needs no lock.
 */
final class Shard {
    private static final Logger LOG = LoggerFactory.getLogger("queue-disk");
    private static final int KEPT_OCTETS = 256 * 1024; // of a spare file; longer ones give their room back

    private static final int MOST_SEEN = 600; // a page of a reader is shorter

    final Lock items = new ReentrantLock();

    private final Disk disk;
    private final Path folder;
    private final int mostSpare;
    /** Where some items were last; whoever looks there finds out whether they still are. */
    private final Map<String, QueueName> seen = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, QueueName> eldest) {
            return size() > MOST_SEEN;
        }
    });
    private List<QueueName> browsed = List.of(); // what a reader of pages has before it
    private final Deque<Path> spare = new ConcurrentLinkedDeque<>();
    private final AtomicInteger spares = new AtomicInteger();
    private final AtomicLong number = new AtomicLong();
    private volatile boolean made;

    Shard(Disk disk, Path folder, int mostSpare) {
        this.disk = disk;
        this.folder = folder;
        this.mostSpare = mostSpare;
    }

    /** The items' names; what else is there is learned from. */
    List<QueueName> look() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        var found = new ArrayList<QueueName>();
        var free = new ArrayList<Path>();
        try (var files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                var name = QueueName.parse(file.getFileName().toString());
                name.ifPresentOrElse(found::add, () -> free.add(file));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        if (!made) {
            takeIn(free);
            made = true;
        }
        return found;
    }

    /** Once, before the first item is put. */
    private void takeIn(List<Path> files) throws IOException {
        for (var file : files) {
            var name = file.getFileName().toString();
            if (name.matches("f\\d{1,18}")) {
                number.accumulateAndGet(Long.parseLong(name.substring(1)), Math::max);
                keep(file);
            } else {
                LOG.warn("stranger file={}", file);
            }
        }
    }

    List<QueueName> names() throws IOException {
        try {
            return look();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /**
     * Names behind an id, in the order of ids. Who goes on where the last page ended is spared another look at all names; what was put
     * since that look may be missing.
     */
    List<QueueName> behind(String id, int most) throws IOException {
        int last = id.isEmpty() ? -1 : Collections.binarySearch(browsed, new QueueName(State.WAITING, 0, id), Comparator.comparing(QueueName::id));
        if (last < 0) {
            browsed = names().stream().filter(n -> n.id().compareTo(id) > 0).sorted(Comparator.comparing(QueueName::id)).toList();
        }
        int first = Math.max(last, -1) + 1;
        var page = List.copyOf(browsed.subList(first, Math.min(browsed.size(), first + most)));
        if (page.size() < most) {
            browsed = List.of(); // read to its end
        }
        return page;
    }

    /** Remembers where an item is. */
    void saw(QueueName name) {
        seen.put(name.id(), name);
    }

    /** Without a look at all names where that can be. */
    Optional<QueueName> find(String id) throws IOException {
        var last = seen.get(id);
        if (last != null && has(last)) {
            return Optional.of(last);
        }
        return names().stream().filter(n -> n.id().equals(id)).findFirst();
    }

    boolean has(QueueName name) {
        return Files.exists(folder.resolve(name.toString()));
    }

    void put(QueueName name, Item item, Content content) throws IOException {
        if (!made) {
            disk.folder(folder);
            made = true;
        }
        var file = spareFile();
        boolean there = false;
        try {
            try (var out = disk.append(file)) {
                if (out.size() > 0) {
                    out.truncate(0);
                }
                QueueFile.write(out, item, content);
                out.sync();
            }
            var target = folder.resolve(name.toString());
            disk.rename(file, target);
            file = target;
            disk.syncFolder(folder);
            there = true;
            saw(name);
        } finally {
            if (!there) {
                discard(file);
            }
        }
    }

    private Path spareFile() {
        var file = spare.poll();
        if (file != null) {
            spares.decrementAndGet();
            return file;
        }
        return folder.resolve("f" + number.incrementAndGet());
    }

    /** After a failure: what is half done must not become an item. */
    private void discard(Path file) {
        try {
            disk.delete(file);
        } catch (IOException e) {
            LOG.warn("left file={} cause=\"{}\"", file, e.toString());
        }
    }

    QueueFile read(QueueName name, QueueFile.Look look) throws IOException {
        var file = QueueFile.read(folder.resolve(name.toString()), look);
        if (!file.item().id().equals(name.id())) {
            throw new Torn("is that of " + file.item().id());
        }
        return file;
    }

    int content(QueueName name, QueueFile file, long offset, byte[] into) throws IOException {
        return file.content(folder.resolve(name.toString()), offset, into);
    }

    void writeAgain(QueueName name, QueueFile file, Item now) throws IOException {
        file.writeAgain(disk, folder.resolve(name.toString()), now);
    }

    void rename(QueueName from, QueueName to) throws IOException {
        if (!from.equals(to)) {
            disk.rename(folder.resolve(from.toString()), folder.resolve(to.toString()));
            saw(to);
        }
    }

    void sync() throws IOException {
        disk.syncFolder(folder);
    }

    /** The item is gone durably, and only then its file may be another's. */
    void free(QueueName name) throws IOException {
        seen.remove(name.id());
        var file = folder.resolve(name.toString());
        if (spares.get() >= mostSpare) {
            disk.delete(file);
            disk.syncFolder(folder);
            return;
        }
        var free = folder.resolve("f" + number.incrementAndGet());
        disk.rename(file, free);
        disk.syncFolder(folder);
        keep(free);
    }

    private void keep(Path file) throws IOException {
        if (spares.get() >= mostSpare) {
            disk.delete(file);
            return;
        }
        if (Files.size(file) > KEPT_OCTETS) {
            try (var out = disk.append(file)) {
                out.truncate(0);
            }
        }
        spares.incrementAndGet();
        spare.add(file);
    }

    /** Takes a file that is not whole out of the queue, for somebody to look at. */
    void putAside(QueueName name, Path aside) throws IOException {
        disk.folder(aside);
        disk.rename(folder.resolve(name.toString()), aside.resolve(name.toString()));
        disk.syncFolder(aside);
        disk.syncFolder(folder);
    }
}
