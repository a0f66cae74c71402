package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.posthouse.pipeline.House.ANN;
import static org.posthouse.pipeline.House.BOB;
import static org.posthouse.pipeline.House.LETTER;
import static org.posthouse.pipeline.House.client;
import static org.posthouse.pipeline.House.in;
import static org.posthouse.pipeline.House.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.AccountId;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Address;
import org.posthouse.message.Refusal;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.net.TestPeers;
import org.posthouse.pipeline.Verdict.Effect;
import org.posthouse.queue.Outcome;
import org.posthouse.queue.QueueContract;
import org.posthouse.queue.RecordingDelivery;

/** What is decided when the content is here. */
class FilteredIntakeTest {
    private Path spool;
    private House house;

    @BeforeEach
    void build(@TempDir Path folder) {
        spool = folder;
        house = new House(folder);
    }

    @Test
    void aLetterIsDeliveredWithReceivedInFront() throws Exception {
        assertEquals(Map.of(ANN, Status.OK), house.send(client(), ANN).each());
        assertEquals(List.of("testsession.1.1 local:ann@example.test"), house.delivered());
        assertEquals("""
                Received: from client.example ([192.0.2.1])
                \tby mail.example.test with ESMTP id testsession.1
                \tfor <ann@example.test>;
                \tThu, 1 Jan 2026 00:00:00 +0000
                Subject: x

                hello
                """.replace("\n", "\r\n"), text(house.local.taken().getFirst()));
        assertEquals(List.of("mail", "rcpt", "accepted"), house.trace.story("testsession.1"));
        assertEquals(List.of("delivered"), house.trace.story("testsession.1.1"));
        assertEquals(1, house.metrics.counted("intake_messages", "result", "accepted", "code", "2.0.0"));
    }

    @Test
    void withoutRecipientsThereIsNoMessage() throws Exception {
        try (var mail = house.mail(client())) {
            assertEquals("5.5.1", assertThrows(Refusal.class, () -> mail.data(in(LETTER))).status().code());
        }
    }

    @Test
    void aLoopIsRefused() throws Exception {
        try (var mail = house.mail(client())) {
            mail.to(ANN);
            var looping = "Received: from x by y\r\n".repeat(101) + LETTER;
            assertEquals("5.4.6", assertThrows(Refusal.class, () -> mail.data(in(looping))).status().code());
        }
        assertEquals(List.of(), house.delivered());
        assertSpoolIsEmpty();
    }

    @Test
    void whatIsLargerThanTheSettingIsRefused() throws Exception {
        house.set("max-message", "100");
        try (var mail = house.mail(client())) {
            mail.to(ANN);
            assertEquals("5.3.4", assertThrows(Refusal.class, () -> mail.data(in(LETTER.repeat(10)))).status().code());
        }
        assertEquals(1, house.metrics.counted("intake_messages", "result", "refused", "code", "5.3.4"));
    }

    @Test
    void aBinaryMessageIsMadeOfLinesForMailboxes() throws Exception {
        var binary = new Sender(new Address("eve", "elsewhere.test"), Map.of("BODY", "binarymime"));
        var header = "MIME-Version: 1.0\r\nContent-Type: %s\r\nContent-Transfer-Encoding: binary\r\n\r\n";
        try (var mail = house.intake.begin(client())) {
            mail.from(binary);
            mail.to(ANN);
            mail.data(in(header.formatted("image/x") + "\0\n\r"));
        }
        var taken = house.local.taken().getFirst();
        assertTrue(text(taken).endsWith("MIME-Version: 1.0\r\nContent-Type: image/x\r\nContent-Transfer-Encoding: base64\r\n\r\nAAoN"), text(taken));
        assertEquals(Map.of("BODY", "8BITMIME"), taken.from().parameters());
        try (var mail = house.intake.begin(client())) {
            mail.from(binary);
            mail.to(ANN);
            var signed = in(header.formatted("multipart/signed; boundary=b") + "--b\r\n\r\n\0\r\n--b--\r\n");
            assertEquals("5.6.1", assertThrows(Refusal.class, () -> mail.data(signed)).status().code());
        }
        assertSpoolIsEmpty();
    }

