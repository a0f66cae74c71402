package org.posthouse.mailbox;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.posthouse.auth.AccountId;
import org.posthouse.message.Content;
import org.posthouse.queue.DeliveryId;

/** A store in memory; what it holds is still there after close and open. */
public final class MemoryStore implements Store {
    private static final class Box {
        final Map<String, Entry> entries = new LinkedHashMap<>();
        final Map<String, byte[]> octets = new HashMap<>();
        final Map<DeliveryId, Entry> delivered = new HashMap<>();
        List<Entry> scanned;
        final long uidValidity;
        long uidNext = 1;

        Box(long uidValidity) {
            this.uidValidity = uidValidity;
        }
    }

    private final Map<AccountId, Set<String>> subscriptions = new HashMap<>();
    private final Map<Folder, List<Watch>> watches = new HashMap<>();
    private final Map<AccountId, Map<String, Box>> accounts = new HashMap<>();
    private int keys;
    private long validities;

    @Override
    public void open() {}

    @Override
    public void close() {
        List<Watch> all;
        synchronized (this) {
            all = watches.values().stream().flatMap(List::stream).toList();
            watches.clear();
        }
        all.forEach(Watch::ended);
    }

    @Override
    public synchronized List<String> folders(AccountId account) {
        var names = new ArrayList<>(boxes(account).keySet());
        names.remove("INBOX");
        names.addFirst("INBOX");
        return names;
    }

    @Override
    public synchronized void create(Folder folder) throws BadFolderName {
        for (var level : folder.name().split("/", -1)) {
            if (level.isEmpty() || level.equals(".") || level.equals("..") || level.length() > 200
                    || level.chars().anyMatch(c -> c < ' ')) {
                throw new BadFolderName(folder.name(), "not even in memory");
            }
        }
        boxes(folder.account()).computeIfAbsent(folder.name(), _ -> box());
    }

    @Override
    public synchronized void delete(Folder folder) throws IOException {
        box(folder);
        boxes(folder.account()).remove(folder.name());
    }

    @Override
    public synchronized void rename(Folder folder, String to) throws IOException {
        box(folder);
        if (boxes(folder.account()).containsKey(to)) {
            throw new FileAlreadyExistsException(to);
        }
        create(new Folder(folder.account(), to));
        boxes(folder.account()).put(to, boxes(folder.account()).remove(folder.name()));
    }

    @Override
    public synchronized Set<String> subscriptions(AccountId account) {
        return Set.copyOf(subscriptions.getOrDefault(account, Set.of()));
    }

    @Override
    public synchronized void subscribe(Folder folder) {
        subscriptions.computeIfAbsent(folder.account(), _ -> new TreeSet<>()).add(folder.name());
    }

    @Override
    public synchronized void unsubscribe(Folder folder) {
        subscriptions.getOrDefault(folder.account(), new TreeSet<>()).remove(folder.name());
    }

    @Override
    public synchronized Identity identity(Folder folder) throws IOException {
        return new Identity(box(folder).uidValidity, box(folder).uidNext);
    }

    @Override
    public synchronized List<Entry> scan(Folder folder) throws IOException {
        var box = box(folder);
        if (box.scanned == null) {
            box.scanned = box.entries.values().stream().sorted(Comparator.comparingLong(e -> e.uid().orElse(Long.MAX_VALUE))).toList();
        }
        return box.scanned;
    }

    @Override
    public Entry add(Folder folder, DeliveryId id, Content content, Set<String> flags, Instant received) throws IOException {
        byte[] octets;
        try (var in = content.open()) {
            octets = in.readAllBytes();
        }
        synchronized (this) {
            var box = box(folder);
            var before = box.delivered.get(id);
            if (before != null) {
                return before;
            }
            keys++;
            var entry = new Entry("k" + keys, OptionalLong.empty(), flags, received.truncatedTo(ChronoUnit.SECONDS), octets.length);
            put(box, entry);
            box.octets.put(entry.key(), octets);
            box.delivered.put(id, entry);
            return entry;
        }
    }

    @Override
    public synchronized Map<String, Long> record(Folder folder, List<String> wanted) throws IOException {
        var box = box(folder);
        var uids = new HashMap<String, Long>();
        for (var key : wanted) {
            var entry = box.entries.get(key);
            if (entry == null) {
                continue;
            }
            if (entry.uid().isEmpty()) {
                entry = new Entry(key, OptionalLong.of(box.uidNext++), entry.flags(), entry.received(), entry.size());
                put(box, entry);
            }
            uids.put(key, entry.uid().getAsLong());
        }
        return uids;
    }

