package org.posthouse.smtpdelivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which hosts are tried, in which order, and when there is no sense in trying (RFC 5321 §5.1). */
class FindingTest extends Ground {
    private Remote second;

    @BeforeEach
    void beginSecond() throws IOException {
        second = new Remote("127.0.0.2", remote.port());
        dns.mx("there.test", 20, "mx2.there.test").address("mx2.there.test", "127.0.0.2");
    }

    @AfterEach
    void endSecond() throws IOException {
        second.close();
    }

    @Test
    void theBestExchangerIsTriedFirstAndTheNextWhenItIsAway() throws Exception {
        assertEquals("delivered", brief(send(ZOE).get(ZOE)));
        assertEquals(0, second.connections());
        remote.close();
        delivery.end();
        assertEquals("delivered", brief(send(ZOE).get(ZOE)));
        assertEquals(1, second.taken().size());
        assertTrue(events.stream().anyMatch(e -> e.startsWith("unreached [host, mx1.there.test[127.0.0.1]")), events.toString());
    }

    @Test
    void whoIsRefusedForNowByOneIsTriedAtTheNextAndNobodyTwice() throws Exception {
        remote.on("RCPT", "250 ok", "450 4.2.0 later", "550 5.1.1 never");
        var outcome = send(ZOE, YAN, XIA);
        assertEquals(List.of("delivered", "delivered", "failed 5.1.1"), List.of(brief(outcome.get(ZOE)), brief(outcome.get(YAN)), brief(outcome.get(XIA))));
        assertEquals(List.of("RCPT TO:<yan@there.test>"), second.taken().getFirst().rcpts());
    }

    @Test
    void whereItIsNotKnownWhetherAServerHasTheMessageNoOtherGetsIt() throws Exception {
        remote.on("TEXT", "TAKEN " + Remote.DROP);
        assertEquals("deferred 4.5.0", brief(send(ZOE).get(ZOE)));
        assertEquals(0, second.connections());
    }

    @Test
    void exchangersThatAreNoBetterThanWeAreNotTried() throws Exception {
        dns.forget("there.test").mx("there.test", 10, "mx1.there.test").mx("there.test", 20, "mail.example.test").mx("there.test", 30, "mx2.there.test");
        remote.close();
        assertEquals("deferred 4.4.1", brief(send(ZOE).get(ZOE)));
        assertEquals(0, second.connections());
        dns.forget("there.test").mx("there.test", 10, "Mail.Example.Test").mx("there.test", 10, "mx2.there.test");
        assertEquals("failed 5.4.6", brief(send(ZOE).get(ZOE)));
    }

    @Test
    void whoAnswersWithOurNameIsOurselves() throws Exception {
        remote.on("CONNECT", "220 mail.example.test ESMTP", "220 mail.example.test ESMTP");
        assertEquals("failed 5.4.6", brief(send(ZOE).get(ZOE)));
        assertEquals("delivered", brief(send("[127.0.0.1]", ZOE).get(ZOE))); // a host that is named is meant
        assertEquals(0, second.connections());
    }

    @Test
    void aDomainWithoutExchangersIsItsOwn() throws Exception {
        dns.address("plain.test", "127.0.0.2");
        assertEquals("delivered", brief(send("plain.test", ZOE).get(ZOE)));
        assertEquals(1, second.taken().size());
    }

    @Test
    void whatTheDnsSaysIsNotThereFails() throws Exception {
        dns.mx("null.test", 0, "").txt("empty.test", "x").mx("dead.test", 10, "gone.dead.test");
        assertEquals("failed 5.1.10", brief(send("null.test", ZOE).get(ZOE)));
        assertEquals("failed 5.1.2", brief(send("nowhere.test", ZOE).get(ZOE)));
        assertEquals("failed 5.4.4", brief(send("empty.test", ZOE).get(ZOE)));
        assertEquals("failed 5.4.4", brief(send("dead.test", ZOE).get(ZOE)));
        assertEquals("failed 5.1.2", brief(send("[there.test", ZOE).get(ZOE)));
    }

    @Test
    void aResolverThatIsDownMakesMailWait() throws Exception {
        dns.down(true);
        assertEquals("deferred 4.4.3", brief(send(ZOE).get(ZOE)));
        dns.down(false).unknown("mx1.there.test", "A").unknown("mx2.there.test", "AAAA").unknown("mx2.there.test", "A");
        assertEquals("deferred 4.4.3", brief(send(ZOE).get(ZOE)));
        dns.forget("mx2.there.test");
        assertEquals("deferred 4.4.3", brief(send(ZOE).get(ZOE)));
    }

    @Test
    void ourOwnDomainsAreNeverLookedUp() throws Exception {
        for (var ours : List.of("example.test", "EXAMPLE.org")) {
            assertEquals("deferred 4.3.5", brief(send(ours, ZOE).get(ZOE)));
        }
        assertEquals(List.of(), dns.asked());
    }

    @Test
    void hostsThatAreNamedAreNotLookedUpAsDomains() throws Exception {
        assertEquals("delivered", brief(send("[mx2.there.test]:" + remote.port(), ZOE).get(ZOE)));
        assertEquals("delivered", brief(send("[127.0.0.2]", ZOE).get(ZOE)));
        assertEquals(2, second.taken().size());
        assertEquals(List.of("AAAA mx2.there.test", "A mx2.there.test"), dns.asked());
    }

    @Test
    void targetsAreReadInAllTheirForms() {
        assertEquals(Optional.of(new Target(Target.Kind.DOMAIN, "a.test", Optional.empty(), 25)), Target.parse("A.test", 25));
        assertEquals(Optional.of(new Target(Target.Kind.DOMAIN, "a.test", Optional.empty(), 2525)), Target.parse("a.test:2525", 25));
        assertEquals(Optional.of(new Target(Target.Kind.HOST, "a.test", Optional.empty(), 587)), Target.parse("[a.test]:587", 25));
        assertEquals(InetAddress.ofLiteral("2001:db8::1"), Target.parse("[IPv6:2001:DB8::1]", 25).orElseThrow().address().orElseThrow());
        for (var wrong : List.of("", "[]", "[a", "a]", "a.test:0", "a.test:65536", "a.test:x", "[a]b", ":25", "[a]:25:25")) {
            assertEquals(Optional.empty(), Target.parse(wrong, 25), wrong);
        }
    }
}
