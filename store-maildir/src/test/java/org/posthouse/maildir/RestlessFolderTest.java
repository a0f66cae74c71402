package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.Store.Entry;

/**
 * A directory that changes during every look at it. A file that a reading of the directory has passed over, for it was being renamed, is
 * put aside during that look here.
 */
class RestlessFolderTest {
    private static final String KEY = "1276528487.Hone.host,S=14,W=16"; // says all, so the file is not looked at
    private static final String FILE = KEY + ":2,";
    private static final String OTHER = "1276528487.R2.elsewhere";
    private static final Set<String> BOTH = Set.of(KEY, OTHER);

    /** Asked for the time before each look. */
    private static final class Steps extends Clock {
        private final Queue<Step> steps = new ArrayDeque<>();

        @Override
        public Instant instant() {
            try {
                if (!steps.isEmpty()) {
                    steps.remove().take();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return Instant.now();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private interface Step {
        void take() throws IOException;
    }

    @TempDir Path home;

    private final Steps steps = new Steps();
    private Path dir;
    private Lister lister;
    private int others;

    @BeforeEach
    void start() throws IOException {
        dir = Files.createDirectories(home.resolve("Maildir"));
        for (var part : List.of("cur", "new", "tmp")) {
            Files.createDirectories(dir.resolve(part));
        }
        Files.writeString(dir.resolve("cur").resolve(FILE), "Subject: one\n\n");
        Files.writeString(dir.resolve("cur").resolve(OTHER + ":2,"), "Subject: two\n\n");
        var ground = new Ground(new HomeDisk(home), steps, "host");
        lister = new Lister(dir, ground, new UidFile(dir, dir, ground));
    }

    private void stir() throws IOException {
        Files.delete(Files.writeString(dir.resolve("cur/.other" + others++), ""));
    }

    private void away() throws IOException {
        Files.move(dir.resolve("cur").resolve(FILE), dir.resolve("aside"));
        stir();
    }

    private void back() throws IOException {
        Files.move(dir.resolve("aside"), dir.resolve("cur").resolve(FILE));
        stir();
    }

    private static Set<String> keys(Listed listed) {
        return listed.entries().stream().map(Entry::key).collect(Collectors.toSet());
    }

    private Listed list(Listed before, Step... during) throws IOException {
        steps.steps.addAll(List.of(during));
        return lister.list(before, ConcurrentHashMap.newKeySet());
    }

    private Listed first() throws IOException {
        lister.list(Listed.nothing(), Set.of()); // has looked into tmp
        return lister.list(Listed.nothing(), Set.of());
    }

    @Test
    void aMessageThatOneLookHasSeenIsNotGone() throws IOException {
        var before = first();
        assertEquals(BOTH, keys(list(before, this::stir, this::stir, this::away, this::stir)));
    }

    @Test
    void norIsOneThatOnlyAnEarlierLookHasSeenOfAFolderThatNothingIsKnownOf() throws IOException {
        first();
        assertEquals(BOTH, keys(list(Listed.nothing(), this::stir, this::stir, this::away, this::stir)));
    }

    @Test
    void oneThatNoLookHasSeenIsGone() throws IOException {
        var before = first();
        assertEquals(Set.of(OTHER), keys(list(before, this::away, this::stir, this::stir, this::stir)));
    }

    @Test
    void aMessageThatWasPassedOverByOneLookOnlyIsThereWhenTheFolderHasCalmedDown() throws IOException {
        var before = first();
        assertEquals(BOTH, keys(list(before, this::away, this::back)));
    }

    /** Renamed within the tick of the clock in which the directory changed last, so that its time does not tell. */
    @Test
    void theUidOfAMessageThatAReadingPassedOverIsKept() throws IOException {
        var cur = dir.resolve("cur");
        var list = new StringBuilder("3 V1 N9000 G0\n1 :" + OTHER + "\n");
        for (int uid = 2; uid < 1200; uid++) {
            list.append(uid).append(" :1276533099.M").append(uid).append(".gone\n");
        }
        var row = "8000 :" + KEY + "\n";
        Files.writeString(dir.resolve("dovecot-uidlist"), list + row);
        var folder = new MaildirFolder("INBOX", dir, new Ground(new HomeDisk(home), steps, "host"), new CrlfReader());
        Files.move(cur.resolve(FILE), dir.resolve("aside"));
        folder.scan();
        Files.move(dir.resolve("aside"), cur.resolve(FILE)); // it comes, and Dovecot has given it a UID
        Files.writeString(dir.resolve("new/1276540000.M5P6.host"), "Subject: new\n\n");
        var tick = FileTime.from(Instant.now().plusSeconds(10));
        Files.setLastModifiedTime(cur, tick);
        steps.steps.addAll(List.of(() -> {
            Files.move(cur.resolve(FILE), dir.resolve("aside"));
            Files.setLastModifiedTime(cur, tick);
        }, this::back));
        folder.record(List.of("1276540000.M5P6.host"));
        var text = Files.readString(dir.resolve("dovecot-uidlist"));
        assertEquals(4, text.lines().count(), text);
        assertTrue(text.contains(row), text);
    }

    @Test
    void whatWasNotSureIsListedAgain() throws IOException {
        var listed = list(first(), this::stir, this::stir, this::away, this::stir);
        assertFalse(listed.holds(lister.stamps()));
        assertEquals(Set.of(OTHER), keys(lister.list(listed, Set.of())));
    }
}