    @Override
    public synchronized void flag(Folder folder, Collection<String> keys, FlagChange change) throws IOException {
        for (var key : keys) {
            var entry = box(folder).entries.get(key);
            if (entry != null) {
                put(box(folder), new Entry(key, entry.uid(), change.on(entry.flags()), entry.received(), entry.size()));
            }
        }
    }

    @Override
    public synchronized Map<String, String> copy(Folder from, List<String> wanted, Folder to) throws IOException {
        var source = box(from);
        var target = box(to);
        var copies = new LinkedHashMap<String, String>();
        for (var key : wanted) {
            var entry = source.entries.get(key);
            if (entry != null) {
                keys++;
                var copy = new Entry("k" + keys, OptionalLong.empty(), entry.flags(), entry.received(), entry.size());
                target.octets.put(copy.key(), source.octets.get(key));
                put(target, copy);
                copies.put(key, copy.key());
            }
        }
        return copies;
    }

    @Override
    public synchronized Map<String, String> move(Folder from, List<String> wanted, Folder to) throws IOException {
        var moved = copy(from, wanted, to);
        remove(from, moved.keySet());
        return moved;
    }

    @Override
    public synchronized void remove(Folder folder, Collection<String> gone) throws IOException {
        var box = box(folder);
        box.entries.keySet().removeAll(gone);
        box.octets.keySet().removeAll(gone);
        box.scanned = null;
    }

    @Override
    public synchronized long size(Folder folder, String key) throws IOException {
        var entry = box(folder).entries.get(key);
        if (entry == null) {
            throw new NoSuchFileException(key);
        }
        return entry.size();
    }

    @Override
    public synchronized int read(Folder folder, String key, long offset, byte[] into) throws IOException {
        var octets = box(folder).octets.get(key);
        if (octets == null) {
            throw new NoSuchFileException(key);
        }
        int n = Math.clamp(octets.length - offset, 0, into.length);
        if (n > 0) {
            System.arraycopy(octets, (int) offset, into, 0, n);
        }
        return n;
    }

    @Override
    public synchronized Watch.Watching watch(Folder folder, Watch watch) throws IOException {
        box(folder);
        var told = watches.computeIfAbsent(folder, _ -> new CopyOnWriteArrayList<>());
        told.add(watch);
        return () -> told.remove(watch);
    }

    /** As another program would: changes flags without asking. */
    public synchronized void flag(Folder folder, String key, Set<String> flags) throws IOException {
        var box = box(folder);
        var entry = box.entries.get(key);
        put(box, new Entry(key, entry.uid(), flags, entry.received(), entry.size()));
        tell(folder);
    }

    /** As another program would: writes another text under the same key. */
    public synchronized void write(Folder folder, String key, byte[] octets) throws IOException {
        var box = box(folder);
        var entry = box.entries.get(key);
        box.octets.put(key, octets);
        put(box, new Entry(key, entry.uid(), entry.flags(), entry.received(), octets.length));
    }

    /** As if another program had done something there. */
    public synchronized void tell(Folder folder) {
        watches.getOrDefault(folder, List.of()).forEach(Watch::changed);
    }

    /** As another program would: puts in a message under that UID. */
    public synchronized void put(Folder folder, long uid, byte[] octets) throws IOException {
        var box = box(folder);
        keys++;
        put(box, new Entry("k" + keys, OptionalLong.of(uid), Set.of(), Instant.EPOCH, octets.length));
        box.octets.put("k" + keys, octets);
        box.uidNext = Math.max(box.uidNext, uid + 1);
        watches.getOrDefault(folder, List.of()).forEach(Watch::changed);
    }

    private static void put(Box box, Entry entry) {
        box.entries.put(entry.key(), entry);
        box.scanned = null;
    }

    private Box box() {
        validities++;
        return new Box(validities);
    }

    private Box box(Folder folder) throws NoSuchFileException {
        var box = boxes(folder.account()).get(folder.name());
        if (box == null) {
            throw new NoSuchFileException(folder.name());
        }
        return box;
    }

    private Map<String, Box> boxes(AccountId account) {
        return accounts.computeIfAbsent(account, _ -> new TreeMap<>(Map.of("INBOX", box())));
    }
}
