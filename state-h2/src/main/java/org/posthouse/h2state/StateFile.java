package org.posthouse.h2state;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.StringDataType;
import org.posthouse.message.Unavailable;
import org.posthouse.state.States.Keep;

/**
 * One open MVStore file. Not safe for several threads, but for {@link #sync} and {@link #compact}.
 *
 * <p>Each space has a map, {@code soft.NAME} or {@code durable.NAME}, from key to {@link Entry}. The maps {@code ends soft} and
 * {@code ends durable} have a key {@code END map NUL key} for each entry, so that entries lie there in the order in which their
 * lives end. MVStore may commit between any two steps, therefore an end is written before its entry and removed after it: a
 * crash may leave an end without an entry, which sweeping removes, but no entry without an end.
 */
final class StateFile {
    private static final int CACHE_MEGABYTES = 8;
    private static final int PAGE_OCTETS = 4 << 10; // random keys: each change writes a page anew
    private static final int WORTH_COMPACTING_PERCENT = 60;
    private static final int COMPACTED_OCTETS = 4 << 20;
    private static final int END_DIGITS = 16;

    /** Where an entry lies. */
    record Place(Keep keep, String space, String key) {
        String map() {
            return keep.name().toLowerCase(Locale.ROOT) + "." + space;
        }
    }

    private final MVStore store;
    private final long mostEntries;
    private final Map<String, MVMap<String, String>> maps = new HashMap<>();
    private final Map<Keep, MVMap<String, String>> ends = new EnumMap<>(Keep.class);
    private long evicted;

    /** Opens or creates the file; MVStore's unchecked exceptions when it cannot. */
    StateFile(Path file, long mostEntries) {
        this.mostEntries = mostEntries;
        store = new MVStore.Builder().fileName(file.toString()).cacheSize(CACHE_MEGABYTES).pageSplitSize(PAGE_OCTETS).compress()
                .autoCommitDisabled().open();
        for (var keep : Keep.values()) {
            ends.put(keep, map("ends " + keep.name().toLowerCase(Locale.ROOT)));
        }
    }

    Optional<Entry> get(Place place, long now) {
        return kept(place).filter(entry -> now < entry.end());
    }

    /** Puts an entry, making room if it is a new one. Unavailable when there is none to make. */
    void put(Place place, Entry entry, long now) throws Unavailable {
        var before = kept(place);
        if (before.isEmpty()) {
            makeRoom(now);
        }
        ends.get(place.keep()).put(endKey(place, entry.end()), "");
        map(place.map()).put(place.key(), entry.written());
        before.filter(old -> old.end() != entry.end()).ifPresent(old -> removeEnd(place, old.end()));
    }

    void remove(Place place) {
        kept(place).ifPresent(old -> {
            map(place.map()).remove(place.key());
            removeEnd(place, old.end());
        });
    }

    /** Removes at most so many entries whose life is over; whether there may be more. */
    boolean sweep(long now, int most) {
        int left = most;
        for (var keep : Keep.values()) {
            while (left > 0 && removeFirst(keep, now)) {
                left--;
            }
        }
        return left == 0;
    }

    /** Live entries and those that are over but not swept. */
    long size(Keep keep, String space) {
        return map(new Place(keep, space, "").map()).sizeAsLong();
    }

    /** How many entries had to go before their time since this was last asked. */
    long evicted() {
        long some = evicted;
        evicted = 0;
        return some;
    }

    /** Writes what changed; whether anything had. */
    boolean commit() {
        boolean changed = store.hasUnsavedChanges();
        if (changed) {
            store.commit();
        }
        return changed;
    }

    void sync() {
        store.sync();
    }

    /** Rewrites what is still in use of old chunks, some megabytes at a time, so that their place can be used again. */
    void compact() {
        store.compact(WORTH_COMPACTING_PERCENT, COMPACTED_OCTETS);
    }

    void close() {
        store.commit();
        store.sync();
        store.close();
    }

    /** Lets go of the file without writing anything more. */
    void abandon() {
        store.closeImmediately();
    }

    private void makeRoom(long now) throws Unavailable {
        while (ends.get(Keep.SOFT).sizeAsLong() + ends.get(Keep.DURABLE).sizeAsLong() >= mostEntries) {
            if (removeFirst(Keep.SOFT, now) || removeFirst(Keep.DURABLE, now)) {
                continue;
            }
            if (!removeFirst(Keep.SOFT, Long.MAX_VALUE)) {
                throw new Unavailable("there are max-entries durable values, " + mostEntries);
            }
            evicted++;
        }
    }

    /** Removes the entry whose life ends first, if that is not after {@code now}; false if it is or there is none. */
    private boolean removeFirst(Keep keep, long now) {
        var order = ends.get(keep);
        String first = order.firstKey();
        if (first == null || Long.parseLong(first, 0, END_DIGITS, 16) > now) {
            return false;
        }
        int nul = first.indexOf('\0');
        var values = map(first.substring(END_DIGITS, nul));
        String key = first.substring(nul + 1);
        String written = values.get(key);
        // an end that a crash left behind must not take a longer-lived entry with it
        if (written != null && endDigits(Entry.read(written).end()).equals(first.substring(0, END_DIGITS))) {
            values.remove(key);
        }
        order.remove(first);
        return true;
    }

    private Optional<Entry> kept(Place place) {
        return Optional.ofNullable(map(place.map()).get(place.key())).map(Entry::read);
    }

    private void removeEnd(Place place, long end) {
        ends.get(place.keep()).remove(endKey(place, end));
    }

    private static String endKey(Place place, long end) {
        return endDigits(end) + place.map() + '\0' + place.key();
    }

    private static String endDigits(long end) {
        return HexFormat.of().toHexDigits(end);
    }

    private MVMap<String, String> map(String name) {
        return maps.computeIfAbsent(name, n -> store.openMap(n, new MVMap.Builder<String, String>()
                .keyType(StringDataType.INSTANCE).valueType(StringDataType.INSTANCE)));
    }
}
