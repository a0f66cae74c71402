package org.posthouse.localdelivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.posthouse.mailbox.Letter;
import org.posthouse.mailbox.MemoryMailboxes;
import org.posthouse.message.Address;
import org.posthouse.message.OutcomeUnknown;
import org.posthouse.message.Refusal;
import org.posthouse.message.Unavailable;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Consignment;
import org.posthouse.queue.DeliveryId;
import org.posthouse.queue.Destination;
import org.posthouse.queue.Outcome;

class LocalDeliveryTest {
    private static final Recipient ANN = new Recipient(new Address("ann", "example.test"));
    private static final Recipient TAGGED = new Recipient(new Address("ann+lists", "example.test"));

    private final MemoryMailboxes mailboxes = new MemoryMailboxes();
    private final LocalDelivery delivery = new LocalDelivery(Configs.deliveredTo(false), mailboxes, Clock.systemUTC());

    private static Consignment letter(Address from, String folder) {
        return new Consignment(new DeliveryId("a.1.1"), new Sender(from), Destination.local("ann@example.test", folder),
                List.of(ANN, TAGGED), Letter.of("Subject: x\n\nhello\n"));
    }

    private static final Address BOB = new Address("bob", "elsewhere.test");

    @Test
    void acceptsLocalDestinationsOnly() {
        assertTrue(delivery.accepts(Destination.local("ann@example.test", "INBOX")));
        assertFalse(delivery.accepts(new Destination("smtp", "mx.example.test", "INBOX")));
    }

    @Test
    void allRecipientsOfAnAccountShareOneCopyWithItsReturnPath() throws Exception {
        var outcome = delivery.deliver(letter(BOB, "INBOX"));
        assertEquals(Map.of(ANN, new Outcome.Delivered("INBOX of ann@example.test", List.of()),
                TAGGED, new Outcome.Delivered("INBOX of ann@example.test", List.of())), outcome);
        assertEquals(List.of("Return-Path: <bob@elsewhere.test>\r\nSubject: x\r\n\r\nhello\r\n"),
                mailboxes.texts("ann@example.test", "INBOX"));
    }

    @Test
    void aBounceHasAnEmptyReturnPath() throws Exception {
        delivery.deliver(letter(Address.NULL, "INBOX"));
        assertTrue(mailboxes.texts("ann@example.test", "INBOX").getFirst().startsWith("Return-Path: <>\r\nSubject:"));
    }

    @Test
    void deliveredToIsWrittenWhereItIsAskedFor() throws Exception {
        new LocalDelivery(Configs.deliveredTo(true), mailboxes, Clock.systemUTC()).deliver(letter(BOB, "INBOX"));
        assertTrue(mailboxes.texts("ann@example.test", "INBOX").getFirst()
                .startsWith("Return-Path: <bob@elsewhere.test>\r\nDelivered-To: ann@example.test\r\nSubject:"));
    }

    @Test
    void mailThatAFilterFiledGoesToItsFolderAndARetryStoresNothing() throws Exception {
        delivery.deliver(letter(BOB, "Junk"));
        delivery.deliver(letter(BOB, "Junk"));
        assertEquals(1, mailboxes.texts("ann@example.test", "Junk").size());
        assertEquals(List.of(), mailboxes.texts("ann@example.test", "INBOX"));
    }

    @Test
    void refusalsDeferOrFailByTheirClass() throws Exception {
        mailboxes.refuse(new Refusal("4.2.2", "full"));
        assertEquals("4.2.2", assertInstanceOf(Outcome.Deferred.class, delivery.deliver(letter(BOB, "INBOX")).get(ANN)).why().code());
        mailboxes.refuse(new Refusal("5.2.2", "full for ever"));
        assertEquals("5.2.2", assertInstanceOf(Outcome.Failed.class, delivery.deliver(letter(BOB, "INBOX")).get(ANN)).why().code());
    }

    @Test
    void aWorldThatFailsDefersAndTellsStrangersNothing() throws Exception {
        mailboxes.fail(new IOException("/var/secret: disk full"));
        assertEquals("4.3.0", assertInstanceOf(Outcome.Deferred.class, delivery.deliver(letter(BOB, "INBOX")).get(ANN)).why().code());
    }

    /** A message that may lie there already must not come a second time, with another delivery id, from its sender. */
    @Test
    void whatIsAwayOrUndecidedIsForTheCourierToTryAgain() {
        for (var failure : List.of(new Unavailable("store away"), new OutcomeUnknown("cannot sync", new IOException()))) {
            mailboxes.fail(failure);
            assertSame(failure, assertThrows(IOException.class, () -> delivery.deliver(letter(BOB, "INBOX"))));
        }
    }

    @Test
    void anAccountThatIsGoneFails() throws Exception {
        mailboxes.fail(new NoSuchFileException("no account"));
        assertEquals("5.1.1", assertInstanceOf(Outcome.Failed.class, delivery.deliver(letter(BOB, "INBOX")).get(ANN)).why().code());
    }
}
