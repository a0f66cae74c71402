package org.posthouse.maildir;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.maildir.Listed.Lying;
import org.posthouse.maildir.Listed.Stamps;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lists a folder: what lies in {@code new/} and {@code cur/}, with the UIDs of its uidlist. */
final class Lister {
    /** A file in {@code new/} or {@code cur/}. */
    record Named(MailName name, boolean inNew, String fileName) {}

    private static final Logger LOG = LoggerFactory.getLogger("store-maildir");
    private static final int MOST_ATTEMPTS = 4;
    private static final Duration OLDEST_IN_TMP = Duration.ofHours(36); // as the inventor of Maildir asks

    private static final Comparator<Lying> ORDER = Comparator
            .comparingLong((Lying lying) -> lying.entry().uid().orElse(Long.MAX_VALUE))
            .thenComparing(lying -> new MailName(lying.entry().key(), "").seconds())
            .thenComparing(lying -> lying.entry().key());

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

    /** Lists anew; what is known {@code before} of a message that is still there is not looked at again. */
    Listed list(Optional<Listed> before) throws IOException {
        cleanTmp();
        var stamps = stamps();
        var at = ground.clock().instant();
        var names = names();
        for (int attempt = 1; attempt < MOST_ATTEMPTS && !curIsStill(stamps.cur()); attempt++) {
            stamps = stamps(); // a file renamed while its directory is read can be missed
            at = ground.clock().instant();
            names = names();
        }
        var rows = uids.list().map(UidList::rows).orElse(Map.of());
        var flags = Flags.of(dir);
        var lying = new ArrayList<Lying>(names.size());
        for (var named : names.values()) {
            var known = before.map(b -> b.byKey().get(named.name().base()));
            look(named, Optional.ofNullable(rows.get(named.name().base())), flags, known).ifPresent(lying::add);
        }
        lying.sort(ORDER);
        return listed(stamps, at, lying, before);
    }

    private static Listed listed(Stamps stamps, Instant at, List<Lying> lying, Optional<Listed> before) {
        var byKey = HashMap.<String, Lying>newHashMap(lying.size());
        lying.forEach(l -> byKey.put(l.entry().key(), l));
        var entries = lying.stream().map(Lying::entry).toList();
        return new Listed(stamps, at, before.map(Listed::entries).filter(entries::equals).orElse(entries), byKey);
    }

    private boolean curIsStill(FileTime then) throws IOException {
        return Files.getLastModifiedTime(dir.resolve("cur")).equals(then);
    }

    /** By base; {@code new/} first, so that a message that moves meanwhile is seen in {@code cur/} and not missed. */
    Map<String, Named> names() throws IOException {
        var names = new HashMap<String, Named>();
        collect(dir.resolve("new"), true, names);
        collect(dir.resolve("cur"), false, names);
        return names;
    }

    private static void collect(Path place, boolean inNew, Map<String, Named> names) throws IOException {
        try (var files = Files.newDirectoryStream(place)) {
            for (var file : files) {
                var fileName = file.getFileName().toString();
                MailName.parse(fileName).ifPresent(name -> names.put(name.base(), new Named(name, inNew, fileName)));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private Optional<Lying> look(Named named, Optional<UidList.Row> row, Flags flags, Optional<Lying> before) throws IOException {
        var name = named.name();
        var uid = row.map(r -> OptionalLong.of(r.uid())).orElse(OptionalLong.empty());
        var letters = flags.flags(name.letters());
        if (before.isPresent()) {
            var known = before.get().entry();
            var entry = new Entry(known.key(), uid, letters, known.received(), known.size());
            return Optional.of(new Lying(entry.equals(known) ? known : entry, named.inNew(), named.fileName()));
        }
        var file = dir.resolve(named.inNew() ? "new" : "cur").resolve(named.fileName());
        try {
            var size = name.withCrlf().orElse(row.map(UidList.Row::withCrlf).orElse(OptionalLong.empty()).orElse(-1));
            var received = name.tag().isPresent() ? Instant.ofEpochSecond(name.seconds())
                    : Instant.ofEpochSecond(Files.getLastModifiedTime(file).toInstant().getEpochSecond());
            var entry = new Entry(name.base(), uid, letters, received, size >= 0 ? size : CrlfReader.measure(file));
            return Optional.of(new Lying(entry, named.inNew(), named.fileName()));
        } catch (NoSuchFileException _) {
            return Optional.empty(); // moved or removed meanwhile
        } catch (IOException e) {
            LOG.debug("{} is no message: {}", file, e.toString());
            return Optional.empty();
        }
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
                if (touched.toInstant().isBefore(oldest) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    ground.disk().delete(file);
                }
            }
        } catch (NoSuchFileException _) {
            return; // no tmp/ yet, or another program cleans too
        }
    }
}