    @Test
    void aLargeMessageLeavesNothingInTheSpool() throws Exception {
        try (var mail = house.mail(client())) {
            mail.to(ANN);
            assertEquals(Status.OK, mail.data(in(LETTER + "long line\r\n".repeat(1_000))).each().get(ANN));
        }
        assertSpoolIsEmpty();
    }

    @Test
    void aClientThatGoesAwayLeavesNothing() throws Exception {
        var broken = new SequenceInputStream(in("x\r\n".repeat(1_000)), new InputStream() {
            @Override public int read() throws IOException {
                throw new IOException("connection reset");
            }
        });
        try (var mail = house.mail(client())) {
            mail.to(ANN);
            assertThrows(IOException.class, () -> mail.data(broken));
        }
        assertEquals(List.of(), house.delivered());
        assertSpoolIsEmpty();
    }

    @Test
    void ifAllRefuseTheClientIsTold() throws Exception {
        house.filter("filter-a", "judge").at("message", Verdict.refuse("5.7.1", "spam"));
        assertEquals("5.7.1 spam", house.send(client(), ANN, BOB).each().get(BOB).toString());
        assertEquals(List.of(), house.delivered());
        assertEquals(List.of("mail", "rcpt", "rcpt", "verdict", "refused"), house.trace.story("testsession.1"));
    }

    @Test
    void underSmtpThoseWhoRefuseAloneGetItIntoQuarantine() throws Exception {
        house.filter("filter-a", "judge").at("message", Verdict.only(Set.of(BOB), Verdict.refuse("5.7.1", "spam")));
        assertEquals(Map.of(ANN, Status.OK, BOB, Status.OK), house.withQueue().send(client(), ANN, BOB).each());
        assertEquals(List.of("testsession.1.1 local:ann@example.test"), house.delivered());
        assertEquals(List.of("testsession.1.2 local:bob@example.test refuse 5.7.1 spam"), house.queued());
        assertTrue(house.trace.story("testsession.1").contains("quarantined"));
    }

    @Test
    void underLmtpEachIsTold() throws Exception {
        house.filter("filter-a", "judge").at("message", Verdict.only(Set.of(BOB), Verdict.refuse("5.7.1", "spam")));
        var each = house.send(client(TestPeers.listener("lmtp"), "LMTP"), ANN, BOB).each();
        assertEquals(Status.OK, each.get(ANN));
        assertEquals("5.7.1 spam", each.get(BOB).toString());
        assertEquals(List.of("testsession.1.1 local:ann@example.test"), house.delivered());
    }

    @Test
    void whoAsksForAReplyForEachRecipientIsToldUnderSmtpToo() throws Exception {
        house.filter("filter-a", "judge").at("message", Verdict.only(Set.of(BOB), Verdict.refuse("5.7.1", "spam")));
        try (var mail = house.intake.begin(client())) {
            mail.from(new Sender(House.recipient("zoe@outside.test").address(), Map.of("PRDR", "")));
            mail.to(ANN);
            mail.to(BOB);
            assertEquals("5.7.1 spam", mail.data(in(LETTER)).each().get(BOB).toString());
        }
        assertEquals(List.of("testsession.1.1 local:ann@example.test"), house.delivered());
    }

    @Test
    void temporaryBeforePermanentWhenAllRefuseDifferently() throws Exception {
        house.filter("filter-a", "judge").at("message", Verdict.only(Set.of(ANN), Verdict.refuse("4.7.1", "later")));
        house.filter("filter-b", "judge").at("message", Verdict.only(Set.of(BOB), Verdict.refuse("5.7.1", "never")));
        var each = house.send(client(), ANN, BOB).each();
        assertEquals(List.of("4.7.1", "4.7.1"), each.values().stream().map(Status::code).toList());
    }

    @Test
    void quarantineAndFoldersDecideWhereItIsFiled() throws Exception {
        house.filter("filter-a", "judge").at("message", Verdict.PASS.and(new Effect.FileInto("Lists")));
        house.send(client(), ANN);
        house.filter("filter-b", "judge").at("message", Verdict.quarantine("odd"));
        assertEquals(Set.of("4.3.0"), house.send(client(), ANN).each().values().stream().map(Status::code).collect(Collectors.toSet()));
        house.withQueue().send(client(), ANN);
        assertEquals(List.of("testsession.1.1 local:ann@example.test/Lists"), house.delivered());
        assertEquals(List.of("testsession.1.1 local:ann@example.test/Lists quarantine odd"), house.queued());
    }

