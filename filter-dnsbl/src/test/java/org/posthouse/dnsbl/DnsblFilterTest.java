package org.posthouse.dnsbl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;
import org.posthouse.auth.AccountId;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.net.Dns;
import org.posthouse.net.FixedDns;
import org.posthouse.net.TestPeers;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.pipeline.Client;
import org.posthouse.pipeline.Verdict;
import org.posthouse.pipeline.Verdict.Disposition.Pass;
import org.posthouse.pipeline.Verdict.Disposition.Refuse;
import org.posthouse.pipeline.Verdict.Effect.Score;
import org.posthouse.state.SetClock;

final class DnsblFilterTest {
    private static final Address ANN = new Address("ann", "mail.example.org");

    private final FixedDns dns = new FixedDns();
    private final MemoryMetrics metrics = new MemoryMetrics();
    private final SetClock clock = new SetClock();

    private DnsblFilter filter(FixedConfig config) {
        return new DnsblFilter(config, dns, metrics, clock);
    }

    private static Client client(String address, String hello) {
        var client = new Client(TestPeers.peer(address));
        client.hello(hello);
        return client;
    }

    private static Verdict judged(DnsblFilter filter, String address) throws IOException {
        return filter.onSender(client(address, "mx.example.org"), ANN);
    }

    private void listed(String name, String answer) {
        dns.address(name, answer);
    }

    @Test
    void aListedClientIsRefusedWithTheListsOwnReason() throws Exception {
        listed("7.100.51.198.zen.example", "127.0.0.4");
        dns.txt("7.100.51.198.zen.example", "see https://zen.example/\r\n198.51.100.7\u0007");
        var filter = filter(FixedConfig.refusing("zen.example"));
        assertEquals(new Refuse(new Status("5.7.1", "Client [198.51.100.7] is listed at zen.example: see https://zen.example/ 198.51.100.7")),
                judged(filter, "198.51.100.7").disposition());
        assertEquals(new Pass(), judged(filter, "198.51.100.8").disposition());
        assertEquals(1, metrics.counted("dnsbl_answers", "list", "zen.example", "answer", "listed"));
        assertEquals(1, metrics.counted("dnsbl_answers", "list", "zen.example", "answer", "clear"));
    }

    @Test
    void clientsOfBothFamiliesNamesHellosAndSendersAreAskedAbout() throws Exception {
        listed("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.example", "127.0.0.2");
        listed("mail.example.org.dbl.example", "127.0.1.2");
        listed("mx.example.org.hbl.example", "127.0.1.3");
        listed("rev.example.org.nbl.example", "127.0.1.4");
        dns.ptr("198.51.100.7", "rev.example.org").address("rev.example.org", "198.51.100.7");
        dns.ptr("198.51.100.8", "rev.example.org"); // does not lead back
        assertEquals("Client [2001:db8:0:0:0:0:0:1] is listed at zen.example", text(filter(FixedConfig.refusing("zen.example")), "2001:db8::1"));
        assertEquals("mail.example.org is listed at dbl.example", text(filter(FixedConfig.refusing("sender:dbl.example")), "198.51.100.7"));
        assertEquals("mx.example.org is listed at hbl.example", text(filter(FixedConfig.refusing("hello:hbl.example")), "198.51.100.7"));
        assertEquals("rev.example.org is listed at nbl.example", text(filter(FixedConfig.refusing("name:nbl.example")), "198.51.100.7"));
        assertEquals(new Pass(), judged(filter(FixedConfig.refusing("name:nbl.example")), "198.51.100.8").disposition());
    }

    private static String text(DnsblFilter filter, String address) throws IOException {
        return judged(filter, address).disposition() instanceof Refuse(var status) ? status.text() : "";
    }

    @Test
    void weightsAddUpAndTheWelcomeWeighLessThanNothing() throws Exception {
        listed("7.100.51.198.one.example", "127.0.0.2");
        listed("7.100.51.198.two.example", "127.0.0.2");
        var config = FixedConfig.refusing("one.example*2", "two.example*3").scoring("white.example*-4").from(5);
        assertEquals("Client [198.51.100.7] is listed at two.example", text(filter(config), "198.51.100.7"));
        assertEquals("", text(filter(config.from(5.5)), "198.51.100.7"));
        listed("7.100.51.198.white.example", "127.0.0.2");
        var verdict = judged(filter(config), "198.51.100.7");
        assertEquals(new Pass(), verdict.disposition());
        assertTrue(verdict.effects().contains(new Score("DNSBL_white.example", -4, "7.100.51.198 127.0.0.2")), verdict.toString());
        assertTrue(verdict.effects().contains(new Score("DNSBL_one.example", 0, "7.100.51.198 127.0.0.2")), verdict.toString());
    }

