package org.posthouse.mbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.AccountId;
import org.posthouse.disk.HomeDisk;
import org.posthouse.mailbox.FlagChange;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.queue.DeliveryId;

/** Files and messages of any content: nothing throws, sizes are right, and what is changed changes nothing else. */
class FuzzTest {
    private static final Folder INBOX = new Folder(new AccountId("ann@example.test"), "INBOX");
    private static final List<String> PARTS = List.of("From a@b Thu Jan  1 00:00:00 1970\n", "From x\n", ">From y\n", ">>From z\n", "\n", "\n", "\r\n", "\r",
            "Subject: s\n", "Status: RO\n", "X-Status: AFDT\n", "X-UID: 5\n", "X-UID: 7\n", "X-IMAPbase: 9 0000000010\n", "X-IMAP: 9 0000000010\n",
            "X-Keywords: a b c   \n", "Content-Length: 5\n", "Content-Length: 40\n", " folded\n", "body\n", "no end", "\0\0", "X-Posthouse-Id: a 3 0\n",
            "X-Posthouse-Id: b 5 0 bare\n", ":\n", "\u00ff\u00fe\n", "x".repeat(9000) + "\n", ">".repeat(1200) + "From \n");

    @TempDir Path home;

    private static String any(Random random, int most) {
        var text = new StringBuilder();
        for (int i = random.nextInt(most); i >= 0; i--) {
            text.append(PARTS.get(random.nextInt(PARTS.size())));
        }
        return text.toString();
    }

    private static String text(MboxStore store, Entry entry) throws IOException {
        var into = new byte[200_000];
        int n = store.read(INBOX, entry.key(), 0, into);
        assertEquals(entry.size(), n, entry.toString());
        return new String(into, 0, n, StandardCharsets.ISO_8859_1);
    }

    private static Map<String, String> texts(MboxStore store) throws IOException {
        var texts = new HashMap<String, String>();
        for (var entry : store.scan(INBOX)) {
            texts.put(entry.key(), text(store, entry));
        }
        return texts;
    }

    @Test
    void anyFileIsReadAndChangedWithCare() throws Exception {
        for (int seed = 0; seed < 400; seed++) {
            var random = new Random(seed);
            var root = home.resolve("file" + seed);
            var mbox = root.resolve("var/mail/example.test/ann/mbox");
            Files.createDirectories(mbox.getParent());
            Files.writeString(mbox, (random.nextInt(4) > 0 ? PARTS.getFirst() : "") + any(random, 40), StandardCharsets.ISO_8859_1);
            var store = Stores.over(new HomeDisk(root));
            var before = texts(store);
            var keys = store.scan(INBOX).stream().map(Entry::key).toList();
            var what = "seed " + seed;
            assertEquals(keys.size(), Set.copyOf(keys).size(), what);
            var uids = store.record(INBOX, keys);
            assertEquals(keys.size(), new HashSet<>(uids.values()).size(), what);
            assertEquals(before.keySet(), texts(store).keySet(), what);
            assertEquals(before, texts(store), what);
            if (keys.isEmpty()) {
                continue;
            }
            var some = keys.get(random.nextInt(keys.size()));
            store.flag(INBOX, List.of(some), new FlagChange(Set.of("\\Answered", "k".repeat(random.nextInt(1, 100))), Set.of("\\Seen")));
            assertEquals(before, texts(store), what);
            store.open();
            assertEquals(before, texts(store), what);
            assertEquals(uids, store.record(INBOX, keys), what);
            store.remove(INBOX, List.of(some));
            before.remove(some);
            store.open();
            assertEquals(Set.copyOf(before.values()), Set.copyOf(texts(store).values()), what);
            store.add(INBOX, new DeliveryId("new"), Letter.of("new\n"), Set.of(), Instant.EPOCH);
            assertEquals(before.size() + 1, store.scan(INBOX).size(), what);
        }
    }

    @Test
    void anyMessageComesBackAsItWas() throws Exception {
        var store = Stores.over(new HomeDisk(home));
        var texts = new ArrayList<String>();
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            var text = any(random, 12).replaceAll("(?i)(Status|X-Status|X-UID|X-IMAP|X-IMAPbase|X-Keywords|Content-Length|X-Posthouse-Id):", "$1 :")
                    .replaceAll(">{1001,}From", "From").replace("\u00ff\u00fe", "");
            var letter = Letter.of(text.replaceAll("(?<!\r)\n", "\r\n"));
            store.add(INBOX, new DeliveryId("s." + seed), letter, Set.of(), Instant.EPOCH);
            texts.add(letter.toString());
        }
        for (int again = 0; again < 2; again++) {
            var entries = store.scan(INBOX);
            assertEquals(texts.size(), entries.size());
            for (int i = 0; i < texts.size(); i++) {
                assertEquals(texts.get(i), text(store, entries.get(i)), "seed " + i);
            }
            store.record(INBOX, entries.stream().map(Entry::key).toList());
            store.open();
        }
        assertTrue(store.scan(INBOX).stream().allMatch(e -> e.flags().isEmpty()));
    }
}