    @Test
    void whatWasSaidBeforeTheContentHoldsForIt() throws Exception {
        house.filter("filter-a", "judge").at("connect", Verdict.quarantine("odd"));
        house.filter("filter-b", "judge").at("ann@example.test", Verdict.PASS.and(new Effect.AddHeader("X-For", "ann")));
        house.withQueue().send(client(), ANN, BOB);
        assertEquals(List.of(), house.delivered());
        assertEquals(2, house.queued().size());
        for (var entry : house.queue.browse(Optional.empty(), 10)) {
            boolean anns = entry.item().legs().getFirst().recipients().getFirst().to().equals(ANN);
            assertEquals(anns, QueueContract.text(house.queue, entry.item().id()).startsWith("X-For: ann\r\n"));
        }
    }

    @Test
    void pointsOfAllStagesAddUpToTheThresholds() throws Exception {
        house.set("quarantine-score", "3", "refuse-score", "6");
        var filter = house.filter("filter-a", "facts").at("connect", Verdict.score("C", 1, ""))
                .at("sender", Verdict.score("S", 1, ""))
                .at("ann@example.test", Verdict.score("R", 1, ""));
        house.withQueue().send(client(), ANN, BOB);
        assertEquals(List.of("testsession.1.2 local:bob@example.test"), house.delivered());
        assertEquals(List.of("testsession.1.1 local:ann@example.test quarantine score 3.0"), house.queued());
        filter.at("message", Verdict.score("M", 4, ""));
        assertEquals("5.7.1", house.send(client(), ANN, BOB).each().get(ANN).code());
    }

    @Test
    void findingsOfAMessageAreForgottenWithIt() throws Exception {
        house.filter("filter-a", "facts").at("connect", Verdict.score("X", 1, "")).at("sender", Verdict.score("X", 1, ""))
                .at("ann@example.test", Verdict.score("X", 1, "")).at("message", Verdict.score("X", 1, ""));
        house.filter("filter-seal", "seal").at("message", Verdict.score("SEALED", 1, ""));
        var client = client();
        var mail = house.mail(client);
        mail.to(ANN);
        assertEquals(3, client.findings().size());
        mail.data(in(LETTER));
        assertEquals(5, client.findings().size());
        mail.close();
        mail.close();
        assertEquals(1, client.findings().size());
    }

    @Test
    void headersOfJudgesAreSealedAndPersonalOnesComeInFront() throws Exception {
        house.filter("filter-judge", "judge").at("message", new Verdict(new Verdict.Disposition.Pass(),
                List.of(new Effect.AddHeader("X-Judge", "all")),
                Map.of(Set.of(ANN), Verdict.PASS.and(new Effect.AddHeader("X-Ann", "1")))));
        var seal = house.filter("filter-seal", "seal").at("message", Verdict.PASS.and(new Effect.Rewrite("X-Seal: 1\r\n")));
        house.send(client(), ANN);
        assertTrue(text(house.local.taken().getFirst()).startsWith("X-Ann: 1\r\nX-Seal: 1\r\nX-Judge: all\r\nReceived: "));
        assertEquals(1, seal.asked().size());
    }

    @Test
    void aSealThatFailsDefersTheMessage() throws Exception {
        house.filter("filter-seal", "seal").at("message", () -> {
            throw new IOException("no key");
        });
        assertEquals("4.7.1", house.send(client(), ANN).each().get(ANN).code());
        assertEquals(List.of(), house.delivered());
    }

    @Test
    void nothingIsSealedThatAllRefuse() throws Exception {
        house.filter("filter-judge", "judge").at("message", Verdict.refuse("5.7.1", "spam"));
        var seal = house.filter("filter-seal", "seal");
        house.send(client(), ANN);
        assertEquals(List.of(), seal.asked());
    }

    @Test
    void aRequiredFilterThatGoesAwayBeforeTheContentStopsIt() throws Exception {
        try (var mail = house.mail(client())) {
            mail.to(ANN);
            house.intake.requireFilters(Set.of("filter-a"));
            assertThrows(Unavailable.class, () -> mail.data(in(LETTER)));
        }
        assertEquals(List.of(), house.delivered());
    }

