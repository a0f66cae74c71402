package org.posthouse.mailbox;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.queue.DeliveryId;

class MemoryStoreTest implements StoreContract, FolderContract {
    private final Map<Path, MemoryStore> stores = new HashMap<>();
    private int foreign;

    @Override
    public MemoryStore newStore(Path dir) {
        return stores.computeIfAbsent(dir, _ -> new MemoryStore());
    }

    @Override
    public Foreign foreign(Path dir) {
        var store = newStore(dir);
        return new Foreign() {
            @Override
            public void add(Folder folder, String text) throws IOException {
                foreign++;
                store.add(folder, new DeliveryId("foreign." + foreign), Letter.of(text), Set.of(), Instant.EPOCH);
                store.tell(folder);
            }

            @Override
            public void addMany(Folder folder, int count, String text) throws IOException {
                for (int i = 0; i < count; i++) {
                    add(folder, text);
                }
            }

            @Override
            public void remove(Folder folder, String key) throws IOException {
                store.remove(folder, List.of(key));
                store.tell(folder);
            }

            @Override
            public void markSeen(Folder folder, String key) throws IOException {
                store.flag(folder, key, Set.of("\\Seen"));
            }
        };
    }
}
