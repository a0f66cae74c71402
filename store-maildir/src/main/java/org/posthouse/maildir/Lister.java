package org.posthouse.maildir;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.maildir.Listed.Lying;
import org.posthouse.maildir.Listed.Named;
import org.posthouse.maildir.Listed.Stamps;
import org.posthouse.message.Unavailable;

/** Lists a folder: what lies in {@code new/} and {@code cur/}, with the UIDs of its uidlist. */
final class Lister {
    private static final int MOST_LOOKS = 4;
    private static final int MOST_ATTEMPTS = 20;
    private static final int MOST_INFOS = 1_000;
    private static final Duration TICK = Duration.ofMillis(20); // longer than one of any kernel's clock
    private static final Duration OLDEST_IN_TMP = Duration.ofHours(36); // as the inventor of Maildir asks

    private static final Comparator<Lying> ORDER = Comparator
            .comparingLong(Lying::uid)
            .thenComparing(lying -> lying.name().seconds())
            .thenComparing(Lying::key);

    private final Path dir;
    private final Ground ground;
    private final UidFile uids;
    private final Map<String, String> infos = new HashMap<>();
    private boolean tmpCleaned;
    private int looks;

    Lister(Path dir, Ground ground, UidFile uids) {
        this.dir = dir;
        this.ground = ground;
        this.uids = uids;
    }

    Stamps stamps() throws IOException {
        return new Stamps(Files.getLastModifiedTime(dir.resolve("new")), Files.getLastModifiedTime(dir.resolve("cur")), uids.stamp(),
                UidFile.Stamp.of(dir.resolve(Flags.FILE)));
    }

    /**
     * Lists anew; what is known {@code before} of a message that is still there is not looked at again. A file that is renamed while
     * its directory is read can be missed, within one tick of the file system's clock also without a trace in the directory's time: so
     * another look is taken before a message is said to be gone. Where the directory changes during all of them, only what none has seen is.
     *
     * @param gone what we ourselves took away since
     */
    Listed list(Listed before, Set<String> gone) throws IOException {
        cleanTmp();
        var stamps = stamps();
        var at = ground.clock().instant();
        var found = look(before, gone);
        var seen = new HashMap<String, Named>(); // by earlier looks
        var unseen = new HashSet<>(found.missing());
        boolean sure = curIsStill(stamps.cur()) && missesNone(found, before, at);
        for (int n = 1; n < MOST_LOOKS && !sure; n++) {
            stamps = stamps();
            at = ground.clock().instant();
            var earlier = found;
            seen.putAll(earlier.others());
            found = look(before, gone);
            unseen.retainAll(found.missing());
            sure = curIsStill(stamps.cur()) && (missesNone(found, before, at) || found.isLike(earlier));
        }
        if (sure) {
            found.missing().clear();
        } else {
            found.missing().removeAll(unseen);
            found.addNew(seen, before, gone);
        }
        return listed(stamps, sure ? at : Instant.EPOCH, found, before); // what is not sure holds for this once
    }

    /** Where nothing is known of before, only a directory that was at rest for a tick is sure to have told all. */
    private boolean missesNone(Found found, Listed before, Instant at) throws IOException {
        return before.lying().isEmpty() ? curChanged().toInstant().plus(TICK).isBefore(at) : found.missing().isEmpty();
    }

    /** What one reading of the directories found: what is other than it was, and the keys of what is not there. What is as it was is marked. */
    private record Found(Map<String, Named> others, Set<String> missing) {
        boolean isLike(Found earlier) {
            return missing.equals(earlier.missing) && others.keySet().equals(earlier.others.keySet());
        }

        /** New ones that only earlier looks have seen. */
        void addNew(Map<String, Named> seen, Listed before, Set<String> gone) {
            seen.forEach((key, named) -> {
                if (!before.byKey().containsKey(key) && !gone.contains(key)) {
                    others.putIfAbsent(key, named);
                }
            });
        }
    }

    private Found look(Listed before, Set<String> gone) throws IOException {
        looks++;
        var others = names(before);
        var missing = new HashSet<String>();
        for (var known : before.lying()) {
            if (!known.isSeen(looks) && !others.containsKey(known.key()) && !gone.contains(known.key())) {
                missing.add(known.key());
            }
        }
        return new Found(others, missing);
    }

    /** What is as it was keeps its objects, and its place; so listing again costs little more than reading the names. */
    private Listed listed(Stamps stamps, Instant at, Found found, Listed before) throws IOException {
        var rows = uids.list().map(UidList::rows).orElse(Map.of());
        var flags = Flags.of(dir);
        boolean same = stamps.uids().equals(before.stamps().uids()) && stamps.keywords().equals(before.stamps().keywords());
        var lying = new ArrayList<Lying>(before.lying().size() + found.others().size());
        var changed = new ArrayList<Lying>();
        var gone = new ArrayList<Lying>();
        for (var known : before.lying()) {
            var named = found.others().remove(known.key());
            if (named == null && !known.isSeen(looks) && !found.missing().contains(known.key())) {
                gone.add(known);
                continue;
            }
            var now = named == null && same ? known : again(known, Optional.ofNullable(named), uid(rows.get(known.key())), flags);
            lying.add(now);
            if (now != known) {
                changed.add(now);
            }
        }
        changed.addAll(arrived(found.others(), rows, flags));
        if (changed.isEmpty() && gone.isEmpty()) {
            return new Listed(stamps, at, before.entries(), before.lying(), before.byKey());
        }
        changed.stream().filter(l -> !before.byKey().containsKey(l.key())).forEach(lying::add);
        lying.sort(ORDER);
        gone.forEach(l -> before.byKey().remove(l.key()));
        changed.forEach(l -> before.byKey().put(l.key(), l));
        lying.trimToSize();
        return new Listed(stamps, at, before.entries().now(lying), lying, before.byKey());
    }

