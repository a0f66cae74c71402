package org.posthouse.mbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.FolderContract;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.mailbox.StoreContract;

class MboxStoreTest implements StoreContract, FolderContract {
    @Override
    public Store newStore(Path dir) {
        return Stores.over(new HomeDisk(dir));
    }

    @Override
    public Foreign foreign(Path dir) {
        return new OtherProgram(dir.resolve("var/mail/example.test/ann/mbox"));
    }

    /** As mutt does it: changes the file in its place. */
    private record OtherProgram(Path inbox) implements Foreign {
        private static final String FROM = "From bob@example.test Sun Mar  1 12:00:00 2026\n";

        @Override
        public void add(Folder folder, String text) throws IOException {
            Files.writeString(inbox, FROM + text + "\n", StandardOpenOption.APPEND);
        }

        @Override
        public void addMany(Folder folder, int count, String text) throws IOException {
            Files.writeString(inbox, (FROM + text + "\n").repeat(count), StandardOpenOption.APPEND);
        }

        @Override
        public void remove(Folder folder, String key) throws IOException {
            var messages = messages();
            messages.remove(find(messages, key));
            Files.writeString(inbox, String.join("", messages), StandardCharsets.ISO_8859_1);
        }

        @Override
        public void markSeen(Folder folder, String key) throws IOException {
            var messages = messages();
            int at = find(messages, key);
            int line = messages.get(at).indexOf("\n") + 1;
            line = messages.get(at).indexOf("\n", line) + 1;
            messages.set(at, messages.get(at).substring(0, line) + "Status: RO\n" + messages.get(at).substring(line));
            Files.writeString(inbox, String.join("", messages), StandardCharsets.ISO_8859_1);
        }

        private List<String> messages() throws IOException {
            return new ArrayList<>(List.of(Files.readString(inbox, StandardCharsets.ISO_8859_1).split("(?<=\n\n)(?=From )")));
        }

        private static int find(List<String> messages, String key) {
            for (int i = 0; i < messages.size(); i++) {
                var text = messages.get(i);
                if (key.startsWith("p") ? text.contains("X-Posthouse-Id: " + key.substring(1) + " ") : !text.contains("X-Posthouse-Id")) {
                    return i;
                }
            }
            throw new AssertionError(key);
        }
    }
}
