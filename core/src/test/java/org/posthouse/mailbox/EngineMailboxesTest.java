package org.posthouse.mailbox;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.posthouse.auth.Account;
import org.posthouse.auth.AccountId;
import org.posthouse.config.Values;
import org.posthouse.message.PieceInput;
import org.posthouse.message.Unavailable;
import org.posthouse.swap.Plugins;

class EngineMailboxesTest {
    private final List<Integer> asked = new ArrayList<>();

    private PieceInput input(byte[] octets, long announced) {
        return new PieceInput("7", announced, (offset, into) -> {
            asked.add(into.length);
            int n = (int) Math.min(into.length, octets.length - offset);
            System.arraycopy(octets, (int) offset, into, 0, n);
            return n;
        });
    }

    @Test
    void smallMailIsReadInOneSmallCall() throws Exception {
        assertEquals("hello", new String(input("hello".getBytes(), 5).readAllBytes()));
        assertEquals(List.of(6), asked);
    }

    @Test
    void largeMailIsReadInPieces() throws Exception {
        var octets = new byte[3 * PieceInput.LARGEST_PIECE + 17];
        new Random(1).nextBytes(octets);
        assertArrayEquals(octets, input(octets, octets.length).readAllBytes());
        assertEquals(4, asked.size());
        assertEquals(PieceInput.LARGEST_PIECE, asked.getFirst());
    }

    @Test
    void mailOfAWholePieceIsWhole() throws Exception {
        var octets = new byte[PieceInput.LARGEST_PIECE];
        assertArrayEquals(octets, input(octets, octets.length).readAllBytes());
    }

    @Test
    void mailThatIsNotAsAnnouncedIsAnError() {
        var octets = "hello".getBytes();
        for (int announced : new int[] {0, 4, 6, 1_000_000}) {
            var in = input(octets, announced);
            assertThrows(IOException.class, in::readAllBytes);
            assertThrows(IOException.class, in::read);
        }
    }

    @Test
    void anAccountThatNobodyKnowsCannotBeOpened() {
        var mailboxes = new EngineMailboxes(new Plugins<>("mailboxes"), _ -> Optional.empty(), null);
        assertThrows(NoSuchFileException.class, () -> mailboxes.open(new AccountId("ann@example.test")));
    }

    @Test
    void aMissingEngineIsUnavailableAndASessionFindsItWhenItComes() throws Exception {
        var engines = new Plugins<MailboxEngine>("mailboxes");
        var mailboxes = new EngineMailboxes(engines, name -> Optional.of(new Account(new AccountId(name), Map.of())), null);
        var session = mailboxes.open(new AccountId("ann@example.test"));
        assertThrows(Unavailable.class, session::folders);
        engines.arrive("mailboxes-indexed", foldersOnly(List.of("INBOX")), Map.of());
        assertEquals(List.of("INBOX"), session.folders());
        engines.arrive("mailboxes-other", foldersOnly(List.of("INBOX", "other")), Map.of());
        mailboxes.configure(new Values("", Map.of("mailboxes", "mailboxes-other")));
        assertEquals(List.of("INBOX", "other"), session.folders());
    }

    @Test
    void anAccountsStoreIsTheOneItsDirectoryNames() throws Exception {
        var plugins = new Plugins<Store>("store");
        var usual = new MemoryStore();
        var special = new MemoryStore();
        plugins.arrive("store-maildir", usual, Map.of());
        plugins.arrive("store-mbox", special, Map.of());
        var stores = new PluginStores(plugins);
        var folder = new Store.Folder(new AccountId("ann@example.test"), "here");
        stores.of(new Account(folder.account(), Map.of("store", "store-mbox"))).create(folder);
        assertEquals(List.of("INBOX", "here"), special.folders(folder.account()));
        assertEquals(List.of("INBOX"), stores.of(new Account(folder.account(), Map.of())).folders(folder.account()));
        stores.configure(new Values("", Map.of("store", "store-mbox")));
        assertEquals(List.of("INBOX", "here"), stores.of(new Account(folder.account(), Map.of())).folders(folder.account()));
    }

    private static MailboxEngine foldersOnly(List<String> folders) {
        var mail = mock(AccountSession.class);
        try {
            when(mail.folders()).thenReturn(folders);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return new MailboxEngine() {
            @Override public AccountSession account(Account account) {
                return mail;
            }

            @Override public void open() {}

            @Override public void close() {}
        };
    }
}
