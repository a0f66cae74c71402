package org.posthouse.pop3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.posthouse.auth.AccountId;
import org.posthouse.auth.FixedAccounts;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.Mailboxes;
import org.posthouse.mailbox.UidSet;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Unavailable;
import org.posthouse.net.FixedSite;
import org.posthouse.net.Listener;
import org.posthouse.net.ScriptedConnection;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;

/** What a mailbox does that the one in memory never does. */
final class MaildropTest {
    private static final AccountId ANN = new AccountId("ann@example.test");

    private final AccountSession mailbox = mock(AccountSession.class);
    private final FixedAccounts accounts = new FixedAccounts("example.test").with("ann", "secret");
    private final MemoryMetrics metrics = new MemoryMetrics();

    private static Listing listing(long uidValidity) {
        return Listing.empty(uidValidity, 1, 1)
                .with(List.of(new Mail(7, 100, Set.of("\\Seen"), Instant.EPOCH, 2, "k")), UidSet.NONE, 8, 2);
    }

    private Pop3Protocol protocol(FixedConfig config) throws IOException {
        var mailboxes = mock(Mailboxes.class);
        when(mailboxes.open(any())).thenReturn(mailbox);
        return new Pop3Protocol(config, accounts, mailboxes, new FixedSite(), new MemoryTrace(), metrics);
    }

    @Test
    void aMailboxMadeAnewLosesNoMessageToAnOldNumber() throws Exception {
        when(mailbox.list("INBOX")).thenReturn(listing(1), listing(2));
        var maildrop = new Maildrop(ANN, mailbox);
        assertEquals("1-7", maildrop.uid(1));
        maildrop.delete(1);
        assertThrows(Unavailable.class, maildrop::update);
        verify(mailbox, never()).expunge(anyString(), any());
    }

    @Test
    void nothingMarkedAsksTheMailboxNothing() throws Exception {
        when(mailbox.list("INBOX")).thenReturn(listing(1));
        var maildrop = new Maildrop(ANN, mailbox);
        maildrop.delete(1);
        maildrop.reset();
        assertEquals(0, maildrop.update());
        verify(mailbox, never()).expunge(anyString(), any());
    }

    @Test
    void aMessageThatVanishesHalfWayEndsTheConnectionWithoutTheLoneDot() throws Exception {
        when(mailbox.list("INBOX")).thenReturn(listing(1));
        when(mailbox.read(anyString(), any())).thenReturn(new SequenceInputStream(
                new ByteArrayInputStream("Subject: half\r\n".getBytes()), new Vanishing()));
        var connection = new ScriptedConnection(Listener.Role.MX, Listener.Tls.NONE);
        connection.send("USER ann\r\nPASS secret\r\nRETR 1\r\nNOOP\r\n");
        connection.serve(protocol(FixedConfig.DEFAULT));
        assertTrue(connection.outcome().orElseThrow() instanceof NoSuchFileException);
        var said = connection.rest();
        assertTrue(said.endsWith("+OK 100 octets\r\nSubject: half\r\n"), said);
        assertEquals(0, metrics.counted("pop3_retrieved"));
    }

    @Test
    void countsMessagesThatWereSentWhole() throws Exception {
        when(mailbox.list("INBOX")).thenReturn(listing(1));
        when(mailbox.read(anyString(), any())).thenAnswer(_ -> new ByteArrayInputStream("Subject: x\r\n\r\nbody\r\n".getBytes()));
        var connection = new ScriptedConnection(Listener.Role.MX, Listener.Tls.NONE);
        connection.send("USER ann\r\nPASS secret\r\nTOP 1 0\r\nTOP 1 99999999\r\nRETR 1\r\nQUIT\r\n");
        connection.serve(protocol(FixedConfig.DEFAULT)).outcome();
        assertEquals(2, metrics.counted("pop3_retrieved"));
    }

    private static final class Vanishing extends InputStream {
        @Override
        public int read() throws IOException {
            throw new NoSuchFileException("7");
        }
    }

    @Test
    void wrongSettingsAreNamed() {
        assertEquals("autologout", wrong(new FixedConfig("9m", "5m", 20, 5, "1s", 10)));
        assertEquals("autologout", wrong(new FixedConfig("ten", "5m", 20, 5, "1s", 10)));
        assertEquals("login-time", wrong(new FixedConfig("10m", "0s", 20, 5, "1s", 10)));
        assertEquals("max-errors", wrong(new FixedConfig("10m", "5m", 0, 5, "1s", 10)));
    }

    private String wrong(FixedConfig config) {
        return assertThrows(BadSetting.class, () -> protocol(config)).key();
    }
}
