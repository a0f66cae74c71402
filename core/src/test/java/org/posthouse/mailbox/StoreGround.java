package org.posthouse.mailbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.posthouse.auth.AccountId;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.queue.DeliveryId;

/** What the contracts of stores stand on. */
public interface StoreGround {
    AccountId ANN = new AccountId("ann@example.test");
    Folder INBOX = new Folder(ANN, "INBOX");
    Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    /** Another program that uses the same mail without asking. */
    interface Foreign {
        void add(Folder folder, String text) throws IOException;

        /** The same text many times, as quickly as that goes. */
        void addMany(Folder folder, int count, String text) throws IOException;

        void remove(Folder folder, String key) throws IOException;

        void markSeen(Folder folder, String key) throws IOException;
    }

    /** A store, not opened yet, over what lies in this folder. */
    Store newStore(Path dir) throws IOException;

    Foreign foreign(Path dir) throws IOException;

    default Store opened(Path dir) throws IOException {
        var store = newStore(dir);
        store.open();
        return store;
    }

    static Entry add(Store store, Folder folder, String id, String text) throws IOException {
        return store.add(folder, new DeliveryId(id), Letter.of(text), Set.of(), NOON);
    }

    static String text(Store store, Folder folder, String key, int piece) throws IOException {
        var whole = new ByteArrayOutputStream();
        var into = new byte[piece];
        int n = store.read(folder, key, 0, into);
        while (n > 0) {
            whole.write(into, 0, n);
            n = store.read(folder, key, whole.size(), into);
        }
        return whole.toString(StandardCharsets.UTF_8);
    }

    static List<Long> uids(List<Entry> entries) {
        return entries.stream().map(Entry::uid).map(OptionalLong::getAsLong).toList();
    }

    static List<String> keys(List<Entry> entries) {
        return entries.stream().map(Entry::key).toList();
    }

    static void noFault(Future<?> writer) throws Exception {
        try {
            writer.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }
}
