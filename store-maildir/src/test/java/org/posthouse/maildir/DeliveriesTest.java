package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

    /** Another delivery ends while the folder is looked at, too late to be seen. */
    private void storeWhileLooking(String first, String second, Runnable then) throws IOException {
        deliveries.once(Path.of("inbox"), first, () -> {
            var seen = Set.copyOf(stored);
            assertTrue(store(second));
            then.run();
            return seen;
        }, () -> {
            stored.add(first);
            return STORED;
        });
    }

    @Test
    void whatIsStoredWhileTheFolderIsLookedAtIsNotStoredTwice() throws Exception {
        storeWhileLooking("a", "b", () -> { });
        assertFalse(store("b"));
        assertFalse(store("a"));
    }

    @Test
    void aLookThatBeganBeforeTheFolderWasForgottenCountsForNothing() throws Exception {
        storeWhileLooking("a", "b", () -> deliveries.forget(Path.of("inbox")));
        assertFalse(store("b"));
    }

    @Test
    void aFolderWithManyDeliveriesIsNotLookedThroughForEachOfThem() throws Exception {
        for (int i = 0; i < 12_000; i++) {
            assertTrue(store("tag" + i));
        }
        assertEquals(2, surveys);
        for (int i = 0; i < 12_000; i += 100) {
            assertFalse(store("tag" + i));
        }
    }
}
