package org.posthouse.h2state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.posthouse.disk.Disk;
import org.posthouse.message.Unavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the state file lies: opens it, and puts a damaged one aside. */
final class StateFolder {
    private static final Logger LOG = LoggerFactory.getLogger("state-h2");
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Disk disk;
    private final Clock clock;
    private final long mostEntries;

    StateFolder(Disk disk, Clock clock, long mostEntries) {
        this.disk = disk;
        this.clock = clock;
        this.mostEntries = mostEntries;
    }

    StateFile openOrBeginAnew() throws IOException {
        Path path = path();
        if (Files.exists(path) && !(Files.isReadable(path) && Files.isWritable(path))) {
            throw new IOException(path + " cannot be read and written");
        }
        try {
            return open(path);
        } catch (MVStoreException e) {
            switch (e.getErrorCode()) {
                case DataUtils.ERROR_FILE_LOCKED -> throw new Unavailable(path + " is in use", e);
                case DataUtils.ERROR_WRITING_FAILED -> throw new IOException("cannot write " + path, e);
                default -> putAside(e);
            }
        } catch (RuntimeException e) {
            putAside(e); // MVStore trusts lengths and numbers of a damaged header
        }
        return open(path);
    }

    private StateFile open(Path path) throws IOException {
        if (Files.notExists(path)) {
            disk.create(path).close();
            disk.syncFolder(path.getParent());
        }
        return new StateFile(path, mostEntries);
    }

    /** Whether a failure in the middle of use means that the file will go on failing. */
    static boolean isDamage(MVStoreException why) {
        return switch (why.getErrorCode()) {
            case DataUtils.ERROR_FILE_CORRUPT, DataUtils.ERROR_CHUNK_NOT_FOUND, DataUtils.ERROR_SERIALIZATION -> true;
            default -> false;
        };
    }

    void putAside(RuntimeException why) throws IOException {
        Path aside = path().resolveSibling("state.mv.damaged-" + MOMENT.format(clock.instant()));
        LOG.warn("state file is damaged, begins anew; the old one is kept as {}: {}", aside, why.toString());
        disk.rename(path(), aside);
        disk.syncFolder(aside.getParent());
    }

    private Path path() throws IOException {
        try {
            return disk.var("state/state.mv");
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