    @Test
    void eachListRefusesDefersScoresOrIsOnlyShown() throws Exception {
        listed("7.100.51.198.list.example", "127.0.0.2");
        assertEquals("4.7.1", ((Refuse) judged(filter(FixedConfig.refusing().deferring("list.example")), "198.51.100.7").disposition()).status().code());
        assertEquals(List.of(new Score("DNSBL_list.example", 2.5, "7.100.51.198 127.0.0.2")),
                judged(filter(FixedConfig.refusing().scoring("list.example*2.5")), "198.51.100.7").effects());
        var shown = judged(filter(FixedConfig.refusing().shadowing("list.example*9")), "198.51.100.7");
        assertEquals(new Pass(), shown.disposition());
        assertEquals(List.of(new Score("DNSBL_list.example", 0, "7.100.51.198 127.0.0.2 (only shown)")), shown.effects());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.255.255.254", "127.255.255.252", "127.0.0.1", "203.0.113.9"})
    void anAnswerThatIsNoListingSwitchesTheListOffForAWhile(String answer) throws Exception {
        listed("7.100.51.198.zen.example", answer);
        listed("8.100.51.198.zen.example", "127.0.0.2");
        var filter = filter(FixedConfig.refusing("zen.example"));
        assertEquals("", text(filter, "198.51.100.7"));
        assertEquals("", text(filter, "198.51.100.8"), "it was asked again");
        clock.pass(Duration.ofMinutes(30));
        assertEquals("Client [198.51.100.8] is listed at zen.example", text(filter, "198.51.100.8"));
    }

    @Test
    void whoCannotBeAskedListsNobody() throws Exception {
        dns.unknown("7.100.51.198.zen.example", "A");
        assertEquals(Verdict.PASS, judged(filter(FixedConfig.refusing("zen.example")), "198.51.100.7"));
        assertEquals(1, metrics.counted("dnsbl_answers", "list", "zen.example", "answer", "unknown"));
    }

    @Test
    void aListThatStaysAwayHoldsUpNoMoreMail() throws Exception {
        dns.unknown("7.100.51.198.zen.example", "A");
        var filter = filter(FixedConfig.refusing("zen.example"));
        for (int i = 0; i < 5; i++) {
            assertEquals(Verdict.PASS, judged(filter, "198.51.100.7"));
        }
        assertEquals(3, dns.asked().size());
        clock.pass(Duration.ofMinutes(1));
        judged(filter, "198.51.100.7");
        assertEquals(4, dns.asked().size());
    }

    @Test
    void aListOfTheWholeWorldIsFoundOutBeforeItCounts() throws Exception {
        listed("1.0.0.127.world.example", "127.0.0.2");
        listed("7.100.51.198.world.example", "127.0.0.2");
        listed("invalid.dworld.example", "127.0.0.2");
        listed("mail.example.org.dworld.example", "127.0.0.2");
        var filter = filter(FixedConfig.refusing("world.example", "sender:dworld.example").testing("6h"));
        assertEquals(Verdict.PASS, judged(filter, "198.51.100.7"));
        dns.forget("1.0.0.127.world.example");
        clock.pass(Duration.ofMinutes(29));
        assertEquals(Verdict.PASS, judged(filter, "198.51.100.7"));
        clock.pass(Duration.ofHours(6));
        assertEquals("Client [198.51.100.7] is listed at world.example", text(filter, "198.51.100.7"));
    }

    @Test
    void thoseThatLoggedInOrAreOursOrHaveNoPublicAddressAreNotAskedAbout() throws Exception {
        var filter = filter(FixedConfig.refusing("zen.example").exempting("203.0.113.0/24"));
        var known = client("198.51.100.7", "mx.example.org");
        known.account(new AccountId("ann@example.test"));
        filter.onSender(known, ANN);
        filter.onSender(new Client(TestPeers.peer("198.51.100.7", TestPeers.listener().relayingFrom("198.51.100.0/24"))), ANN);
        for (var address : List.of("203.0.113.5", "127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.1.1", "fe80::1", "fd00::1", "::1")) {
            judged(filter, address);
        }
        assertEquals(List.of(), dns.asked());
    }

    @Test
    void literalsWordsAndTheNullSenderAreNoDomains() throws Exception {
        var filter = filter(FixedConfig.refusing("hello:hbl.example", "sender:dbl.example"));
        for (var hello : List.of("[198.51.100.7]", "localhost", "198.51.100.7", "", ".")) {
            filter.onSender(client("198.51.100.7", hello), Address.NULL);
        }
        assertEquals(List.of(), dns.asked());
    }

    @Test
    void allListsAreAskedAtOnce() throws Exception {
        var together = new CountDownLatch(20);
        Dns slow = Mockito.mock(Dns.class);
        Mockito.when(slow.within(Mockito.any())).thenReturn(slow);
        Mockito.when(slow.a(Mockito.anyString())).thenAnswer(_ -> {
            together.countDown();
            together.await();
            return new Dns.None<>(Dns.Absence.NAME, false);
        });
        var lists = new String[20];
        for (int i = 0; i < lists.length; i++) {
            lists[i] = "list" + i + ".example";
        }
        assertEquals(Verdict.PASS, judged(new DnsblFilter(FixedConfig.refusing(lists), slow, metrics, clock), "198.51.100.7"));
    }

    @Test
    void whoIsInterruptedSaysSo() {
        Dns silent = Mockito.mock(Dns.class);
        Mockito.when(silent.within(Mockito.any())).thenReturn(silent);
        Mockito.when(silent.a(Mockito.anyString())).thenAnswer(_ -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
            return new Dns.Unknown<>("interrupted");
        });
        var filter = new DnsblFilter(FixedConfig.refusing("zen.example"), silent, metrics, clock);
        Thread.currentThread().interrupt();
        assertThrows(Unavailable.class, () -> judged(filter, "198.51.100.7"));
        assertTrue(Thread.interrupted());
    }

