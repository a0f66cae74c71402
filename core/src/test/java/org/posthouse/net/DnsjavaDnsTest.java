package org.posthouse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.config.Values;
import org.posthouse.message.BadSetting;
import org.posthouse.net.Dns.Absence;
import org.posthouse.net.Dns.Found;
import org.posthouse.net.Dns.Mx;
import org.posthouse.net.Dns.None;
import org.posthouse.net.Dns.Unknown;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.state.SetClock;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;

class DnsjavaDnsTest {
    private static final String SOA = "!d.test. 300 IN SOA ns.d.test. admin.d.test. 1 3600 600 86400 60";
    private static final Duration MOMENT = Duration.ofMillis(300);

    @TempDir Path folder;

    private final SetClock clock = new SetClock();
    private TestNameServer server;
    private DnsjavaDns dns;

    @BeforeEach
    void start() throws IOException {
        server = new TestNameServer();
        dns = dns("resolvers", server.address());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private static Values values(String... pairs) {
        var texts = new HashMap<>(Map.of("resolvers", "", "dns-timeout", "5s", "trust-ad", "no"));
        for (int i = 0; i < pairs.length; i += 2) {
            texts.put(pairs[i], pairs[i + 1]);
        }
        return new Values("", texts);
    }

    private DnsjavaDns dns(String... pairs) {
        var made = new DnsjavaDns(folder.resolve("resolv.conf"), new MemoryMetrics(), clock);
        made.configure(values(pairs));
        return made;
    }

    private static <T> Found<T> found(Dns.Answer<T> answer) {
        return assertInstanceOf(Found.class, answer, answer.toString());
    }

    private static void unknown(Dns.Answer<?> answer) {
        assertInstanceOf(Unknown.class, answer, answer.toString());
    }

    @Test
    void findsEachTypeOfRecord() {
        server.says(TestNameServer.zone(Rcode.NOERROR, "d.test. 60 IN MX 10 MX.d.test.", "d.test. 60 IN MX 20 mx2.d.test."));
        var mx = found(dns.mx("D.test."));
        assertEquals(Set.of(new Mx(10, "mx.d.test"), new Mx(20, "mx2.d.test")), Set.copyOf(mx.records()));
        assertEquals("d.test", mx.name());
        assertEquals(Duration.ofMinutes(1), mx.timeToLive());

        server.says(TestNameServer.zone(Rcode.NOERROR, "null.test. 60 IN MX 0 ."));
        assertEquals(List.of(new Mx(0, "")), found(dns.mx("null.test")).records());

        server.says(TestNameServer.zone(Rcode.NOERROR, "d.test. 60 IN A 192.0.2.1"));
        assertEquals(List.of(InetAddress.ofLiteral("192.0.2.1")), found(dns.a("d.test")).records());

        server.says(TestNameServer.zone(Rcode.NOERROR, "d.test. 60 IN AAAA 2001:db8::1"));
        assertEquals(List.of(InetAddress.ofLiteral("2001:db8::1")), found(dns.aaaa("d.test")).records());

        server.says(TestNameServer.zone(Rcode.NOERROR, "1.2.0.192.in-addr.arpa. 60 IN PTR d.test."));
        assertEquals(List.of("d.test"), found(dns.ptr(InetAddress.ofLiteral("192.0.2.1"))).records());

        server.says(TestNameServer.zone(Rcode.NOERROR, "d.test. 60 IN TXT \"v=spf1 \" \"-all\""));
        assertEquals(List.of("v=spf1 -all"), found(dns.txt("d.test")).records());

        server.says(TestNameServer.zone(Rcode.NOERROR, "_25._tcp.d.test. 60 IN TLSA 3 1 1 0a0b"));
        var tlsa = found(dns.tlsa("_25._tcp.d.test")).records().getFirst();
        assertEquals("3 1 1", tlsa.usage() + " " + tlsa.selector() + " " + tlsa.matchingType());
        assertEquals(0x0b, tlsa.data()[1]);
    }

    @Test
    void tellsAMissingNameFromAMissingRecord() {
        server.says(TestNameServer.zone(Rcode.NXDOMAIN, SOA));
        assertEquals(new None<>(Absence.NAME, false), dns.a("no.d.test"));
        server.says(TestNameServer.zone(Rcode.NOERROR, SOA));
        assertEquals(new None<>(Absence.RECORD, false), dns.a("d.test"));
        server.says(TestNameServer.zone(Rcode.NOERROR));
        assertEquals(new None<>(Absence.RECORD, false), dns.aaaa("d.test"));
    }

    @Test
    void followsAliasesAndSaysWhereTheyEnd() {
        server.says(TestNameServer.zone(Rcode.NOERROR, "www.d.test. 60 IN CNAME b.d.test.", "b.d.test. 30 IN CNAME c.d.test.",
                "c.d.test. 90 IN A 192.0.2.3", "other.test. 60 IN A 192.0.2.66"));
        var found = found(dns.a("www.d.test"));
        assertEquals("c.d.test", found.name());
        assertEquals(List.of(InetAddress.ofLiteral("192.0.2.3")), found.records());
        assertEquals(Duration.ofSeconds(30), found.timeToLive());
    }

    @Test
    void asksForTheEndOfAnAliasThatCameWithoutIt() {
        server.says(query -> List.of(query.getQuestion().getName().toString().equals("www.d.test.")
                ? TestNameServer.reply(query, Rcode.NOERROR, 0, "www.d.test. 60 IN CNAME c.e.test.").toWire()
                : TestNameServer.reply(query, Rcode.NOERROR, 0, "c.e.test. 60 IN A 192.0.2.3").toWire()));
        assertEquals("c.e.test", found(dns.a("www.d.test")).name());
        assertEquals(2, server.asked());
    }

    @Test
    void aliasesWithoutEndAreUnknown() {
        server.says(TestNameServer.zone(Rcode.NOERROR, "a.d.test. 60 IN CNAME b.d.test.", "b.d.test. 60 IN CNAME a.d.test."));
        unknown(dns.a("a.d.test"));
        server.says(query -> List.of(TestNameServer.reply(query, Rcode.NOERROR, 0,
                query.getQuestion().getName() + " 60 IN CNAME x" + query.getQuestion().getName()).toWire()));
        unknown(dns.a("c.d.test"));
    }

    @Test
    void failuresAreUnknownAndKeptForMomentsOnly() {
        for (int rcode : new int[] {Rcode.SERVFAIL, Rcode.REFUSED, Rcode.NOTIMP, Rcode.FORMERR}) {
            server.says(TestNameServer.failing(rcode));
            unknown(dns.mx("d.test"));
            int asked = server.asked();
            unknown(dns.mx("d.test"));
            assertEquals(asked, server.asked());
            clock.pass(Duration.ofSeconds(6));
        }
        server.says(TestNameServer.zone(Rcode.NOERROR, "d.test. 60 IN MX 10 mx.d.test."));
        found(dns.mx("d.test"));
    }

    @Test
    void aReferralIsNotAnAbsence() {
        server.says(TestNameServer.zone(Rcode.NOERROR, "!test. 60 IN NS a.root.test."));
        unknown(dns.mx("d.test"));
    }

    @Test
    void aSilentResolverIsUnknownInTime() {
        server.says(_ -> List.of());
        long start = System.nanoTime();
        unknown(dns.within(MOMENT).mx("d.test"));
        long took = (System.nanoTime() - start) / 1_000_000;
        assertTrue(took >= 250 && took < 3_000, took + " ms");
        server.says(TestNameServer.zone(Rcode.NOERROR, "d.test. 60 IN MX 10 mx.d.test."));
        found(dns.mx("d.test")); // who had less patience than all has not decided for them
    }

    @Test
    void theOtherResolverIsAskedAndThenPreferred() throws IOException {
        try (var other = new TestNameServer()) {
            other.says(TestNameServer.zone(Rcode.NOERROR, "d.test. 60 IN MX 10 mx.d.test."));
            server.says(TestNameServer.failing(Rcode.SERVFAIL));
            dns = dns("resolvers", server.address() + ", " + other.address());
            found(dns.mx("d.test"));
            other.says(TestNameServer.zone(Rcode.NOERROR, "e.test. 60 IN MX 10 mx.d.test."));
            int before = server.asked();
            found(dns.mx("e.test"));
            assertEquals(before, server.asked());
            server.close();
            dns = dns("resolvers", server.address() + ", " + other.address()); // nobody listens there: known at once
            found(dns.mx("e.test"));
        }
    }

    @Test
    void whatDoesNotBelongToTheQuestionIsNotSeen() {
        server.says(query -> {
            var right = TestNameServer.reply(query, Rcode.NOERROR, 0, "d.test. 60 IN A 192.0.2.1");
            var otherId = TestNameServer.reply(query, Rcode.NXDOMAIN, 0);
            otherId.getHeader().setID(query.getHeader().getID() ^ 1);
            var otherName = TestNameServer.reply(query, Rcode.NXDOMAIN, 0);
            otherName.removeAllRecords(Section.QUESTION);
            var noReply = TestNameServer.reply(query, Rcode.NXDOMAIN, 0);
            noReply.getHeader().unsetFlag(Flags.QR);
            return List.of(new byte[0], new byte[] {1}, otherId.toWire(), otherName.toWire(), noReply.toWire(), right.toWire());
        });
        assertEquals(List.of(InetAddress.ofLiteral("192.0.2.1")), found(dns.a("d.test")).records());
    }

    @Test
    void recordsOfOtherNamesAndTypesAreNoAnswer() {
        server.says(TestNameServer.zone(Rcode.NOERROR, "bank.test. 60 IN A 192.0.2.66", "d.test. 60 IN TXT x", SOA));
        assertEquals(new None<>(Absence.RECORD, false), dns.a("d.test"));
    }

    @Test
    void garbageNeverHangsOrThrows() {
        var random = new Random(5);
        server.says(query -> IntStream.range(0, 50).mapToObj(_ -> {
            var octets = TestNameServer.reply(query, Rcode.NOERROR, 0, "d.test. 60 IN MX 10 mx.d.test.", "d.test. 60 IN CNAME e.test.").toWire();
            for (int i = 0; i < 4; i++) {
                octets[2 + random.nextInt(octets.length - 2)] = (byte) random.nextInt();
            }
            return octets;
        }).toList());
        for (int i = 0; i < 40; i++) {
            dns.within(MOMENT).mx("d.test");
            clock.pass(Duration.ofDays(2));
        }
    }

    @Test
    void whatIsCutComesByTcp() {
        server.says(TestNameServer.zone(Rcode.NOERROR, Flags.TC));
        var many = IntStream.range(0, 500).mapToObj(i -> "d.test. 60 IN A 10.0." + i / 250 + "." + i % 250).toArray(String[]::new);
        server.saysByStream(TestNameServer.zone(Rcode.NOERROR, many));
        assertEquals(500, found(dns.a("d.test")).records().size());
        server.saysByStream(_ -> List.of());
        unknown(dns.within(MOMENT).a("e.test"));
    }

    @Test
    void whoDoesNotKnowEdnsIsAskedWithout() {
        server.says(query -> query.getOPT() != null ? List.of(TestNameServer.reply(query, Rcode.FORMERR, 0).toWire())
                : List.of(TestNameServer.reply(query, Rcode.NOERROR, 0, "d.test. 60 IN A 192.0.2.1").toWire()));
        found(dns.a("d.test"));
        assertEquals(2, server.asked());
    }

    @Test
    void answersLiveAsLongAsTheySayAndAbsencesAsTheZoneSays() {
        server.says(TestNameServer.zone(Rcode.NOERROR, "d.test. 60 IN A 192.0.2.1"));
        found(dns.a("d.test"));
        clock.pass(Duration.ofSeconds(59));
        assertEquals(Duration.ofSeconds(1), found(dns.a("D.TEST")).timeToLive());
        assertEquals(1, server.asked());
        clock.pass(Duration.ofSeconds(1));
        server.says(TestNameServer.zone(Rcode.NXDOMAIN, SOA));
        dns.a("d.test");
        clock.pass(Duration.ofSeconds(59));
        assertEquals(new None<>(Absence.NAME, false), dns.a("d.test"));
        assertEquals(2, server.asked());
        clock.pass(Duration.ofSeconds(1));
        dns.a("d.test");
        assertEquals(3, server.asked());
    }

    @Test
    void onlyABelievedResolverSaysWhatIsAuthentic() {
        server.says(TestNameServer.zone(Rcode.NOERROR, Flags.AD, "d.test. 60 IN A 192.0.2.1"));
        assertTrue(found(dns.a("d.test")).authentic());
        assertTrue(server.lastAsked().getHeader().getFlag(Flags.AD));
        server.says(TestNameServer.zone(Rcode.NOERROR, "e.test. 60 IN A 192.0.2.1"));
        assertFalse(found(dns.a("e.test")).authentic());
        assertFalse(new NameServer(new InetSocketAddress("192.0.2.1", 53)).near());
    }

    @Test
    void namesAreAskedForInAsciiAndWhatIsNoNameExistsNowhere() {
        server.says(query -> List.of(TestNameServer.reply(query, Rcode.NOERROR, 0, "xn--bcher-kva.test. 60 IN MX 10 xn--mx-xka.test.").toWire()));
        assertEquals(List.of(new Mx(10, "xn--mx-xka.test")), found(dns.mx("B\u00fccher.test")).records());
        int asked = server.asked();
        for (var name : List.of("", ".", "a..b", "x".repeat(64) + ".test", "a@b.test", "a b.test", "a\\.b", "a\0b", "x.".repeat(130),
                "\u00fc".repeat(2_000))) {
            assertEquals(new None<>(Absence.NAME, false), dns.mx(name), name);
        }
        assertEquals(asked, server.asked());
    }

    @Test
    void theSystemsResolversAreUsedWhereNoneAreNamed() throws IOException {
        Files.writeString(folder.resolve("resolv.conf"), "# x\nsearch test\nnameserver nonsense\nnameserver 192.0.2.53\n nameserver ::1\n");
        assertEquals(Set.of("192.0.2.53:53", "0:0:0:0:0:0:0:1:53"), new ResolvConf(folder.resolve("resolv.conf")).servers().stream()
                .map(s -> s.address().getAddress().getHostAddress() + ":" + s.address().getPort()).collect(Collectors.toSet()));
        assertTrue(new ResolvConf(folder.resolve("none")).servers().getFirst().near());
    }

    @Test
    void whatIsLearnedStaysWithinItsBound() {
        var cache = new DnsCache(10_000, clock);
        for (int i = 0; i < 100; i++) {
            cache.put(new DnsCache.Question("n" + i, 1), new None<>(Absence.NAME, false), Duration.ofHours(1), 600);
        }
        assertEquals(10, cache.size());
        assertTrue(cache.get(new DnsCache.Question("n99", 1)).isPresent());
        cache.put(new DnsCache.Question("huge", 1), new None<>(Absence.NAME, false), Duration.ofHours(1), 60_000);
        assertEquals(0, cache.size());
    }

    @Test
    void badSettingsAreNamed() {
        for (var wrong : List.of("name.test", "192.0.2.1:0", "192.0.2.1:65536", "[192.0.2.1]:53", "192.0.2", "[::1", "1:53")) {
            assertEquals("resolvers", assertThrows(BadSetting.class, () -> dns("resolvers", wrong), wrong).key());
        }
        assertThrows(BadSetting.class, () -> dns("dns-timeout", "0s"));
        dns("resolvers", "192.0.2.1, 192.0.2.1:5353, ::1, [::1], [2001:db8::1]:5353, 2001:db8::1");
    }

    @Test
    void whoIsInterruptedLearnsNothing() throws InterruptedException {
        var answer = new AtomicReference<Dns.Answer<Mx>>();
        var thread = Thread.ofVirtual().start(() -> answer.set(dns.mx("d.test")));
        while (server.asked() == 0) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        thread.join(Duration.ofSeconds(3));
        unknown(answer.get());
    }
}
