package org.posthouse.maildir;

import java.io.Closeable;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.posthouse.mailbox.FlagChange;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Identity;
import org.posthouse.message.Unavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One folder as readers see it. Messages stay where they lie; other programs move them from {@code new/} to {@code cur/} and
 * change their letters at any time, so a file that is not where it was is looked for once more. Everything kept in memory
 * is found again by listing.
 */
final class MaildirFolder {
    private static final Logger LOG = LoggerFactory.getLogger("store-maildir");
    private static final String REMOVED = "posthouse-removed";
    private static final int MOST_GONE = 1_000;
    private static final int MOST_LOOKS = 1_000; // each time somebody else was quicker

    /** Something that needs the folder's directories. */
    @FunctionalInterface
    interface Work<R> {
        R run() throws IOException;
    }

    private final String name;
    private final Path dir;
    private final Path fresh;
    private final Path cur;
    private final Ground ground;
    private final CrlfReader reader;
    private final UidFile uids;
    private final Lister lister;
    private final Lock list = new ReentrantLock();
    private final Set<String> gone = ConcurrentHashMap.newKeySet(); // taken away here since it was listed
    private SoftReference<Listed> last = new SoftReference<>(null);

    MaildirFolder(String name, Path dir, Ground ground, CrlfReader reader) {
        this.name = name;
        this.dir = dir;
        this.fresh = dir.resolve("new");
        this.cur = dir.resolve("cur");
        this.ground = ground;
        this.reader = reader;
        this.uids = new UidFile(FolderName.isInbox(name) ? dir : dir.getParent(), dir, ground);
        this.lister = new Lister(dir, ground, uids);
    }

    String name() {
        return name;
    }

    Path dir() {
        return dir;
    }

    void create() throws IOException {
        makeDirectories();
        try (var out = ground.disk().create(dir.resolve("maildirfolder"))) { // Maildir++: this is a folder, not an account
            out.sync();
        } catch (FileAlreadyExistsException _) {
            return;
        }
    }

    /** {@code tmp} last: where it is, another thread finds the others too. */
    private void makeDirectories() throws IOException {
        for (var part : List.of("cur", "new", "tmp")) {
            ground.disk().folder(dir.resolve(part));
        }
    }

    /** Makes what is missing of the directories only when that shows: INBOX always exists, other folders must have been created. */
    <R> R inPlace(Work<R> work) throws IOException {
        try {
            return work.run();
        } catch (NoSuchFileException e) {
            if (!FolderName.isInbox(name) && !Files.isDirectory(dir)) {
                throw Tree.noSuchFolder(name);
            }
            makeDirectories();
            return work.run();
        }
    }

    /** NoSuchFileException when it is no folder. */
    void mustExist() throws IOException {
        inPlace(() -> {
            for (var part : List.of("cur", "new", "tmp")) {
                if (!Files.isDirectory(dir.resolve(part))) {
                    throw new NoSuchFileException(dir.resolve(part).toString());
                }
            }
            return dir;
        });
    }

    Identity identity() throws IOException {
        var now = inPlace(uids::listOrNew);
        return new Identity(now.validity(), now.next());
    }

    List<Entry> scan() throws IOException {
        return inPlace(() -> {
            list.lock();
            try {
                var before = last.get();
                return before != null && before.holds(lister.stamps()) ? before.entries() : relist().entries();
            } finally {
                list.unlock();
            }
        });
    }

    /** Whatever was listed last, however old; lists when that is forgotten. */
    Listed known() throws IOException {
        var before = last.get();
        return before == null ? relist() : before;
    }

    private Listed relist() throws IOException {
        list.lock();
        try {
            var before = last.get();
            var now = lister.list(before == null ? Listed.nothing() : before, gone);
            last = new SoftReference<>(now);
            gone.clear();
            return now;
        } finally {
            list.unlock();
        }
    }

