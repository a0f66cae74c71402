package org.posthouse.mbox;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.fuzz.Scratch;
import org.posthouse.mailbox.FlagChange;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.queue.DeliveryId;

/**
 * Any file is an mbox of whatever dialect: its messages have their sizes, UIDs, flags and removals touch no message's text, and mail
 * is added to it.
 */
final class MboxFuzzTest implements FuzzTarget {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");

    private final Path root;
    private final Path mbox;
    private int homes;

    MboxFuzzTest() throws IOException {
        root = Scratch.folder();
        mbox = Path.of("var/mail/example.test/ann/mbox");
    }

    @Override
    public void take(byte[] input) throws IOException {
        var home = root.resolve("h" + homes++ % 4);
        Files.createDirectories(home.resolve(mbox).getParent());
        Files.write(home.resolve(mbox), input);
        var state = home.resolve(mbox).resolveSibling("mbox-state");
        for (var name : List.of("INBOX.uids", "INBOX.removed", "INBOX.journal")) {
            Files.deleteIfExists(state.resolve(name));
        }
        use(Stores.over(new HomeDisk(home)));
    }

    private static void use(MboxStore store) throws IOException {
        var before = texts(store);
        var keys = store.scan(INBOX).stream().map(Entry::key).toList();
        assertEquals(keys.size(), new HashSet<>(keys).size());
        var uids = store.record(INBOX, keys);
        assertEquals(keys.size(), new HashSet<>(uids.values()).size());
        assertEquals(before, texts(store));
        if (keys.stream().anyMatch(key -> key.startsWith("pnew"))) {
            return; // has the delivery already
        }
        var added = store.add(INBOX, new DeliveryId("new"), Letter.of("From x\n\nnew\n"), Set.of(), Instant.EPOCH).key();
        before.put(added, "From x\r\n\r\nnew\r\n");
        assertEquals(keys.size() + 1, before.size());
        store.open();
        assertEquals(before, texts(store));
        if (!keys.isEmpty()) {
            change(store, keys.get(keys.size() / 2), before, uids);
        }
        remove(store, added, before);
    }

    private static void change(MboxStore store, String key, Map<String, String> before, Map<String, Long> uids) throws IOException {
        store.flag(INBOX, List.of(key), new FlagChange(Set.of("\\Answered", "k"), Set.of("\\Seen")));
        store.open();
        assertEquals(before, texts(store));
        assertEquals(uids, store.record(INBOX, List.copyOf(uids.keySet())));
        remove(store, key, before);
    }

    /** Those that are the same have other keys then. */
    private static void remove(MboxStore store, String key, Map<String, String> before) throws IOException {
        store.remove(INBOX, List.of(key));
        before.remove(key);
        store.open();
        assertEquals(before.values().stream().sorted().toList(), texts(store).values().stream().sorted().toList());
    }

    private static Map<String, String> texts(MboxStore store) throws IOException {
        var texts = new HashMap<String, String>();
        for (var entry : store.scan(INBOX)) {
            var into = new byte[Math.toIntExact(entry.size()) + 10];
            int n = store.read(INBOX, entry.key(), 0, into);
            assertEquals(entry.size(), n, entry.toString());
            texts.put(entry.key(), new String(into, 0, n, StandardCharsets.ISO_8859_1));
        }
        return texts;
    }

    @Override
    public List<String> seeds() {
        var from = "From a@b Thu Jan  1 00:00:00 1970\n";
        return List.of(from + "Subject: a\n\nx\n\n" + from + "Subject: b\n\n>From y\n>>From z\n\n", from + "Content-Length: 40\n\n" + from + "123456\n" + from + "\nb",
                from + "X-IMAPbase: 9 0000000010 k l\nX-UID: 5\nStatus: RO\nX-Status: AFDT\nX-Keywords: k   \n\nbody\n\n" + from + "X-UID: 7\n\n",
                "From ann Thu Jan  1 00:00 1970\r\na: b\r\n\r\nx\r\n\r\nFrom - Thu, 01 Jan 1970 00:00:00 +0000\r\n\r\n", from + "X-IMAP: 9 0000000010\nSubject: DON'T DELETE\n\nx\n\n" + from + "\n",
                from + "X-Posthouse-Id: a 3 1d130cf2\nab\n\n", from + "X-Posthouse-Id: b 5 0 bare\nX-Keywords:      \n\nabc\n\n", "garbage\n" + from, from + " folded\nX-UID: 1\n y\n\n", from + "x\0\0\0");
    }

    @Override
    public List<String> words() {
        return List.of("From a@b Thu Jan  1 00:00:00 1970\n", "\nFrom a@b Thu Jan  1 00:00:00 1970\n", "\n\n", ">From ", "Content-Length: ", "X-UID: ", "X-IMAPbase: ", "Status: RO\n", "X-Status: ",
                "X-Keywords: ", "X-Posthouse-Id: ", " bare\n", "X-IMAP: ", "\r\n");
    }

    @Override
    public int longest() {
        return 20_000;
    }

    @Override
    public long mayAllocate(int octets) {
        return (64 << 20) + 2_000L * octets; // buffers of fixed size, for each of some dozens of looks at the file
    }
}
