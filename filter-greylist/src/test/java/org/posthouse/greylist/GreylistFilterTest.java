package org.posthouse.greylist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.posthouse.auth.AccountId;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.net.TestPeers;
import org.posthouse.pipeline.Client;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Verdict;
import org.posthouse.pipeline.Verdict.Disposition.Refuse;
import org.posthouse.state.MemoryStates;
import org.posthouse.state.PluginStates;
import org.posthouse.state.SetClock;
import org.posthouse.swap.Plugins;

final class GreylistFilterTest {
    private static final Address ANN = new Address("ann", "example.org");
    private static final Recipient BOB = new Recipient(new Address("bob", "example.test"));

    private final SetClock clock = new SetClock();
    private final MemoryStates states = new MemoryStates(clock);
    private GreylistFilter filter = new GreylistFilter(FixedConfig.DEFAULT, states, clock);

    private static Client client(String address) {
        return new Client(TestPeers.peer(address));
    }

    private boolean passes(String address) throws IOException {
        return passes(address, ANN, BOB);
    }

    private boolean passes(String address, Address from, Recipient to) throws IOException {
        return filter.onRecipient(client(address), from, to).equals(Verdict.PASS);
    }

    @Test
    void whoComesAgainAfterTheDelayPassesAndThenAtOnce() throws Exception {
        assertEquals(false, passes("192.0.2.1"));
        clock.pass(Duration.ofSeconds(299));
        assertEquals(false, passes("192.0.2.1"));
        clock.pass(Duration.ofSeconds(1));
        assertEquals(true, passes("192.0.2.1"));
        assertEquals(true, passes("192.0.2.1"));
    }

    @Test
    void theRefusalSaysHowLongToWait() throws Exception {
        filter.onRecipient(client("192.0.2.1"), ANN, BOB);
        clock.pass(Duration.ofMillis(60_500));
        var verdict = filter.onRecipient(client("192.0.2.1"), ANN, BOB);
        assertEquals(new Refuse(new Status("4.7.1", "Greylisted, please come again in 240 seconds")), verdict.disposition());
    }

    @Test
    void triplesAreApart() throws Exception {
        passes("192.0.2.1");
        clock.pass(Duration.ofMinutes(5));
        assertEquals(false, passes("192.0.2.1", new Address("eve", "example.org"), BOB));
        assertEquals(false, passes("192.0.2.1", ANN, new Recipient(new Address("carl", "example.test"))));
        assertEquals(false, passes("192.0.3.1"));
        assertEquals(true, passes("192.0.2.1"));
    }

    @Test
    void aNetworkCountsAsOneClientAndLettersHaveNoCase() throws Exception {
        passes("192.0.2.1");
        passes("2001:db8::1", ANN, BOB);
        clock.pass(Duration.ofMinutes(5));
        assertEquals(true, passes("192.0.2.254", new Address("ANN", "example.org"), new Recipient(new Address("Bob", "example.test"))));
        assertEquals(true, passes("2001:db8::ffff:1"));
        assertEquals(false, passes("2001:db8:0:1::1"));
    }

    @Test
    void whoComesAfterTheWindowBeginsAnew() throws Exception {
        passes("192.0.2.1");
        clock.pass(Duration.ofHours(48));
        assertEquals(false, passes("192.0.2.1"));
        clock.pass(Duration.ofMinutes(5));
        assertEquals(true, passes("192.0.2.1"));
    }

    @Test
    void whoHasPassedIsRememberedForLifeAfterItsLastMessage() throws Exception {
        passes("192.0.2.1");
        clock.pass(Duration.ofMinutes(5));
        passes("192.0.2.1");
        clock.pass(Duration.ofDays(35));
        assertEquals(true, passes("192.0.2.1"));
        clock.pass(Duration.ofDays(35));
        assertEquals(true, passes("192.0.2.1"));
        clock.pass(Duration.ofDays(36));
        assertEquals(false, passes("192.0.2.1"));
    }

