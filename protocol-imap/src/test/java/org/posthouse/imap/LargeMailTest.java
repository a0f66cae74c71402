package org.posthouse.imap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doCallRealMethod;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.mockito.Mockito.withSettings;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.posthouse.imap.Command.Access;
import org.posthouse.imap.FetchItem.Form;
import org.posthouse.imap.FetchItem.Octets;
import org.posthouse.imap.FetchItem.Partial;
import org.posthouse.imap.FetchItem.Section;
import org.posthouse.imap.FetchItem.Text.Whole;
import org.posthouse.imap.MessageSet.Span;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;
import org.posthouse.net.Connection;

/** Messages that are larger than memory, and messages that go away while they are sent. */
final class LargeMailTest {
    private static final int LARGEST_BUFFER = 256 * 1024;

    private interface Reading {
        int read(Mail mail, long offset, byte[] into) throws IOException;
    }

    private final AccountSession session = mock(AccountSession.class, withSettings().stubOnly());
    private final Connection client = mock(Connection.class, withSettings().stubOnly());
    private final ByteArrayOutputStream start = new ByteArrayOutputStream();
    private final FetchCommand command = new FetchCommand(new Output(client, new Rooms()), new Enabled());
    private long sent;
    private int largestRead;

    private View folder(Reading reading, long... sizes) throws Exception {
        var mails = new ArrayList<Mail>();
        for (long size : sizes) {
            mails.add(new Mail(mails.size() + 1, size, Set.of(), Instant.EPOCH, 1, "k" + mails.size()));
        }
        when(session.list("INBOX")).thenReturn(Listing.empty(1, 1, 1).with(mails, UidSet.NONE, sizes.length + 1, 1));
        when(session.claimRecent(any(), anyLong())).thenReturn(sizes.length + 1L);
        when(session.content(any(), any())).thenCallRealMethod();
        when(session.read(any(), any())).thenCallRealMethod();
        when(session.read(any(), any(), anyLong(), any(ByteBuffer.class))).thenCallRealMethod();
        when(session.read(any(), any(), anyLong(), any(byte[].class))).thenAnswer(call -> {
            byte[] into = call.getArgument(3);
            largestRead = Math.max(largestRead, into.length);
            return reading.read(call.getArgument(1), call.getArgument(2), into);
        });
        doAnswer(call -> {
            int length = call.getArgument(2);
            sent += length;
            if (start.size() < LARGEST_BUFFER) {
                start.write(call.getArgument(0), call.getArgument(1), length);
            }
            return null;
        }).when(client).write(any(byte[].class), anyInt(), anyInt());
        doCallRealMethod().when(client).write(any(byte[].class));
        doCallRealMethod().when(client).write(any(ByteBuffer.class));
        return new View(session, "INBOX", Access.READ_ONLY, new Enabled(), new KeywordsInUse.Names());
    }

    private Reply fetch(View view, Section section, Optional<Partial> partial) throws Exception {
        var items = List.<FetchItem>of(new Octets(Form.BODY_PEEK, section, partial));
        var all = new MessageSet.Spans(List.of(new Span(1, MessageSet.STAR)));
        return command.run(session, view, new Command.Fetch(Numbering.SEQUENCE, all, items,
                new Command.FetchOptions(OptionalLong.empty(), false)));
    }

    private static final Section WHOLE = new Section(List.of(), Whole.ALL);

    private String said() {
        return start.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void aLargeMessageIsSentThroughOneBuffer() throws Exception {
        int size = 100_000_007;
        var view = folder((mail, offset, into) -> (int) Math.min(into.length, mail.size() - offset), size, 5);
        assertEquals(Reply.Kind.OK, fetch(view, WHOLE, Optional.empty()).kind());
        assertEquals(size + "* 1 FETCH (BODY[] {100000007}\r\n)\r\n* 2 FETCH (BODY[] {5}\r\nxxxxx)\r\n".length(), sent);
        assertTrue(largestRead <= LARGEST_BUFFER, "read " + largestRead + " octets at once");
    }

    @Test
    void aPieceFromBehindFourGigabytesIsReadFromThere() throws Exception {
        long size = (5L << 30) + 3;
        var offsets = new ArrayList<Long>();
        var view = folder((mail, offset, into) -> {
            offsets.add(offset);
            Arrays.fill(into, (byte) 'x');
            return (int) Math.min(into.length, mail.size() - offset);
        }, size);
        fetch(view, WHOLE, Optional.of(new Partial(5L << 30, 1_000)));
        assertEquals("* 1 FETCH (BODY[]<5368709120> {3}\r\nxxx)\r\n", said());
        assertEquals(List.of(5L << 30), offsets);
    }

    @Test
    void aMessageThatGoesBeforeAnythingOfItHasLeftIsLeftOut() throws Exception {
        var view = folder((mail, offset, into) -> {
            if (mail.uid() == 2 && offset > 0) {
                throw new NoSuchFileException("gone");
            }
            into[0] = 'x';
            return 1;
        }, 2, 2, 2);
        var reply = fetch(view, WHOLE, Optional.empty());
        assertEquals("EXPUNGEISSUED", reply.code());
        assertEquals("* 1 FETCH (BODY[] {2}\r\nxx)\r\n* 3 FETCH (BODY[] {2}\r\nxx)\r\n", said());
    }

    @Test
    void aMessageThatGoesInTheMiddleOfItsLiteralEndsTheConnection() throws Exception {
        var view = folder((mail, offset, into) -> {
            if (offset > 1_000_000) {
                throw new NoSuchFileException("gone");
            }
            return (int) Math.min(into.length, mail.size() - offset);
        }, 5_000_000);
        assertThrows(Gone.class, () -> fetch(view, WHOLE, Optional.empty()));
    }

    @Test
    void aMessageThatIsShorterThanItWasIsAnErrorAndNotHalfALiteral() throws Exception {
        var view = folder((mail, offset, into) -> {
            into[0] = 'x';
            return offset < 3 ? 1 : 0;
        }, 3, 4);
        var e = assertThrows(IOException.class, () -> fetch(view, WHOLE, Optional.empty()));
        assertEquals(IOException.class, e.getClass());
        assertEquals("* 1 FETCH (BODY[] {3}\r\nxxx)\r\n", said());
    }

    @Test
    void octetsZeroAreNotSent() throws Exception {
        var view = folder((mail, offset, into) -> (int) Math.min(into.length, mail.size() - offset), 19);
        fetch(view, WHOLE, Optional.empty());
        assertEquals("* 1 FETCH (BODY[] {19}\r\n" + "\u0080".repeat(19) + ")\r\n", said());
    }

    @Test
    void piecesOfOneMessageParseItOnce() throws Exception {
        var text = ("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\n" + "x".repeat(1_000_000) + "\r\n--a--\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        var octets = new long[1];
        var view = folder((mail, offset, into) -> {
            int n = (int) Math.min(into.length, text.length - offset);
            octets[0] += n;
            System.arraycopy(text, (int) offset, into, 0, n);
            return n;
        }, text.length);
        for (int at = 0; at < 1_000_000; at += 10_000) {
            fetch(view, new Section(List.of(1), Whole.ALL), Optional.of(new Partial(at, 10_000)));
        }
        assertEquals(text.length + 1_000_000, octets[0], 10_000);
    }
}
