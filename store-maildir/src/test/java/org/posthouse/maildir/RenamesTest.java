package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;

/** Another program renames files all the time: no message seems to be gone, or cannot be read. */
class RenamesTest {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");
    private static final int MESSAGES = 400;
    private static final int LOOKS = 150;

    @TempDir Path home;

    private Path cur;
    private volatile boolean over;

    @BeforeEach
    void start() throws IOException {
        var maildir = home.resolve("var/mail/example.test/ann/Maildir");
        cur = maildir.resolve("cur");
        for (var dir : List.of("cur", "new", "tmp")) {
            Files.createDirectories(maildir.resolve(dir));
        }
        for (int i = 0; i < MESSAGES; i++) {
            Files.writeString(cur.resolve("1276528487.R" + i + ".elsewhere:2,"), "Subject: " + i + "\n\n");
        }
    }

    /** Bursts, as a program makes that marks many messages. */
    private void rename() {
        var random = new Random(1);
        try {
            while (!over) {
                for (int i = 0; i < 20; i++) {
                    int one = random.nextInt(MESSAGES);
                    var plain = cur.resolve("1276528487.R" + one + ".elsewhere:2,");
                    var seen = cur.resolve("1276528487.R" + one + ".elsewhere:2,S");
                    boolean wasPlain = Files.exists(plain);
                    Files.move(wasPlain ? plain : seen, wasPlain ? seen : plain);
                }
                Thread.sleep(1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            return;
        }
    }

    @Test
    void everyLookFindsEveryMessageAndEachCanBeRead() throws Exception {
        var renaming = Thread.ofPlatform().start(this::rename);
        try {
            var store = Stores.over(new HomeDisk(home));
            var uids = store.record(INBOX, store.scan(INBOX).stream().map(Entry::key).toList());
            for (int i = 0; i < LOOKS; i++) {
                var looking = i % 2 == 0 ? store : Stores.over(new HomeDisk(home)); // one that knows nothing
                var entries = looking.scan(INBOX);
                assertEquals(MESSAGES, entries.size());
                assertTrue(entries.stream().allMatch(e -> e.uid().getAsLong() == uids.get(e.key())), () -> Map.copyOf(uids).toString());
                assertTrue(looking.read(INBOX, entries.get(i).key(), 0, new byte[100]) > 0);
            }
        } finally {
            over = true;
            renaming.join();
        }
    }
}
