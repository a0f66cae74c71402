package org.posthouse.smtpdelivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Contents;
import org.posthouse.pipeline.DeliverBy;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Destination;
import org.posthouse.queue.Outcome;

class SmtpDeliveryTest extends Ground {
    @Test
    void acceptsWhatGoesToOtherHosts() {
        assertTrue(delivery.accepts(new Destination("smtp", "there.test", "INBOX")));
        assertTrue(delivery.accepts(new Destination("lmtp", "[127.0.0.1]:24", "INBOX")));
        assertFalse(delivery.accepts(new Destination("local", "ann@example.test", "INBOX")));
    }

    @Test
    void deliversToTheExchangerAndSaysWhatItSaid() throws Exception {
        remote.on("TEXT", "250 2.0.0 queued as 4711");
        var outcome = send(ZOE, YAN);
        assertEquals("delivered", brief(outcome.get(ZOE)));
        assertEquals("mx1.there.test[127.0.0.1]:" + remote.port() + " THEIRS | mx1.there.test | 250 2.0.0 queued as 4711", text(outcome.get(YAN)));
        var taken = remote.taken().getFirst();
        assertEquals("MAIL FROM:<ann@example.test> SIZE=" + TEXT.length(), taken.mail());
        assertEquals(List.of("RCPT TO:<zoe@there.test>", "RCPT TO:<yan@there.test>"), taken.rcpts());
        assertEquals(TEXT, taken.text());
        assertTrue(remote.heard().contains("EHLO mail.example.test"));
        assertTrue(events.contains("remote [to, zoe@there.test, host, mx1.there.test[127.0.0.1]:" + remote.port()
                + ", tls, none, reply, 250 2.0.0 queued as 4711]"), events.toString());
    }

    @Test
    void theTextIsTheSameByDotsAndByCounting() throws Exception {
        var text = "Subject: x\r\n\r\n.\r\n..\r\n\r\n.a" + "\r\n.".repeat(50_000) + "\r\n";
        var letter = consignment("smtp", "there.test", Contents.of(text), new Sender(ANN), ZOE);
        delivery.deliver(letter);
        assertTrue(remote.heard().stream().anyMatch(l -> l.equals("BDAT " + text.length() + " LAST")));
        for (var extensions : List.of(List.of("PIPELINING"), List.<String>of())) {
            delivery = delivery(settings());
            remote.extensions(extensions.toArray(String[]::new));
            delivery.deliver(letter);
            assertEquals("DATA", remote.heard().getLast());
        }
        assertEquals(List.of(text, text, text), remote.taken().stream().map(Remote.Taken::text).toList());
    }

    @Test
    void aLineEndThatStandsAloneEndsNothing() throws Exception {
        var text = "Subject: x\r\n\r\na\n.\nb\r.\rc\r\n.\nMAIL FROM:<x>\r\nend";
        delivery.deliver(consignment("smtp", "there.test", Contents.of(text.getBytes(StandardCharsets.US_ASCII)), new Sender(ANN), ZOE));
        assertEquals(List.of("Subject: x\r\n\r\na\r\n.\r\nb\r\n.\r\nc\r\n.\r\nMAIL FROM:<x>\r\nend\r\n"),
                remote.taken().stream().map(Remote.Taken::text).toList());
    }

    @Test
    void eachRecipientHasItsOwnFate() throws Exception {
        remote.on("RCPT", "451 4.7.1 come again", "450 4.2.1 busy", "550-5.1.1 no such\r\n550 5.1.1 user");
        var outcome = send(ZOE, YAN, XIA);
        assertEquals("deferred 4.7.1", brief(outcome.get(ZOE)));
        assertEquals("deferred 4.2.1", brief(outcome.get(YAN)));
        assertEquals("failed 5.1.1", brief(outcome.get(XIA)));
        assertEquals("mx1.there.test[127.0.0.1]:" + remote.port() + " said: 550 5.1.1 no such 5.1.1 user (in reply to RCPT)"
                + " | mx1.there.test | 550 5.1.1 no such 5.1.1 user", text(outcome.get(XIA)));
        remote.on("RCPT", "250 ok", "450 4.2.1 busy");
        outcome = send(ZOE, YAN, XIA);
        assertEquals(List.of("delivered", "deferred 4.2.1", "delivered"), List.of(ZOE, YAN, XIA).stream().map(outcome::get).map(Ground::brief).toList());
        assertEquals(List.of("RCPT TO:<zoe@there.test>", "RCPT TO:<xia@there.test>"), remote.taken().getFirst().rcpts());
    }

