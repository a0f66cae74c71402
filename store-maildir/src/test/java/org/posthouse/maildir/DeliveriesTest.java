package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.posthouse.mailbox.Store.Entry;

class DeliveriesTest {
    private static final Entry STORED = new Entry("x", OptionalLong.empty(), Set.of(), Instant.EPOCH, 1);

    private final Deliveries deliveries = new Deliveries();
    private final Set<String> stored = new HashSet<>();
    private int surveys;

    private boolean store(String tag) throws IOException {
        return deliveries.once(Path.of("inbox"), tag, () -> {
            surveys++;
            return stored;
        }, () -> {
            stored.add(tag);
            return STORED;
        }).isPresent();
    }

    @Test
    void aFolderWithManyDeliveriesIsNotLookedThroughForEachOfThem() throws Exception {
        for (int i = 0; i < 12_000; i++) {
            assertTrue(store("tag" + i));
        }
        assertEquals(2, surveys);
        for (int i = 0; i < 12_000; i += 100) {
            assertEquals(false, store("tag" + i));
        }
    }
}
