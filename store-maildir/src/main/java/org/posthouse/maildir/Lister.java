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
import java.util.LinkedHashMap;
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
    private static final Duration TICK = Duration.ofMillis(20); // longer than one of any kernel's clock
    private static final Duration OLDEST_IN_TMP = Duration.ofHours(36); // as the inventor of Maildir asks

    private static final Comparator<Lying> ORDER = Comparator
            .comparingLong((Lying lying) -> lying.entry().uid().orElse(Long.MAX_VALUE))
            .thenComparing(lying -> lying.named().name().seconds())
            .thenComparing(Lying::key);

    private final Path dir;
    private final Ground ground;
    private final UidFile uids;
    private boolean tmpCleaned;

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
     * another look is taken before a message is said to be gone.
     *
     * @param gone what we ourselves took away since
     */
    Listed list(Listed before, Set<String> gone) throws IOException {
        cleanTmp();
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            try {
                return look(before, gone);
            } catch (NoSuchFileException e) { // a new message's file was renamed before it was looked at
                if (!Files.isDirectory(dir.resolve("cur")) || !Files.isDirectory(dir.resolve("new"))) {
                    throw e;
                }
            }
        }
        throw new Unavailable("messages in " + dir + " are renamed all the time");
    }

    private Listed look(Listed before, Set<String> gone) throws IOException {
        var stamps = stamps();
        var at = ground.clock().instant();
        var names = names(before);
        var earlier = names;
        boolean sure = curIsStill(stamps.cur()) && missesNone(names, before, gone, at);
        for (int looks = 1; looks < MOST_LOOKS && !sure; looks++) {
            stamps = stamps();
            at = ground.clock().instant();
            earlier = names;
            names = names(before);
            sure = curIsStill(stamps.cur()) && (missesNone(names, before, gone, at) || names.keySet().equals(earlier.keySet()));
        }
        if (!sure) {
            earlier.keySet().removeAll(gone);
            earlier.forEach(names::putIfAbsent);
        }
        return listed(stamps, at, names, before);
    }

    /** Where nothing is known of before, only a directory that was at rest for a tick is sure to have told all. */
    private boolean missesNone(Map<String, Named> names, Listed before, Set<String> gone, Instant at) throws IOException {
        return before == Listed.NOTHING ? curChanged().toInstant().plus(TICK).isBefore(at)
                : before.byKey().keySet().stream().allMatch(key -> names.containsKey(key) || gone.contains(key));
    }

    private FileTime curChanged() throws IOException {
        return Files.getLastModifiedTime(dir.resolve("cur"));
    }

    private boolean curIsStill(FileTime then) throws IOException {
        return curChanged().equals(then);
    }

    /** What is as it was keeps its objects and its place; so listing again costs little more than reading the names. */
    private Listed listed(Stamps stamps, Instant at, Map<String, Named> names, Listed before) throws IOException {
        var rows = uids.list().map(UidList::rows).orElse(Map.of());
        var flags = Flags.of(dir);
        boolean sameLetters = stamps.keywords().equals(before.stamps().keywords());
        var lying = new ArrayList<Lying>(names.size());
        for (var known : before.byKey().values()) {
            var named = names.remove(known.key());
            if (named != null) {
                var uid = uid(rows.get(known.key()));
                boolean same = named == known.named() && sameLetters && uid.equals(known.entry().uid());
                lying.add(same ? known : again(known.entry(), named, uid, flags));
            }
        }
        for (var named : names.values()) {
            look(named, Optional.ofNullable(rows.get(named.name().base())), flags).ifPresent(lying::add);
        }
        lying.sort(ORDER);
        var byKey = LinkedHashMap.<String, Lying>newLinkedHashMap(lying.size());
        lying.forEach(l -> byKey.put(l.key(), l));
        var entries = lying.stream().map(Lying::entry).toList();
        return new Listed(stamps, at, entries.equals(before.entries()) ? before.entries() : entries, byKey);
    }

    private static OptionalLong uid(UidList.Row row) {
        return row == null ? OptionalLong.empty() : OptionalLong.of(row.uid());
    }

    private static Lying again(Entry known, Named named, OptionalLong uid, Flags flags) {
        var entry = new Entry(known.key(), uid, flags.flags(named.name().letters()), known.received(), known.size());
        return new Lying(entry.equals(known) ? known : entry, named);
    }

    /** By base; {@code new/} first, so that a message that moves meanwhile is seen in {@code cur/} and not missed. */
    Map<String, Named> names(Listed before) throws IOException {
        var names = HashMap.<String, Named>newHashMap(before.byKey().size());
        collect(true, names, before);
        collect(false, names, before);
        return names;
    }

    private void collect(boolean inNew, Map<String, Named> names, Listed before) throws IOException {
        try (var files = Files.newDirectoryStream(dir.resolve(inNew ? "new" : "cur"))) {
            for (var file : files) {
                var fileName = file.getFileName().toString();
                int colon = fileName.indexOf(':');
                var known = before.byKey().get(colon < 0 ? fileName : fileName.substring(0, colon));
                if (known != null && known.is(inNew, fileName)) {
                    names.put(known.key(), known.named());
                } else {
                    MailName.parse(fileName).ifPresent(name -> names.put(name.base(), new Named(name, inNew, fileName)));
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
        return Optional.of(new Lying(new Entry(name.base(), uid(row.orElse(null)), flags.flags(name.letters()), received.get(), size), named));
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