    Map<String, Long> record(List<String> keys) throws IOException {
        return inPlace(() -> {
            var listed = known();
            var recorded = uids.record(keys, sizes(keys, listed));
            if (uids.list().map(l -> l.rows().size()).orElse(0) > 2 * listed.byKey().size() + MOST_GONE) {
                uids.compact(lister::bases);
            }
            return recorded;
        });
    }

    /** Writes down what names do not say. */
    private static Map<String, String> sizes(List<String> keys, Listed listed) {
        var sizes = new HashMap<String, String>();
        for (var key : keys) {
            var lying = listed.byKey().get(key);
            if (lying != null && lying.size() != Entry.UNKNOWN && lying.name().withCrlf().isEmpty()) {
                sizes.put(key, " W" + lying.size());
            }
        }
        return sizes;
    }

    /** Moves into {@code cur/} what gets its first letter; a letter that nobody has a name for stays. */
    void flag(Collection<String> keys, FlagChange change) throws IOException {
        var add = letters(change.add());
        inPlace(() -> {
            var remove = Flags.of(dir).letters(change.remove());
            var known = new HashMap<String, String>(); // there are few different ones
            try (var _ = listedByNobody()) {
                each(keys, lying -> flag(lying, known.computeIfAbsent(lying.name().letters(), had -> changed(had, add, remove))));
            }
            return change;
        });
    }

    /**
     * Dovecot lists a folder under the lock of the uidlist and gives a message a new UID when it has passed over its file, as may happen
     * while that is renamed; so files are renamed under it. Where it cannot be had, as on a full disk, flags change without it.
     */
    private Closeable listedByNobody() throws Unavailable {
        try {
            return uids.lock();
        } catch (Unavailable e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("{} has no lock: {}", dir, e.toString());
            return () -> {};
        }
    }