    @Test
    void badSettingsNameTheKey() {
        assertEquals("refuse", assertThrows(BadSetting.class, () -> filter(FixedConfig.refusing())).key());
        assertEquals("refuse", assertThrows(BadSetting.class, () -> filter(FixedConfig.refusing("zen"))).key());
        assertEquals("score", assertThrows(BadSetting.class, () -> filter(FixedConfig.refusing().scoring("a.example=1.2.3.4"))).key());
        assertEquals("patience", assertThrows(BadSetting.class, () -> filter(FixedConfig.refusing("zen.example").waiting("0s"))).key());
    }

    @Test
    void theCommandShowsWhatListsSayAndWhetherTheyAreWell() throws Exception {
        listed("7.100.51.198.zen.example", "127.0.0.4");
        listed("2.0.0.127.zen.example", "127.0.0.2");
        dns.unknown("7.100.51.198.away.example", "A").unknown("1.0.0.127.away.example", "A").unknown("2.0.0.127.away.example", "A");
        var command = new DnsblCommand(FixedConfig.refusing("zen.example", "away.example", "empty.example"), dns, metrics);
        var said = run(command, 0, "ask", "198.51.100.7", "--json");
        assertTrue(said.contains("{\"list\":\"zen.example\",\"subject\":\"client\",\"about\":\"7.100.51.198\",\"answer\":\"listed\",\"detail\":\"127.0.0.4\"}"), said);
        assertTrue(said.contains("\"list\":\"away.example\",\"subject\":\"client\",\"about\":\"7.100.51.198\",\"answer\":\"unknown\""), said);
        var tested = run(command, 1, "test");
        assertTrue(tested.contains("well     zen.example"), tested);
        assertTrue(tested.contains("trouble  away.example                    it cannot be asked: SERVFAIL"), tested);
        assertTrue(tested.contains("trouble  empty.example                   it has no entry for 127.0.0.2"), tested);
        run(command, 2, "ask", "word");
        run(command, 2, "ask");
        run(command, 2);
    }

    private static String run(DnsblCommand command, int status, String... args) throws Unavailable {
        var out = new ByteArrayOutputStream();
        var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        assertEquals(status, command.run(List.of(args), InputStream.nullInputStream(), stream, stream));
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aListThatCouldNotBeTriedIsTriedAgainSoon() throws Exception {
        dns.unknown("1.0.0.127.zen.example", "A");
        listed("2.0.0.127.zen.example", "127.0.0.2");
        listed("7.100.51.198.zen.example", "127.0.0.2");
        var filter = filter(FixedConfig.refusing("zen.example").testing("6h"));
        assertEquals("Client [198.51.100.7] is listed at zen.example", text(filter, "198.51.100.7"));
        dns.forget("1.0.0.127.zen.example");
        listed("1.0.0.127.zen.example", "127.0.0.2");
        clock.pass(Duration.ofMinutes(1));
        assertEquals("", text(filter, "198.51.100.7"));
    }
}
