package org.posthouse.maildir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.FolderContract;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.mailbox.StoreContract;

class MaildirStoreTest implements StoreContract, FolderContract {
    @Override
    public Store newStore(Path dir) {
        return Stores.over(new HomeDisk(dir));
    }

    @Override
    public Foreign foreign(Path dir) {
        return new OtherProgram(dir.resolve("var/mail/example.test/ann/Maildir"));
    }

    /** As procmail and mutt do it: without sizes in names, flags by renaming. */
    private static final class OtherProgram implements Foreign {
        private static final int MOST_LINKS = 50_000; // of one file; ext4 ends at 65,000

        private final Path inbox;
        private int added;

        OtherProgram(Path inbox) {
            this.inbox = inbox;
        }

        @Override
        public void add(Folder folder, String text) throws IOException {
            Files.writeString(nextName(), text);
        }

        /** Links are made ten times as quickly as files. */
        @Override
        public void addMany(Folder folder, int count, String text) throws IOException {
            Path first = null;
            for (int i = 0; i < count; i++) {
                if (i % MOST_LINKS == 0) {
                    first = Files.writeString(nextName(), text);
                } else {
                    Files.createLink(nextName(), first);
                }
            }
        }

        private Path nextName() {
            added++;
            return inbox.resolve("new").resolve(1_700_000_000 + added + ".R1_" + added + ".elsewhere");
        }

        @Override
        public void remove(Folder folder, String key) throws IOException {
            Files.delete(find(key));
        }

        @Override
        public void markSeen(Folder folder, String key) throws IOException {
            Files.move(find(key), inbox.resolve("cur").resolve(key + ":2,S"));
        }

        private Path find(String key) throws IOException {
            try (var files = Files.walk(inbox)) {
                return files.filter(f -> f.getFileName().toString().split(":")[0].equals(key)).findFirst().orElseThrow();
            }
        }
    }
}
