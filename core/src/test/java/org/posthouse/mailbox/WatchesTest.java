package org.posthouse.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.posthouse.auth.AccountId;
import org.posthouse.message.Unavailable;

class WatchesTest {
    private static final AccountId ANN = new AccountId("ann@example.test");

    private final Watches watches = new Watches();
    private final List<Watch> below = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();
    private int asked;

    private Watch.Watching watch(Watch told) throws Unavailable {
        below.add(told);
        return () -> below.remove(told);
    }

    @Test
    void allWhoWatchAFolderShareOneWatchBelow() throws IOException {
        try (var _ = watches.add(ANN, "INBOX", () -> heard.add("one"), this::watch);
                var _ = watches.add(ANN, "inbox", () -> heard.add("two"), this::watch)) {
            assertEquals(1, below.size());
            below.getFirst().changed();
            assertEquals(List.of("one", "two"), heard);
        }
        assertEquals(List.of(), below);
    }

    private Watch.Watching firstInVain(Watch told) throws IOException {
        if (asked++ == 0) {
            watches.add(ANN, "INBOX", () -> heard.add("early"), this::firstInVain); // while the first one waits
            throw new Unavailable("nobody is there");
        }
        return watch(told);
    }

    @Test
    void aWatchBelowThatCouldNotBeHadIsAskedForByTheNextWhoWatches() throws IOException {
        assertThrows(Unavailable.class, () -> watches.add(ANN, "INBOX", () -> heard.add("none"), this::firstInVain));
        assertEquals(List.of(), below);
        watches.add(ANN, "INBOX", () -> heard.add("late"), this::firstInVain);
        below.getFirst().changed();
        assertEquals(List.of("early", "late"), heard);
    }
}
