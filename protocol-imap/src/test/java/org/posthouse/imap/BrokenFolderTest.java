package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doCallRealMethod;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.mockito.Mockito.withSettings;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Listing;
import org.posthouse.message.Unavailable;
import org.posthouse.net.Connection;

/** RFC 5819 §2: what cannot be said of one folder keeps nobody from hearing of the others. */
final class BrokenFolderTest {
    private final AccountSession mail = mock(AccountSession.class, withSettings().stubOnly());
    private final Connection client = mock(Connection.class, withSettings().stubOnly());
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private void list(IOException broken) throws Exception {
        doAnswer(call -> {
            said.write(call.<byte[]>getArgument(0), call.getArgument(1), call.getArgument(2));
            return null;
        }).when(client).write(any(byte[].class), anyInt(), anyInt());
        doCallRealMethod().when(client).write(any(byte[].class));
        doCallRealMethod().when(client).write(any(ByteBuffer.class));
        when(mail.folders()).thenReturn(List.of("INBOX", "Bad", "Good"));
        when(mail.list(any())).thenReturn(Listing.empty(1, 1, 1));
        when(mail.list("Bad")).thenThrow(broken);
        var limits = new Limits(Duration.ofMinutes(30), Duration.ofMinutes(3), 20, 5, Duration.ZERO, 8192, 1 << 20, Limits.Literals.PLUS);
        var out = new Output(client, new Rooms());
        var command = CommandParser.parse("a LIST \"\" % RETURN (STATUS (MESSAGES))".getBytes(StandardCharsets.US_ASCII)).command();
        new ListCommands(out, new FolderCommands(out, new Enabled(), limits)).list(mail, (Command.ListFolders) command);
    }

    @Test
    void endsNoListWithStatus() throws Exception {
        list(new IOException("as the test asks"));
        assertEquals("""
                * LIST (\\HasNoChildren) "/" "INBOX"
                * STATUS "INBOX" (MESSAGES 0)
                * LIST (\\HasNoChildren) "/" "Bad"
                * LIST (\\HasNoChildren) "/" "Good"
                * STATUS "Good" (MESSAGES 0)
                """, said.toString(StandardCharsets.US_ASCII).replace("\r", ""));
    }

    @Test
    void isAnotherThingThanAMissingEngine() {
        assertThrows(Unavailable.class, () -> list(new Unavailable("as the test asks")));
    }
}