    /** Also those whose files were renamed before they were looked at. */
    private List<Lying> arrived(Map<String, Named> names, Map<String, UidList.Row> rows, Flags flags) throws IOException {
        var arrived = new ArrayList<Lying>();
        var left = names;
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            var renamed = new HashSet<String>();
            for (var named : left.values()) {
                try {
                    look(named, Optional.ofNullable(rows.get(named.name().base())), flags).ifPresent(arrived::add);
                } catch (NoSuchFileException _) {
                    renamed.add(named.name().base());
                }
            }
            if (renamed.isEmpty()) {
                return arrived;
            }
            left = names(Listed.nothing());
            left.keySet().retainAll(renamed);
        }
        throw new Unavailable("messages in " + dir + " are renamed all the time");
    }

    /**
     * Of all that lies there; read anew, and more than once where the directory is not at rest, so that a file that one reading passes over
     * as it is renamed is among them too.
     */
    Set<String> bases() throws IOException {
        var bases = new HashSet<String>();
        for (int n = 0; n < MOST_LOOKS; n++) {
            var cur = curChanged();
            var at = ground.clock().instant();
            bases.addAll(names(Listed.nothing()).keySet());
            if (curIsStill(cur) && cur.toInstant().plus(TICK).isBefore(at)) {
                return bases;
            }
        }
        return bases;
    }

    private static OptionalLong uid(UidList.Row row) {
        return row == null ? OptionalLong.empty() : OptionalLong.of(row.uid());
    }

    private Lying again(Lying was, Optional<Named> moved, OptionalLong uid, Flags flags) {
        var named = moved.orElseGet(was::named);
        var known = was.entry();
        var entry = new Entry(known.key(), uid, flags.flags(named.name().letters()), known.received(), known.size());
        return entry.equals(known) && moved.isEmpty() ? was : new Lying(entry, named, this::shared);
    }

    /** Nearly all names end in one of a few ways. */
    private String shared(String info) {
        if (infos.size() > MOST_INFOS) {
            infos.clear();
        }
        return infos.computeIfAbsent(info, same -> same);
    }

    private FileTime curChanged() throws IOException {
        return Files.getLastModifiedTime(dir.resolve("cur"));
    }

    private boolean curIsStill(FileTime then) throws IOException {
        return curChanged().equals(then);
    }

    /** By base; {@code new/} first, so that a message that moves meanwhile is seen in {@code cur/} and not missed. */
    Map<String, Named> names(Listed before) throws IOException {
        var names = new HashMap<String, Named>();
        collect(true, names, before);
        collect(false, names, before);
        return names;
    }

    private void collect(boolean inNew, Map<String, Named> others, Listed before) throws IOException {
        try (var files = Files.newDirectoryStream(dir.resolve(inNew ? "new" : "cur"))) {
            for (var file : files) {
                var fileName = file.getFileName().toString();
                int colon = fileName.indexOf(':');
                var known = before.byKey().get(colon < 0 ? fileName : fileName.substring(0, colon));
                if (known != null && known.is(inNew, fileName)) {
                    known.seen(looks);
                    others.remove(known.key());
                } else {
                    MailName.parse(fileName).ifPresent(name -> others.put(name.base(), new Named(name, inNew, fileName)));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private Optional<Lying> look(Named named, Optional<UidList.Row> row, Flags flags) throws IOException {
        var name = named.name();
        var received = received(named);
        if (received.isEmpty()) {
            return Optional.empty();
        }
        long size = name.withCrlf().orElse(row.map(UidList.Row::withCrlf).orElse(OptionalLong.empty()).orElse(Entry.UNKNOWN));
        return Optional.of(new Lying(new Entry(name.base(), uid(row.orElse(null)), flags.flags(name.letters()), received.get(), size), named,
                this::shared));
    }

    /** Empty for what is no message's file; NoSuchFileException when it is not there any more. */
    private Optional<Instant> received(Named named) throws IOException {
        var said = named.name().received();
        if (said.isPresent()) {
            return Optional.of(Instant.ofEpochSecond(said.getAsLong()));
        }
        var file = dir.resolve(named.inNew() ? "new" : "cur").resolve(named.fileName());
        var is = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return Optional.of(is).filter(BasicFileAttributes::isRegularFile)
                .map(i -> Instant.ofEpochSecond(i.lastModifiedTime().toInstant().getEpochSecond()));
    }

    private void cleanTmp() throws IOException {
        if (tmpCleaned) {
            return;
        }
        tmpCleaned = true;
        var oldest = ground.clock().instant().minus(OLDEST_IN_TMP);
        try (var files = Files.newDirectoryStream(dir.resolve("tmp"))) {
            for (var file : files) {
                // not the time of modification: whoever stores an old message sets that before the rename
                var touched = (FileTime) Files.getAttribute(file, "unix:ctime", LinkOption.NOFOLLOW_LINKS);
                if (Tree.isDeleted(file)) {
                    Tree.removeAll(file, ground.disk());
                } else if (touched.toInstant().isBefore(oldest) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    ground.disk().delete(file);
                }
            }
        } catch (NoSuchFileException _) {
            return; // no tmp/ yet, or another program cleans too
        }
    }
}
