package org.posthouse.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;

/** What every directory that can be changed must do; its domain is {@code here.example}. */
public interface DirectoryContract {
    /** A fresh, empty directory for the domain {@code here.example}. */
    Directory newDirectory() throws Exception;

    @Test default void knowsAnAccountThatWasAdded() throws Exception {
        var directory = newDirectory();
        directory.editor().orElseThrow().add("ann@here.example", "pw".toCharArray());
        assertEquals(new Resolution.Local(new AccountId("ann@here.example")), directory.resolve(new Address("ann", "here.example")));
        assertEquals(new AccountId("ann@here.example"), directory.account("ann@here.example").orElseThrow().id());
        assertEquals(List.of("ann@here.example"), directory.editor().orElseThrow().list().stream().map(a -> a.id().name()).toList());
    }

    @Test default void tellsRightFromWrongFromUnknown() throws Exception {
        var directory = newDirectory();
        directory.editor().orElseThrow().add("ann@here.example", "pässword €".toCharArray());
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "pässword €".toCharArray()));
        assertEquals(Check.WRONG, directory.check("ann@here.example", "password".toCharArray()));
        assertEquals(Check.WRONG, directory.check("ann@here.example", new char[0]));
        assertEquals(Check.NO_SUCH_USER, directory.check("bob@here.example", "password".toCharArray()));
    }

    @Test default void hasNoSecretsOfWhoIsNotThere() throws Exception {
        var directory = newDirectory();
        directory.editor().orElseThrow().add("ann@here.example", "pw".toCharArray());
        assertTrue(directory.secrets("bob@here.example").scramSha256().isEmpty());
        assertTrue(directory.keepsSecrets() || directory.secrets("ann@here.example").scramSha256().isEmpty());
    }

    @Test default void leavesThePasswordToTheCaller() throws Exception {
        var directory = newDirectory();
        char[] password = "pw".toCharArray();
        directory.editor().orElseThrow().add("ann@here.example", password);
        directory.check("ann@here.example", password);
        assertEquals("pw", new String(password));
    }

    @Test default void changesAndRemoves() throws Exception {
        var directory = newDirectory();
        var editor = directory.editor().orElseThrow();
        editor.add("ann@here.example", "old".toCharArray());
        editor.add("bob@here.example", "bob".toCharArray());
        editor.password("ann@here.example", "new".toCharArray());
        assertEquals(Check.WRONG, directory.check("ann@here.example", "old".toCharArray()));
        assertEquals(Check.RIGHT, directory.check("ann@here.example", "new".toCharArray()));
        editor.remove("ann@here.example");
        assertEquals(Check.NO_SUCH_USER, directory.check("ann@here.example", "new".toCharArray()));
        assertEquals(new Resolution.Unknown(), directory.resolve(new Address("ann", "here.example")));
        assertEquals(Check.RIGHT, directory.check("bob@here.example", "bob".toCharArray()));
    }

    @Test default void refusesChangesThatMakeNoSense() throws Exception {
        var editor = newDirectory().editor().orElseThrow();
        editor.add("ann@here.example", "pw".toCharArray());
        assertThrows(Refusal.class, () -> editor.add("ann@here.example", "pw".toCharArray()));
        assertThrows(Refusal.class, () -> editor.password("bob@here.example", "pw".toCharArray()));
        assertThrows(Refusal.class, () -> editor.remove("bob@here.example"));
    }

    @Test default void knowsNobodyByJunk() throws Exception {
        var directory = newDirectory();
        for (var junk : List.of("", "@", "ann", "@here.example", "ann@", "a:b@here.example", "\n", "\0", "x".repeat(100_000))) {
            assertTrue(directory.account(junk).isEmpty(), junk);
            assertEquals(Check.NO_SUCH_USER, directory.check(junk, "pw".toCharArray()), junk);
            assertEquals(new Resolution.Unknown(), directory.resolve(new Address(junk, "here.example")), junk);
        }
    }
}
