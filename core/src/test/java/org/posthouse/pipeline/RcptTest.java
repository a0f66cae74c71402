package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.posthouse.pipeline.House.ANN;
import static org.posthouse.pipeline.House.BOB;
import static org.posthouse.pipeline.House.client;
import static org.posthouse.pipeline.House.recipient;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.AccountId;
import org.posthouse.message.Refusal;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.net.Listener;
import org.posthouse.net.TestPeers;
import org.posthouse.queue.RecordingDelivery;

/** What is decided at RCPT. */
class RcptTest {
    private static final Recipient OUTSIDE = recipient("zoe@outside.test");

    private House house;

    @BeforeEach
    void build(@TempDir Path spool) {
        house = new House(spool);
    }

    @Test
    void messagesAreCountedWithinTheirSession() throws Exception {
        var client = client();
        assertEquals("testsession.1", house.mail(client).id().text());
        assertEquals("testsession.2", house.mail(client).id().text());
        assertEquals("testsession.1", house.mail(client()).id().text());
    }

    @Test
    void whoIsHereIsTaken() throws Exception {
        assertEquals(Status.OK, house.rcpt(client(), ANN));
        assertEquals(Status.OK, house.rcpt(client(), recipient("postmaster")));
    }

    @Test
    void unknownUsersAreRefused() throws Exception {
        assertEquals("5.1.1", house.rcpt(client(), recipient("nobody@example.test")).code());
        assertEquals(1, house.metrics.counted("intake_recipients_refused", "code", "5.1.1"));
        assertEquals(List.of("mail", "refused"), house.trace.story("testsession.1"));
    }

    @Test
    void whileTheDirectoryIsAwayNobodyIsUnknown() {
        house.directory.failing(true);
        assertThrows(IOException.class, () -> house.rcpt(client(), ANN));
    }

    @Test
    void relayingIsDenied() throws Exception {
        house.deliveries.arrive("delivery-any", new RecordingDelivery(_ -> true), Map.of());
        for (var outside : List.of("zoe@outside.test", "ann@[127.0.0.1]", "ann@mail.example.test")) {
            assertEquals("5.7.1 relaying denied", house.rcpt(client(), recipient(outside)).toString());
        }
        for (var trick : List.of("zoe%outside.test@example.test", "outside.test!zoe@example.test",
                "\"zoe@outside.test\"@example.test")) {
            assertEquals("5.1.1", house.rcpt(client(), recipient(trick)).code());
        }
    }

    @Test
    void whoHasLoggedInMayRelay() throws Exception {
        var client = client();
        client.account(new AccountId("ann@example.test"));
        assertEquals("4.4.1", house.rcpt(client, OUTSIDE).code());
        house.deliveries.arrive("delivery-any", new RecordingDelivery(_ -> true), Map.of());
        assertEquals(Status.OK, house.rcpt(client, OUTSIDE));
    }

    @Test
    void relayFromNamesWhoElseMay() throws Exception {
        house.deliveries.arrive("delivery-any", new RecordingDelivery(_ -> true), Map.of());
        assertEquals(Status.OK, house.rcpt(relaying("192.0.2.0/24"), OUTSIDE));
        assertEquals("5.7.1", house.rcpt(relaying("198.51.100.0/24", "2001:db8::/32"), OUTSIDE).code());
    }

    @Test
    void submissionWithoutLogInDoesNotRelay() throws Exception {
        house.deliveries.arrive("delivery-any", new RecordingDelivery(_ -> true), Map.of());
        assertEquals("5.7.1", house.rcpt(client(TestPeers.listener().with(Listener.Role.SUBMISSION), "ESMTPS"), OUTSIDE).code());
    }

    @Test
    void addressRulesSpeakBeforeFilters() throws Exception {
        var filter = house.filter("filter-a", "judge");
        house.rcpt(client(), recipient("nobody@example.test"));
        house.rcpt(client(), OUTSIDE);
        assertEquals(List.of(), filter.asked());
    }

    @Test
    void connectionAndHelloAreAskedOnceAndSenderOnceAMessage() throws Exception {
        var filter = house.filter("filter-a", "judge");
        var client = client();
        house.send(client, ANN, BOB);
        house.send(client, ANN);
        assertEquals(List.of("connect", "hello", "sender", "ann@example.test", "bob@example.test", "message",
                "sender", "ann@example.test", "message"), filter.asked());
    }

    @Test
    void aNewHelloIsAskedAnew() throws Exception {
        var filter = house.filter("filter-a", "judge").at("hello", Verdict.score("H", 1, ""))
                .at("connect", Verdict.score("C", 1, ""));
        var client = client();
        house.send(client, ANN);
        client.hello("again.example");
        assertEquals(List.of(new Finding("filter-a", "C", 1, "")), client.findings());
        house.send(client, ANN);
        assertEquals(2, filter.asked().stream().filter("hello"::equals).count());
        assertEquals(1, filter.asked().stream().filter("connect"::equals).count());
        assertEquals(2, client.findings().size());
    }

    @Test
    void whatTheyRefuseIsSpokenAtEveryRcpt() throws Exception {
        for (var stage : List.of("connect", "hello", "sender")) {
            var filter = house.filter("filter-a", "judge").at(stage, Verdict.refuse("5.7.1", "no " + stage));
            try (var mail = house.mail(client())) {
                assertEquals("no " + stage, assertThrows(Refusal.class, () -> mail.to(ANN)).status().text());
                assertEquals("no " + stage, assertThrows(Refusal.class, () -> mail.to(BOB)).status().text());
            }
            assertEquals(1, filter.asked().stream().filter(stage::equals).count());
        }
    }

    @Test
    void oneRecipientRefusedLeavesTheOthers() throws Exception {
        house.filter("filter-a", "judge").at("bob@example.test", Verdict.refuse("4.7.1", "greylisted").and(
                new Verdict.Effect.Score("GREY", 1, "")));
        var client = client();
        try (var mail = house.mail(client)) {
            mail.to(ANN);
            assertEquals("4.7.1", assertThrows(Refusal.class, () -> mail.to(BOB)).status().code());
            assertEquals(List.of(), client.findings());
            assertEquals(Set.of(ANN), mail.data(House.in(House.LETTER)).each().keySet());
        }
    }

    @Test
    void aFilterThatFailedIsAskedAgainAtTheNextRcpt() throws Exception {
        var filter = house.filter("filter-a", "judge").at("connect", () -> {
            throw new IOException("its own trouble");
        });
        try (var mail = house.mail(client())) {
            assertEquals("4.7.1", assertThrows(Refusal.class, () -> mail.to(ANN)).status().code());
            filter.at("connect", Verdict.PASS);
            mail.to(ANN);
        }
    }

    @Test
    void whileARequiredFilterIsAwayMailWaits() {
        house.intake.requireFilters(Set.of("filter-a"));
        assertThrows(Unavailable.class, () -> house.rcpt(client(), ANN));
    }

    @Test
    void theSameRecipientTwiceCountsOnce() throws Exception {
        var filter = house.filter("filter-a", "judge");
        var receipt = house.send(client(), ANN, ANN, new Recipient(ANN.address(), Map.of("NOTIFY", "NEVER")));
        assertEquals(Set.of(ANN), receipt.each().keySet());
        assertEquals(1, house.delivered().size());
        assertEquals(1, filter.asked().stream().filter("ann@example.test"::equals).count());
    }

    private static Client relaying(String... from) {
        return client(TestPeers.listener().relayingFrom(from), "ESMTP");
    }
}