    @Test
    void aServerThatWantsATextForNobodyGetsALoneDot() throws Exception {
        remote.extensions("PIPELINING").on("RCPT", "550 5.1.1 no").on("DATA", "354 go on");
        assertEquals("failed 5.1.1", brief(send(ZOE).get(ZOE)));
        assertEquals(List.of(), remote.taken());
        assertEquals("delivered", brief(send(YAN).get(YAN)));
        assertEquals(1, remote.connections());
        assertTrue(remote.heard().contains("RSET"));
    }

    @Test
    void whatTheTextIsAnsweredWithHoldsForAll() throws Exception {
        remote.on("TEXT", "451 4.3.0 later", "554 5.7.1 spam");
        assertEquals("deferred 4.3.0", brief(send(ZOE).get(ZOE)));
        var outcome = send(ZOE, YAN);
        assertEquals("failed 5.7.1", brief(outcome.get(ZOE)));
        assertEquals("failed 5.7.1", brief(outcome.get(YAN)));
    }

    @Test
    void moreRecipientsThanAServerWantsComeInMoreMessages() throws Exception {
        var all = IntStream.range(0, 250).mapToObj(i -> new Recipient(new Address("u" + i, "there.test"))).toArray(Recipient[]::new);
        assertTrue(send(all).values().stream().allMatch(o -> o.itself() instanceof Outcome.Relayed));
        assertEquals(List.of(100, 100, 50), remote.taken().stream().map(t -> t.rcpts().size()).toList());
        remote.on("RCPT", "250 ok", "452 4.5.3 too many", "452 4.5.3 too many");
        assertEquals(Map.of(ZOE, "delivered", YAN, "delivered", XIA, "delivered"), briefs(send(ZOE, YAN, XIA)));
        assertEquals(5, remote.taken().size());
        assertEquals(1, remote.connections());
    }

    private static Map<Recipient, String> briefs(Map<Recipient, Outcome> outcomes) {
        var briefs = new HashMap<Recipient, String>();
        outcomes.forEach((to, outcome) -> briefs.put(to, brief(outcome)));
        return briefs;
    }

    @Test
    void aSessionServesTheNextMessageAndOneThatIsGoneCostsNothing() throws Exception {
        send(ZOE);
        send(ZOE);
        assertEquals(1, remote.connections());
        remote.hangUp();
        assertEquals("delivered", brief(send(ZOE).get(ZOE)));
        assertEquals(2, remote.connections());
        remote.on("MAIL", "421 4.4.2 idle for too long");
        assertEquals("delivered", brief(send(ZOE).get(ZOE)));
        assertEquals(4, remote.taken().size());
    }

    @Test
    void aSessionCarriesSoManyMessagesAndRestsSoLong() throws Exception {
        delivery = delivery(settings().with("messages-per-connection", 2));
        for (int i = 0; i < 4; i++) {
            send(ZOE);
        }
        assertEquals(2, remote.connections());
        delivery = delivery(settings().with("idle-time", "50ms"));
        send(ZOE);
        for (int i = 0; i < 500 && !remote.heard().getLast().equals("QUIT"); i++) {
            Thread.sleep(10);
        }
        assertEquals("QUIT", remote.heard().getLast());
    }

    @Test
    void whoDoesNotKnowEhloIsGreetedWithHelo() throws Exception {
        remote.on("EHLO", "502 5.5.1 what?");
        assertEquals("delivered", brief(send(ZOE).get(ZOE)));
        assertEquals("MAIL FROM:<ann@example.test>", remote.taken().getFirst().mail());
    }

    @Test
    void nothingIsSentThatTheServerCannotTake() throws Exception {
        remote.extensions("PIPELINING", "SIZE 20");
        assertEquals("failed 5.3.4", brief(send(ZOE).get(ZOE)));
        remote.extensions("PIPELINING");
        delivery = delivery(settings());
        var eightBit = Contents.of("Content-Transfer-Encoding: base64\r\n\r\n\u00e4\r\n");
        assertEquals("failed 5.6.3", brief(delivery.deliver(consignment("smtp", "there.test", eightBit, new Sender(ANN), ZOE)).get(ZOE)));
        var header = Contents.of("Subject: \u00e4\r\n\r\nx\r\n");
        var declared = new Sender(ANN, Map.of("SMTPUTF8", ""));
        assertEquals("failed 5.6.9", brief(delivery.deliver(consignment("smtp", "there.test", header, declared, ZOE)).get(ZOE)));
        var local = new Recipient(new Address("z\u00f6e", "there.test"));
        var domain = new Recipient(new Address("zoe", "b\u00fccher.test"));
        var outcome = send(ZOE, local, domain);
        assertEquals(Map.of(ZOE, "delivered", local, "failed 5.6.7", domain, "delivered"), briefs(outcome));
        assertTrue(remote.heard().contains("RCPT TO:<zoe@xn--bcher-kva.test>"));
        assertEquals("failed 5.6.7", brief(delivery.deliver(consignment("smtp", "there.test", Contents.of(TEXT),
                new Sender(new Address("\u00e4nn", "example.test")), ZOE)).get(ZOE)));
        assertEquals(1, remote.taken().size());
    }