    private static String changed(String had, String add, String remove) {
        return (had + add).chars().filter(c -> remove.indexOf(c) < 0).distinct().sorted()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    private Optional<List<Path>> flag(Listed.Lying lying, String letters) throws IOException {
        if (letters.equals(lying.name().letters())) {
            return Files.exists(file(lying)) ? Optional.of(List.of()) : Optional.empty();
        }
        try {
            ground.disk().rename(file(lying), cur.resolve(lying.key() + ":2," + letters));
            return Optional.of(lying.inNew() ? List.of(cur, fresh) : List.of(cur));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    /** The ids of what is removed are written down before: a delivery that is tried again finds no other trace of them. */
    void remove(Collection<String> keys) throws IOException {
        inPlace(() -> {
            rememberTags(keys);
            each(keys, lying -> {
                if (!ground.disk().delete(file(lying))) {
                    return Optional.empty();
                }
                gone.add(lying.key());
                return Optional.of(List.of(lying.inNew() ? fresh : cur));
            });
            return keys;
        });
    }

    /** The ids of what is moved away are written down like those of what is removed. */
    void moveAway(Collection<String> keys, Deed deed) throws IOException {
        inPlace(() -> {
            rememberTags(keys);
            each(keys, lying -> {
                var places = deed.on(lying);
                places.ifPresent(_ -> gone.add(lying.key()));
                return places;
            });
            return keys;
        });
    }

    private void rememberTags(Collection<String> keys) {
        long since = ground.clock().instant().minus(Ground.RETRIED).getEpochSecond();
        var tags = keys.stream().map(key -> new MailName(key, "")).filter(n -> n.seconds() >= since).flatMap(n -> n.tag().stream()).toList();
        try {
            ground.removed().remember(dir.resolve(REMOVED), tags);
        } catch (IOException e) { // on a full disk removing must still be possible
            LOG.warn("cannot remember what is removed from {}: {}", dir, e.toString());
        }
    }

    /** Something done to a message where it lies: the places to sync, in that order, or empty when it is not there. */
    @FunctionalInterface
    interface Deed {
        Optional<List<Path>> on(Listed.Lying lying) throws IOException;
    }

    /** Does it to each that is there, also to those that other programs moved meanwhile, and makes durable what was done. */
    void each(Collection<String> keys, Deed deed) throws IOException {
        var touched = new LinkedHashSet<Path>();
        try {
            var left = each(keys, known(), deed, touched);
            for (int looks = 0; !left.isEmpty(); looks++) {
                if (looks == MOST_LOOKS) {
                    throw new Unavailable("messages in " + dir + " are renamed all the time");
                }
                var listed = relist();
                left = each(left.stream().filter(listed.byKey()::containsKey).toList(), listed, deed, touched);
            }
        } finally {
            for (var place : touched) {
                ground.disk().syncFolder(place);
            }
        }
    }

    /** Those that were not where the listing says. */
    private static List<String> each(Collection<String> keys, Listed listed, Deed deed, Set<Path> touched) throws IOException {
        var left = new ArrayList<String>();
        for (var key : keys) {
            var lying = listed.byKey().get(key);
            var places = lying == null ? Optional.<List<Path>>empty() : deed.on(lying);
            places.ifPresentOrElse(touched::addAll, () -> left.add(key));
        }
        return left;
    }

    int read(String key, long offset, ByteBuffer into) throws IOException {
        return reading(key, lying -> {
            var mail = lying.name();
            boolean plain = mail.inFile().equals(mail.withCrlf()) && mail.inFile().isPresent();
            return plain ? reader.readPlain(file(lying), offset, into) : reader.read(dir, key, file(lying), offset, into);
        });
    }

    long size(String key) throws IOException {
        return reading(key, lying -> lying.size() != Entry.UNKNOWN ? lying.size() : CrlfReader.measure(file(lying)));
    }

    @FunctionalInterface
    private interface Reading<R> {
        R of(Listed.Lying lying) throws IOException;
    }

    private <R> R reading(String key, Reading<R> reading) throws IOException {
        var lying = known().byKey().get(key);
        for (int looks = 0; looks < MOST_LOOKS; looks++) {
            if (lying != null) {
                try {
                    return reading.of(lying);
                } catch (NoSuchFileException _) {
                    lying = null; // it moved; see below
                }
            } else if (looks > 0) {
                throw new NoSuchFileException(key);
            }
            lying = inPlace(this::relist).byKey().get(key);
        }
        throw new Unavailable(key + " in " + dir + " is renamed all the time");
    }

    Path file(Listed.Lying lying) {
        return (lying.inNew() ? fresh : cur).resolve(lying.fileName());
    }

    /** The tags of the deliveries that lie here or were removed. */
    Collection<String> tags(long sinceSeconds) throws IOException {
        var names = inPlace(() -> lister.names(Listed.nothing())).values(); // first: what is removed meanwhile stands in the other by then
        var tags = ground.removed().words(dir.resolve(REMOVED));
        names.stream().map(Listed.Named::name).filter(n -> n.seconds() >= sinceSeconds).flatMap(n -> n.tag().stream()).forEach(tags::add);
        return tags;
    }

    /** A message that was delivered before. Its attempt may have ended between rename and sync, so that is done here. */
    Optional<Entry> delivered(String tag) throws IOException {
        return inPlace(() -> {
            ground.disk().syncFolder(dir.resolve("new"));
            ground.disk().syncFolder(dir.resolve("cur"));
            return scan().stream().filter(e -> new MailName(e.key(), "").tag().equals(Optional.of(tag))).findFirst();
        });
    }

    Flags flags() throws IOException {
        return Flags.of(dir);
    }

    /** The letters of these flags; new keywords get theirs, as far as there are letters. */
    String letters(Set<String> flags) throws IOException {
        if (flags.isEmpty()) {
            return "";
        }
        var known = Flags.of(dir);
        if (known.missing(flags).isEmpty()) {
            return known.letters(flags);
        }
        try (var _ = uids.lock()) {
            var now = Flags.of(dir);
            return now.with(now.missing(flags), dir, ground.disk()).letters(flags);
        }
    }
}