    @Test
    void aNetworkIsTrustedOnceEnoughTripletsHavePassed() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertEquals(false, passes("192.0.2.1", new Address("sender" + i, "example.org"), BOB));
        }
        clock.pass(Duration.ofMinutes(5));
        for (int i = 0; i < 5; i++) {
            assertEquals(false, passes("192.0.2.1", new Address("new" + i, "example.org"), BOB));
            assertEquals(true, passes("192.0.2.1", new Address("sender" + i, "example.org"), BOB));
        }
        assertEquals(true, passes("192.0.2.9", new Address("another", "example.org"), BOB));
        assertEquals(false, passes("192.0.3.9", new Address("another", "example.org"), BOB));
    }

    @Test
    void oneTripletThatPassesOftenMakesNoTrust() throws Exception {
        passes("192.0.2.1");
        clock.pass(Duration.ofMinutes(5));
        for (int i = 0; i < 10; i++) {
            assertEquals(true, passes("192.0.2.1"));
        }
        assertEquals(false, passes("192.0.2.1", new Address("another", "example.org"), BOB));
    }

    @Test
    void trustCanBeSwitchedOff() throws Exception {
        filter = new GreylistFilter(FixedConfig.networks(0, 24, 64), states, clock);
        for (int i = 0; i < 10; i++) {
            passes("192.0.2.1", new Address("sender" + i, "example.org"), BOB);
        }
        clock.pass(Duration.ofMinutes(5));
        for (int i = 0; i < 10; i++) {
            assertEquals(true, passes("192.0.2.1", new Address("sender" + i, "example.org"), BOB));
        }
        assertEquals(false, passes("192.0.2.1", new Address("another", "example.org"), BOB));
    }

    @Test
    void aPoolOfSendersPassesAfterThePoolDelay() throws Exception {
        for (int i = 1; i <= 6; i++) {
            assertEquals(false, passes("198.51." + i + ".1"));
            clock.pass(Duration.ofMinutes(10));
        }
        assertEquals(true, passes("198.51.100.1"));
        assertEquals(false, passes("198.51.100.1", Address.NULL, BOB));
        clock.pass(Duration.ofHours(1));
        assertEquals(false, passes("203.0.113.1", Address.NULL, BOB));
    }

    @Test
    void poolsCanBeSwitchedOff() throws Exception {
        filter = new GreylistFilter(FixedConfig.times("5m", "48h", "864h", "0s"), states, clock);
        passes("198.51.1.1");
        clock.pass(Duration.ofHours(24));
        assertEquals(false, passes("198.51.2.1"));
    }

    @Test
    void theNullSenderIsAskedLikeAnyOther() throws Exception {
        assertEquals(false, passes("192.0.2.1", Address.NULL, BOB));
        clock.pass(Duration.ofMinutes(5));
        assertEquals(true, passes("192.0.2.1", Address.NULL, BOB));
    }

    @Test
    void knownClientsAreNeverAskedButLoopbackIs() throws Exception {
        filter = new GreylistFilter(FixedConfig.networks(5, 24, 64, "203.0.113.0/24"), states, clock);
        var loggedIn = client("192.0.2.1");
        loggedIn.account(new AccountId("bob@example.test"));
        assertEquals(Verdict.PASS, filter.onRecipient(loggedIn, ANN, BOB));
        var relayed = new Client(TestPeers.peer("192.0.2.1", TestPeers.listener().relayingFrom("192.0.2.0/24")));
        assertEquals(Verdict.PASS, filter.onRecipient(relayed, ANN, BOB));
        assertEquals(true, passes("203.0.113.7"));
        assertEquals(false, passes("127.0.0.1"));
        assertEquals(false, passes("192.0.2.1"));
    }

    @Test
    void withoutStatesItCannotSay() {
        var none = new GreylistFilter(FixedConfig.DEFAULT, new PluginStates(new Plugins<>("state")), clock);
        assertThrows(Unavailable.class, () -> none.onRecipient(client("192.0.2.1"), ANN, BOB));
    }

    @Test
    void longAndOddAddressesAreNoTrouble() throws Exception {
        var odd = new Address("ä\0 \"".repeat(500), "x".repeat(1000));
        assertEquals(false, passes("192.0.2.1", odd, new Recipient(odd, Map.of("NOTIFY", "NEVER"))));
        assertEquals(false, passes("192.0.2.1", odd, new Recipient(new Address("postmaster", ""))));
    }

    @Test
    void wrongSettingsAreNamed() {
        assertEquals("delay", wrong(FixedConfig.times("soon", "48h", "864h", "1h")));
        assertEquals("window", wrong(FixedConfig.times("5m", "5m", "864h", "1h")));
        assertEquals("life", wrong(FixedConfig.times("5m", "48h", "0s", "1h")));
        assertEquals("ipv4-prefix", wrong(FixedConfig.networks(5, 33, 64)));
        assertEquals("ipv6-prefix", wrong(FixedConfig.networks(5, 24, 0)));
        assertEquals("auto-whitelist", wrong(FixedConfig.networks(-1, 24, 64)));
        assertEquals("whitelist", wrong(FixedConfig.networks(5, 24, 64, "example.org")));
    }

    private String wrong(FixedConfig config) {
        return assertThrows(BadSetting.class, () -> new GreylistFilter(config, states, clock)).key();
    }
}