    @Test
    void whatTheServerKnowsIsSaid() throws Exception {
        var from = new Sender(ANN, Map.of("SMTPUTF8", "", "RET", "HDRS", "ENVID", "a+2Bb"));
        var to = new Recipient(new Address("z\u00f6e", "there.test"), Map.of("NOTIFY", "FAILURE", "ORCPT", "rfc822;z"));
        delivery.deliver(consignment("smtp", "there.test", Contents.of("Subject: \u00e4\r\n\r\n"), from, to));
        var taken = remote.taken().getFirst();
        assertEquals("MAIL FROM:<ann@example.test> SIZE=15 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a+2Bb", taken.mail());
        assertEquals(List.of("RCPT TO:<" + new String("z\u00f6e".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)
                + "@there.test> NOTIFY=FAILURE ORCPT=rfc822;z"), taken.rcpts());
    }

    @Test
    void whatMayGoOverTlsAloneGoesToNobodyWhoDoesNotPromiseIt() throws Exception {
        var required = new Sender(ANN, Map.of("REQUIRETLS", ""));
        assertEquals("failed 5.7.30", brief(delivery.deliver(consignment("smtp", "there.test", Contents.of(TEXT), required, ZOE)).get(ZOE)));
        assertEquals("deferred 4.7.4", brief(delivery.deliver(consignment("smtp", "[127.0.0.1]", Contents.of(TEXT), required, ZOE)).get(ZOE)));
        assertEquals(List.of(), remote.taken());
    }

    @Test
    void lmtpAnswersForEachRecipient() throws Exception {
        remote.on("TEXT", "250 2.1.5 ok", "452 4.2.2 full", "550 5.1.1 gone");
        var outcome = delivery.deliver(consignment("lmtp", "[127.0.0.1]", Contents.of(TEXT), new Sender(ANN), ZOE, YAN, XIA));
        assertEquals(Map.of(ZOE, "delivered", YAN, "deferred 4.2.2", XIA, "failed 5.1.1"), briefs(outcome));
        assertEquals("[127.0.0.1]:" + remote.port() + " | [127.0.0.1] | 250 2.1.5 ok", text(outcome.get(ZOE)));
        assertEquals("delivered", brief(delivery.deliver(consignment("lmtp", "mx1.there.test:" + remote.port(), Contents.of(TEXT), new Sender(ANN), ZOE)).get(ZOE)));
        assertEquals(List.of("AAAA mx1.there.test", "A mx1.there.test"), dns.asked());
        assertTrue(remote.heard().contains("LHLO mail.example.test"));
    }

    @Test
    void passwordsNeedAFileThatIsOursAloneAndTls() throws Exception {
        var file = home.resolve("conf/smtp-credentials");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "# ours\n[127.0.0.1]:" + remote.port() + "  us:secret\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertEquals("deferred 4.3.5", brief(send("[127.0.0.1]:" + remote.port(), ZOE).get(ZOE)));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        remote.extensions("AUTH PLAIN LOGIN");
        assertEquals("deferred 4.7.4", brief(send("[127.0.0.1]:" + remote.port(), ZOE).get(ZOE)));
        delivery = delivery(settings().with("tls-for", new String[] {"127.0.0.1=none"}));
        assertEquals("deferred 4.7.4", brief(send("[127.0.0.1]:" + remote.port(), ZOE).get(ZOE)));
        assertTrue(remote.heard().stream().noneMatch(l -> l.startsWith("AUTH") || l.startsWith("MAIL")));
        assertEquals("delivered", brief(send("there.test", ZOE).get(ZOE)));
    }

