package org.posthouse.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.disk.HomeDisk;

/** Who decides whether a bundle runs. */
final class DecisionsTest {
    @TempDir
    Path home;

    @BeforeEach
    void makeHome() throws IOException {
        Files.createDirectories(home.resolve("var"));
    }

    private Decisions loaded() throws IOException {
        var decisions = new Decisions(new HomeDisk(home));
        decisions.load();
        return decisions;
    }

    @Test
    void whatACommandSaidIsKeptAndWinsOverTheFile() throws IOException {
        loaded().command("filter-a", false);
        loaded().command("filter-b", true);
        var decisions = loaded();
        decisions.configure(List.of("filter-a"), List.of("filter-b"));
        assertEquals(new Decisions.Decision(false, "bundle disable", false), decisions.decide("filter-a", true, true));
        assertEquals(new Decisions.Decision(true, "bundle enable", true), decisions.decide("filter-b", true, false));
        assertEquals(List.of("filter-b"), decisions.named());
    }

    @Test
    void linesOfAnotherFormDecideNothing() throws IOException {
        Files.write(home.resolve("var/bundles"), "# comment\n\ndisab filter-a\n  disable\tfilter-c \nenable \u00e9\n\u00ff\n"
                .getBytes(StandardCharsets.ISO_8859_1));
        var decisions = loaded();
        assertEquals("shipped", decisions.decide("comment", true, false).because());
        assertEquals("not in enable", decisions.decide("filter-a", true, false).because());
        assertFalse(decisions.decide("filter-c", true, false).runs());
    }

    @Test
    void aFilterIsRequiredWhereItIsNamedOrHasASection() throws IOException {
        var decisions = loaded();
        decisions.configure(List.of("filter-a", "filter-*"), List.of("filter-d"));
        assertTrue(decisions.decide("filter-a", true, false).required());
        assertTrue(decisions.decide("filter-b", true, true).required());
        assertFalse(decisions.decide("filter-c", true, false).required());
        assertFalse(decisions.decide("filter-d", true, true).required());
        assertTrue(decisions.decide("store-x", false, true).required());
    }
}
