package org.posthouse.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.swap.Plugins;

class DirectoriesTest {
    private final Plugins<Directory> plugins = new Plugins<>("directory");
    private final Directories directories = new Directories(plugins);
    private final MemoryDirectory first = new MemoryDirectory();
    private final MemoryDirectory second = new MemoryDirectory();

    private void arriveBoth() {
        plugins.arrive("directory-a", first, Map.of());
        plugins.arrive("directory-b", second, Map.of());
    }

    private void order(String order) {
        directories.configure(new Values("", Map.of("directories", order)));
    }

    @Test void asksInOrderOfNamesAndTheFirstThatKnowsWins() throws Exception {
        arriveBoth();
        first.with("ann@here.example", "one");
        second.with("ann@here.example", "two").with("bob@here.example", "three");
        assertEquals(Check.RIGHT, directories.check("ann@here.example", "one".toCharArray()));
        assertEquals(Check.WRONG, directories.check("ann@here.example", "two".toCharArray()));
        assertEquals(Check.RIGHT, directories.check("bob@here.example", "three".toCharArray()));
        assertEquals(Check.NO_SUCH_USER, directories.check("eve@here.example", "x".toCharArray()));
    }

    @Test void theSettingDecidesTheOrder() throws Exception {
        arriveBoth();
        first.with("ann@here.example", "one");
        second.with("ann@here.example", "two");
        order("directory-b, directory-a");
        assertEquals(Check.RIGHT, directories.check("ann@here.example", "two".toCharArray()));
    }

    @Test void aDirectoryNotNamedIsNotAsked() throws Exception {
        arriveBoth();
        second.with("bob@here.example", "two");
        order("directory-a");
        assertEquals(new Resolution.Unknown(), directories.resolve(new Address("bob", "here.example")));
    }

    @Test void oneThatIsAwayIsAFailureAndNeverNoSuchUser() {
        plugins.arrive("directory-a", first, Map.of());
        order("directory-a, directory-b");
        assertThrows(IOException.class, () -> directories.resolve(new Address("eve", "here.example")));
        assertThrows(IOException.class, () -> directories.account("eve@here.example"));
        assertThrows(IOException.class, () -> directories.check("eve@here.example", "x".toCharArray()));
    }

    @Test void oneThatKnowsAnswersThoughALaterOneIsAway() throws Exception {
        plugins.arrive("directory-a", first, Map.of());
        order("directory-a, directory-b");
        first.with("ann@here.example", "one");
        assertEquals(new Resolution.Local(new AccountId("ann@here.example")), directories.resolve(new Address("ann", "here.example")));
    }

    @Test void anIoFailureIsPassedOn() {
        arriveBoth();
        first.failing(true);
        assertThrows(IOException.class, () -> directories.check("ann@here.example", "x".toCharArray()));
    }

    @Test void withoutAnyDirectoryNothingIsKnown() {
        assertThrows(IOException.class, () -> directories.resolve(new Address("ann", "here.example")));
    }

    @Test void editsTheDirectoryThatHasTheAccount() throws Exception {
        arriveBoth();
        second.with("bob@here.example", "old");
        var editor = directories.editor().orElseThrow();
        editor.password("bob@here.example", "new".toCharArray());
        assertEquals(Check.RIGHT, second.check("bob@here.example", "new".toCharArray()));
        editor.add("cat@here.example", "c".toCharArray());
        assertEquals(Check.RIGHT, first.check("cat@here.example", "c".toCharArray()));
        assertEquals(2, editor.list().size());
        assertThrows(Refusal.class, () -> editor.add("bob@here.example", "x".toCharArray()));
        assertThrows(Refusal.class, () -> editor.remove("eve@here.example"));
        editor.remove("bob@here.example");
        assertTrue(second.account("bob@here.example").isEmpty());
    }
}