    @Test
    void tlsThatHasToBeAndIsNotMakesMailWait() throws Exception {
        delivery = delivery(settings().with("tls-for", new String[] {"there.test=encrypt"}));
        assertEquals("deferred 4.7.4", brief(send(ZOE).get(ZOE)));
        remote.extensions("STARTTLS").on("STARTTLS", "220 go");
        assertEquals("deferred 4.7.5", brief(send(ZOE).get(ZOE)));
        delivery = delivery(settings());
        remote.on("STARTTLS", "220 go");
        assertEquals("delivered", brief(send(ZOE).get(ZOE))); // RFC 7435: what is not demanded may be missing
        remote.on("STARTTLS", "454 4.7.0 not now");
        delivery = delivery(settings());
        assertEquals("delivered", brief(send(ZOE).get(ZOE)));
    }

    @Test
    void ourOwnAddressIsTheOneThatIsSet() throws IOException {
        delivery = delivery(settings().with("source-address", new String[] {"127.0.0.8"}).with("source-address-of", new String[] {"example.test=127.0.0.9"}));
        assertEquals("delivered", brief(send(ZOE).get(ZOE)));
        assertThrows(BadSetting.class, () -> delivery(settings().with("source-address", new String[] {"127.0.0.0/8"})));
        assertThrows(BadSetting.class, () -> delivery(settings().with("tls", "always")));
        assertThrows(BadSetting.class, () -> delivery(settings().with("tls-for", new String[] {"verify"})));
        assertThrows(BadSetting.class, () -> delivery(settings().with("mail-timeout", "0s")));
    }

    @Test
    void mailThatHasATimeIsHandedOnWithWhatIsLeftOfIt() throws Exception {
        var inTime = DeliverBy.kept(new Sender(ANN, Map.of("BY", "600;R")), Instant.now());
        assertEquals("failed 5.3.3", brief(delivery.deliver(consignment("smtp", "there.test", Contents.of(TEXT), inTime, ZOE)).get(ZOE)));
        remote.extensions("PIPELINING", "DELIVERBY 300");
        delivery = delivery(settings());
        assertEquals("delivered", brief(delivery.deliver(consignment("smtp", "there.test", Contents.of(TEXT), inTime, ZOE)).get(ZOE)));
        assertTrue(remote.taken().getFirst().mail().matches("MAIL FROM:<ann@example.test> BY=(600|59\\d);R"), remote.taken().getFirst().mail());
        var hurried = DeliverBy.kept(new Sender(ANN, Map.of("BY", "299;R")), Instant.now());
        assertEquals("failed 5.4.7", brief(delivery.deliver(consignment("smtp", "there.test", Contents.of(TEXT), hurried, ZOE)).get(ZOE)));
        var late = DeliverBy.kept(new Sender(ANN, Map.of("BY", "-5;NT")), Instant.now());
        assertEquals("delivered", brief(delivery.deliver(consignment("smtp", "there.test", Contents.of(TEXT), late, ZOE)).get(ZOE)));
        assertTrue(remote.taken().getLast().mail().matches("MAIL FROM:<ann@example.test> BY=-\\d+;NT"), remote.taken().getLast().mail());
    }

    @Test
    void aBinaryMessageIsSentAsItIsOrAsSomethingElse() throws Exception {
        var header = "MIME-Version: 1.0\r\nContent-Type: %s\r\nContent-Transfer-Encoding: %s\r\n\r\n";
        var text = header.formatted("image/x", "binary") + "\0\n.\n\r";
        var binary = new Sender(ANN, Map.of("BODY", "BINARYMIME"));
        for (var extensions : List.of(List.of("PIPELINING", "CHUNKING", "BINARYMIME"), List.of("8BITMIME", "CHUNKING"), List.of("BINARYMIME"))) {
            remote.extensions(extensions.toArray(String[]::new));
            delivery = delivery(settings());
            assertEquals("delivered", brief(delivery.deliver(consignment("smtp", "there.test", Contents.of(text.getBytes(StandardCharsets.US_ASCII)), binary, ZOE)).get(ZOE)));
        }
        assertEquals(text, remote.taken().getFirst().text());
        assertEquals("MAIL FROM:<ann@example.test> BODY=BINARYMIME", remote.taken().getFirst().mail());
        for (var taken : remote.taken().subList(1, 3)) {
            assertEquals(header.formatted("image/x", "base64") + "AAouCg0=\r\n", taken.text());
            assertEquals("MAIL FROM:<ann@example.test>", taken.mail());
        }
        var signed = Contents.of(header.formatted("multipart/signed; boundary=b", "binary") + "--b\r\n\r\n\0\r\n--b--\r\n");
        assertEquals("failed 5.6.1", brief(delivery.deliver(consignment("smtp", "there.test", signed, binary, ZOE)).get(ZOE)));
    }
}