    @Test
    void underSmtpOneRecipientNotServedIsToldForAll() throws Exception {
        house.local.behaving(c -> RecordingDelivery.all(c, c.recipients().contains(BOB)
                ? new Outcome.Deferred(new Status("4.2.2", "full")) : new Outcome.Delivered("there", List.of())));
        assertEquals(Set.of("4.2.2 full"), statuses(house.send(client(), ANN, BOB)));
        assertEquals(1, house.metrics.counted("intake_messages", "result", "deferred", "code", "4.2.2"));
        var lmtp = client(TestPeers.listener("lmtp"), "LMTPS");
        assertEquals(Set.of("2.0.0 OK", "4.2.2 full"), statuses(house.send(lmtp, ANN, BOB)));
    }

    @Test
    void mailOnItsWayOutGoesToTheDeliveryThatTakesItAndIsNeverFiled() throws Exception {
        var outside = new RecordingDelivery(d -> d.transport().equals("smtp"));
        house.deliveries.arrive("delivery-out", outside, Map.of());
        var filter = house.filter("filter-a", "judge").at("message", Verdict.PASS.and(new Effect.FileInto("Lists")));
        var client = client();
        client.account(new AccountId("ann@example.test"));
        var zoe = House.recipient("zoe@outside.test");
        assertEquals(Set.of("2.0.0 OK"), statuses(house.send(client, zoe)));
        assertEquals("smtp:outside.test", outside.taken().getFirst().to().toString());
        filter.at("message", Verdict.quarantine("odd"));
        assertEquals(Set.of("2.0.0 OK"), statuses(house.withQueue().send(client, zoe)));
        assertEquals(List.of("testsession.2.1 smtp:outside.test quarantine odd"), house.queued());
    }

    @Test
    void anAliasIsOneRecipientWithSeveralDestinations() throws Exception {
        house.directory.alias(House.recipient("team@example.test").address(), ANN.address(), BOB.address());
        assertEquals(1, house.send(client(), House.recipient("team@example.test")).each().size());
        assertEquals(2, house.delivered().size());
    }

    @Test
    void aWrongSettingChangesNothing() throws Exception {
        house.set("max-message", "100");
        var filters = Map.of("filter-a", new Values("filter-a", Map.of("mode", "sometimes")));
        var pipeline = new Values("pipeline", Map.of("max-message", "1M"));
        assertThrows(BadSetting.class, () -> house.intake.configure(pipeline, filters));
        try (var mail = house.mail(client())) {
            mail.to(ANN);
            assertThrows(Refusal.class, () -> mail.data(in(LETTER.repeat(10))));
        }
    }

    private static Set<String> statuses(Receipt receipt) {
        return Set.copyOf(receipt.each().values().stream().map(Status::toString).distinct().toList());
    }

    private void assertSpoolIsEmpty() throws IOException {
        try (var files = Files.list(spool)) {
            assertFalse(files.findAny().isPresent());
        }
    }

    @Test
    void turnsGoByAccountOrDomainAndNotByTheAddressOfEachMessage() throws Exception {
        house.withQueue();
        house.local.behaving(c -> RecordingDelivery.all(c, new Outcome.Deferred(new Status("4.2.2", "full"))));
        var user = client();
        user.account(new AccountId("ann@example.test"));
        assertEquals("lists.test", turn(client(), new Sender(new Address("bounce-1=zoe", "lists.test"))));
        assertEquals("192.0.2.1", turn(client(), new Sender(new Address("bounce-1=zoe", "example.test"))));
        assertEquals("ann@example.test", turn(user, new Sender(new Address("ann+1", "example.test"))));
        assertEquals("none", turn(client(), new Sender(Address.NULL)));
    }

    private String turn(Client client, Sender from) throws Exception {
        try (var mail = house.intake.begin(client)) {
            mail.from(from);
            mail.to(ANN);
            mail.data(in(LETTER));
        }
        var item = house.queue.browse(Optional.empty(), 1).getFirst().item();
        house.queue.remove(item.id());
        return item.notes().getOrDefault("turn", "none");
    }
}
