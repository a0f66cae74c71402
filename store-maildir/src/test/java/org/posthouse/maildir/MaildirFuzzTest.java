package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Pieces;
import org.posthouse.fuzz.Scratch;
import org.posthouse.mailbox.FlagChange;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;

/**
 * A Maildir as other programs may leave it: its messages are listed, get UIDs that stay, take flags and can be removed. The input is
 * the uidlist, the keywords, and the names of files in {@code cur/} or, behind a {@code +}, {@code new/}; with 0x1e between them.
 */
final class MaildirFuzzTest implements FuzzTarget {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");
    private static final int MOST_FILES = 20;

    private final Path home;

    MaildirFuzzTest() throws IOException {
        home = Scratch.folder();
    }

    @Override
    public void take(byte[] input) throws IOException {
        var maildir = home.resolve("var/mail/example.test/ann/Maildir");
        clear(maildir);
        for (var folder : List.of("cur", "new", "tmp")) {
            Files.createDirectories(maildir.resolve(folder));
        }
        var pieces = Pieces.of(input, 0, 2);
        Files.write(maildir.resolve("dovecot-uidlist"), pieces.get(0));
        Files.write(maildir.resolve("dovecot-keywords"), pieces.get(1));
        var bases = new HashSet<String>();
        pieces.stream().skip(2).limit(MOST_FILES).map(name -> new String(name, StandardCharsets.UTF_8))
                .filter(name -> bases.add(name.replaceFirst("^\\+", "").split(":", 2)[0])).forEach(name -> file(maildir, name));
        try {
            use();
        } catch (IOException e) {
            assertTrue(e.getMessage().contains("no UIDs left") || e instanceof FileSystemException, e::toString);
        }
    }

    private void use() throws IOException {
        var store = Stores.over(new HomeDisk(home));
        var keys = store.scan(INBOX).stream().map(Entry::key).toList();
        assertEquals(keys.size(), new HashSet<>(keys).size());
        var uids = store.record(INBOX, keys);
        assertEquals(keys.size(), new HashSet<>(uids.values()).size());
        assertTrue(store.identity(INBOX).uidNext() > uids.values().stream().mapToLong(u -> u).max().orElse(0));
        var again = Stores.over(new HomeDisk(home));
        assertEquals(uids, again.record(INBOX, keys));
        again.flag(INBOX, keys, new FlagChange(Set.of("\\Seen", "new-one"), Set.of("\\Deleted")));
        assertEquals(keys.size(), again.scan(INBOX).size());
        for (var entry : again.scan(INBOX)) {
            assertTrue(entry.flags().contains("\\Seen") && !entry.flags().contains("\\Deleted"), entry::toString);
            again.read(INBOX, entry.key(), 0, new byte[10]);
        }
        again.remove(INBOX, keys);
        assertEquals(List.of(), again.scan(INBOX));
    }

    private static void file(Path maildir, String name) {
        boolean isNew = name.startsWith("+");
        try {
            var file = maildir.resolve(isNew ? "new" : "cur").resolve(isNew ? name.substring(1) : name);
            if (file.getParent().getParent().equals(maildir)) {
                Files.writeString(file, "Subject: x\n\ny\n");
            }
        } catch (InvalidPathException | IOException e) {
            // no name for a file
        }
    }

    private static void clear(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var all = Files.walk(folder)) {
                for (var file : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Override
    public List<String> seeds() {
        return List.of("3 V1 N5 Gx\n1 :a\n2 W5 :b\n\u001e0 $Junk\n1 work\n\u001ea:2,Sa\u001eb:2,Tb\u001e+c\u001e1.H1.x,S=1,W=2",
                "\u001e0 x\n0 y\n25 z\n26 w\nx y\n99 a\n\u001ea:2,abz\u001ea\u001e+a\u001e.x\u001ea:2,S\u001ea:1,S", "3 V1 N4294967295\n4294967294 :a\n\u001e\u001ea\u001eb\u001ec",
                "3 V1\n1 :a b\n2 :\u00ff\n\u001e" + "0 \u00c3\u00bc\n" + "\u001e\u00c3\u00bc\u001ea b\u001e99999999999.H1.x,S=1,W=2:2,");
    }

    @Override
    public int longest() {
        return 2000;
    }

    @Override
    public long mayAllocate(int octets) {
        return (8 << 20) + 10_000L * octets;
    }
}
