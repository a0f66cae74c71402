package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.posthouse.pipeline.House.ANN;
import static org.posthouse.pipeline.House.BOB;
import static org.posthouse.pipeline.House.recipient;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.AccountId;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Refusal;
import org.posthouse.message.Status;
import org.posthouse.net.Listener;
import org.posthouse.net.TestPeers;

/** What holds for mail of users. */
class SubmissionTest {
    private static final Listener SUBMISSION = TestPeers.listener().with(Listener.Role.SUBMISSION);

    private House house;

    @BeforeEach
    void build(@TempDir Path spool) {
        house = new House(spool);
    }

    private static Client user(String name) {
        return user(name, "192.0.2.1");
    }

    private static Client user(String name, String address) {
        var client = new Client(TestPeers.peer(address, SUBMISSION));
        client.hello("client.example");
        client.protocol("ESMTPSA");
        client.account(new AccountId(name + "@example.test"));
        return client;
    }

    private static Address address(String text) {
        return text.isEmpty() ? Address.NULL : Address.parse(text).orElseThrow();
    }

    /** How ann's MAIL with this sender is answered. */
    private String mail(String sender) throws IOException {
        try (var mail = house.intake.begin(user("ann"))) {
            mail.from(new Sender(address(sender)));
            return "";
        } catch (Refusal refusal) {
            return refusal.status().toString();
        }
    }

    private String rcpt(Client client, Recipient to) throws IOException {
        try (var mail = house.intake.begin(client)) {
            mail.from(new Sender(Address.NULL));
            mail.to(to);
            return Status.OK.code();
        } catch (Refusal refusal) {
            return refusal.status().code();
        }
    }

    @Test
    void aUserSendsAsEachAddressWhoseMailComesToTheAccount() throws Exception {
        house.directory.alias(address("info@example.test"), address("ann@example.test"), address("bob@example.test"))
                .alias(address("sales@example.org"), address("info@example.test"))
                .alias(new Address("", "example.org"), address("ann@example.test"));
        for (var own : List.of("ann@example.test", "Ann@Example.Test", "ann+lists@example.test", "info@example.test", "sales@example.org",
                "whoever@example.org", "")) {
            assertEquals("", mail(own), own);
        }
    }

    @Test
    void andAsNobodyElse() throws Exception {
        house.directory.alias(address("office@example.test"), address("bob@example.test"));
        for (var other : List.of("bob@example.test", "office@example.test", "nobody@example.test", "ann@elsewhere.test", "bob+ann@example.test",
                "\"ann@example.test\"@elsewhere.test")) {
            assertEquals("5.7.1 <" + address(other) + "> is not an address of ann@example.test", mail(other));
        }
        assertEquals(List.of("mail", "refused"), house.trace.story("testsession.1").subList(0, 2));
    }

    @Test
    void sendAsNamesFurtherAddresses() throws Exception {
        house.directory.attribute("ann@example.test", "send-as", "Ann@Elsewhere.test,@all.test,@");
        for (var own : List.of("ann@elsewhere.test", "whoever@all.test", "whoever@ALL.test", "ann@example.test")) {
            assertEquals("", mail(own), own);
        }
        for (var other : List.of("bob@elsewhere.test", "ann@sub.all.test", "bob@example.test", "postmaster")) {
            assertTrue(mail(other).startsWith("5.7.1"), other);
        }
    }

    @Test
    void theCheckCanBeTurnedOffAndIsForSubmissionOnly() throws Exception {
        house.set("sender-check", "no");
        assertEquals("", mail("bob@example.test"));
        house.set("sender-check", "yes");
        assertTrue(mail("bob@example.test").startsWith("5.7.1"));
        assertEquals(Status.OK, house.rcpt(House.client(), ANN));
    }

    @Test
    void whileTheDirectoryIsAwayMailWaits() {
        house.directory.failing(true);
        assertThrows(IOException.class, () -> mail("ann@example.test"));
    }

    private String text(Client client, String letter) throws Exception {
        try (var mail = house.intake.begin(client)) {
            mail.from(new Sender(Address.NULL));
            mail.to(ANN);
            mail.data(House.in(letter));
        }
        return House.text(house.local.taken().getLast());
    }

    @Test
    void addsTheDateAndTheIdThatAProgramForgot() throws Exception {
        var added = text(user("ann"), House.LETTER);
        assertTrue(added.contains("\r\nMessage-ID: <testsession.1@mail.example.test>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nSubject: x\r\n"), added);
        var whole = text(user("ann"), "date: then\r\nMessage-Id: <a@b>\r\n\r\nhello\r\n");
        assertTrue(whole.contains("\r\ndate: then\r\n") && !whole.contains("Date:") && !whole.contains("Message-ID:"), whole);
    }

    @Test
    void mailOfOtherServersIsLeftAsItIs() throws Exception {
        var text = text(House.client(), House.LETTER);
        assertFalse(text.contains("Date:") || text.contains("Message-ID:"), text);
    }

    @Test
    void whereAUserWasCanBeHidden() throws Exception {
        house.set("submission-hide-client", "yes");
        var hidden = text(user("ann"), House.LETTER);
        assertTrue(hidden.startsWith("Received: by mail.example.test with ESMTPSA id testsession.1\r\n"), hidden);
        assertFalse(hidden.contains("192.0.2.1") || hidden.contains("client.example"), hidden);
        assertTrue(text(House.client(), House.LETTER).startsWith("Received: from client.example ([192.0.2.1])\r\n"));
    }

    @Test
    void anAccountSendsToSoManyRecipientsWithinATime() throws Exception {
        house.set("submission-rate-account", "3/1h");
        for (var name : List.of("nobody", "ann", "bob", "ann")) {
            rcpt(user("ann", "192.0.2.7"), recipient(name + "@example.test"));
        }
        assertEquals("4.7.1", rcpt(user("ann", "192.0.2.8"), BOB));
        assertEquals("2.0.0", rcpt(user("bob", "192.0.2.8"), BOB));
        assertEquals("2.0.0", rcpt(House.client(), BOB));
        house.clock.pass(Duration.ofHours(1));
        assertEquals("2.0.0", rcpt(user("ann", "192.0.2.8"), BOB));
    }

    @Test
    void soDoesAnAddressAndOneOfIpv6IsItsNetwork() throws Exception {
        house.set("submission-rate-address", "2/1m");
        assertEquals("2.0.0", rcpt(user("ann", "2001:db8::1"), BOB));
        assertEquals("2.0.0", rcpt(user("bob", "2001:db8::2"), BOB));
        assertEquals("4.7.1", rcpt(user("ann", "2001:db8::3"), BOB));
        assertEquals("2.0.0", rcpt(user("ann", "2001:db8:0:1::1"), BOB));
    }

    @Test
    void aRateThatCannotBeReadIsNamed() {
        for (var wrong : List.of("500", "500/", "0/1h", "500/0s", "500/hour", "-1/1h", "a/1h")) {
            assertEquals("submission-rate-account", assertThrows(BadSetting.class, () -> house.set("submission-rate-account", wrong)).key());
        }
    }

    @Test
    void whoseMailGoesToAnotherStoreIsStillWhoItIs() throws Exception {
        house.routes.configure(new Values("", Map.of("recipient-delimiter", "+", "domains", "example.test")), new Values("routing", Map.of()),
                List.of(new Values("route store", Map.of("to", "example.test", "via", "lmtp:127.0.0.1:2424"))));
        assertEquals("", mail("ann@example.test"));
        assertEquals("", mail("ann+x@example.test"));
        assertTrue(mail("bob@example.test").startsWith("5.7.1"));
    }
}
