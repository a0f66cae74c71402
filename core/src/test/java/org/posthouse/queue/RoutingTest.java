package org.posthouse.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.posthouse.auth.MemoryDirectory;
import org.posthouse.config.Values;
import org.posthouse.disk.HomeDisk;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Refusal;
import org.posthouse.net.FixedSite;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.state.SetClock;

/** Which transport takes an address, from whom it is taken, and under which sender it leaves. */
class RoutingTest {
    @TempDir Path home;
    private final SetClock clock = new SetClock();
    private final MemoryDirectory directory = new MemoryDirectory().with("ann@example.test", "x").with("bob@example.test", "x");
    private final List<Values> sections = new ArrayList<>();
    private final Map<String, String> routing = new HashMap<>();
    private Routes routes;

    @BeforeEach
    void twoDomains() {
        routes = new Routes(directory::resolve, new FixedSite(), new HomeDisk(home), clock);
    }

    private void set(String... keys) {
        for (int i = 0; i < keys.length; i += 2) {
            routing.put(keys[i], keys[i + 1]);
        }
        routes.configure(new Values("", Map.of("recipient-delimiter", "+", "domains", "example.test, example.org")),
                new Values("routing", routing), sections);
    }

    private void route(String name, String... keys) {
        var texts = new HashMap<String, String>();
        for (int i = 0; i < keys.length; i += 2) {
            texts.put(keys[i], keys[i + 1]);
        }
        sections.add(new Values("route " + name, texts));
        set();
    }

    private List<String> ways(String from, String to) throws Refusal, IOException {
        var sender = routes.canonical(new Sender(from.isEmpty() ? Address.NULL : address(from)));
        return routes.ways(routes.route(address(to), sender.address()), sender, new Recipient(address(to))).stream()
                .map(w -> w.to() + " <" + w.recipient() + ">" + w.held().map(h -> " held " + h).orElse("")).toList();
    }

    private String way(String from, String to) throws Refusal, IOException {
        var all = ways(from, to);
        assertEquals(1, all.size(), all.toString());
        return all.getFirst();
    }

    private String refused(String to) {
        return assertThrows(Refusal.class, () -> ways("", to)).status().toString();
    }

    private List<String> fallbacks(String where, String from, String to) throws IOException {
        int colon = where.indexOf(':');
        var destination = new Destination(where.substring(0, colon), where.substring(colon + 1), "INBOX");
        return routes.fallbacks(destination, from.isEmpty() ? Address.NULL : address(from), new Recipient(address(to))).stream()
                .map(Destination::toString).toList();
    }

    private static Address address(String text) {
        return Address.parse(text).orElseThrow();
    }

    @Test
    void theClosestRecipientDecidesAndThenTheSender() throws Exception {
        route("all", "via", "smtp:[all.example]");
        route("bulk", "from", "@bulk.example", "via", "smtp:[bulk.example]:587");
        route("under", "to", ".partner.example", "via", "lmtp:under.example");
        route("domain", "to", "partner.example", "via", "smtp:[partner.example]");
        route("one", "to", "Zoe@partner.example", "via", "smtp:other.example");
        assertEquals("smtp:[all.example]:25 <x@else.example>", way("ann@example.test", "x@else.example"));
        assertEquals("smtp:[bulk.example]:587 <x@else.example>", way("news@bulk.example", "x@else.example"));
        assertEquals("lmtp:under.example:24 <x@a.b.partner.example>", way("news@bulk.example", "x@a.b.partner.example"));
        assertEquals("smtp:[partner.example]:25 <x@partner.example>", way("news@bulk.example", "x@partner.example"));
        assertEquals("smtp:other.example <zoe@partner.example>", way("", "zoe@partner.example"));
        assertEquals("local:ann@example.test <ann@example.test>", way("", "ann@example.test"));
    }

    @Test
    void aRuleForOneOfOurAddressesNeedsNoAccount() throws Exception {
        route("list", "to", "list@example.test, bob@example.test", "via", "lmtp:127.0.0.1:2424");
        assertEquals("lmtp:127.0.0.1:2424 <list@example.test>", way("", "List@example.test"));
        assertEquals("lmtp:127.0.0.1:2424 <bob@example.test>", way("", "bob@example.test"));
        directory.alias(address("all@example.test"), address("list@example.test"), address("ann@example.test"));
        assertEquals(List.of("local:ann@example.test <all@example.test>", "lmtp:127.0.0.1:2424 <list@example.test>"),
                ways("", "all@example.test"));
    }

    @Test
    void aRuleForOneOfOurDomainsTakesOnlyWhoIsThere() throws Exception {
        route("backend", "to", "example.test", "via", "lmtp:backend.example:24");
        assertEquals("lmtp:backend.example:24 <ann@example.test>", way("", "ann+x@example.test".replace("+x", "")));
        assertEquals("5.1.1 no such user here", refused("nobody@example.test"));
    }

    @Test
    void errorRefusesDiscardTakesAndHoldKeeps() throws Exception {
        route("moved", "to", "ann@example.test", "via", "error:5.1.6 has moved, sorry");
        route("nothing", "to", "bob@example.test", "via", "discard");
        route("look", "to", "else.example", "via", "hold:first look");
        assertEquals("5.1.6 has moved, sorry", refused("ann@example.test"));
        assertEquals("discard:example.test <bob@example.test>", way("", "bob@example.test"));
        assertEquals("smtp:else.example <x@else.example> held first look", way("", "x@else.example"));
    }

    @Test
    void aHeldMailboxIsStillItsMailbox() throws Exception {
        route("look", "to", "ann@example.test", "via", "hold");
        assertEquals("local:ann@example.test <ann@example.test> held by a route, look", way("", "ann@example.test"));
    }

    @Test
    void relayDomainsAreTakenForTheirRecipientsOnly() throws Exception {
        Files.createDirectories(home.resolve("conf"));
        Files.writeString(home.resolve("conf/known"), "# who is there\nzoe@backup.example\n");
        set("relay-domains", "backup.example, .sub.example", "relay-recipients", ":include:known, a.sub.example");
        assertEquals(new Route.Backup(address("zoe@backup.example")), routes.route(address("zoe@backup.example")));
        assertEquals("smtp:backup.example <zoe@backup.example>", way("", "zoe@backup.example"));
        assertEquals("smtp:a.sub.example <any@a.sub.example>", way("", "any@a.sub.example"));
        assertEquals("smtp:backup.example <postmaster@backup.example>", way("", "postmaster@backup.example"));
        assertEquals("5.1.1 no such user here", refused("nobody@backup.example"));
        assertInstanceOf(Route.Outside.class, routes.route(address("any@sub.example")));
    }

    @Test
    void aDirectoryMayKnowTheRecipientsOfARelayDomain() throws Exception {
        directory.with("kim@backup.example", "x").alias(address("info@backup.example"), address("ann@example.test"));
        set("relay-domains", "backup.example");
        assertEquals("smtp:backup.example <kim@backup.example>", way("", "kim@backup.example"));
        assertEquals("local:ann@example.test <info@backup.example>", way("", "info@backup.example"));
        directory.failing(true);
        assertThrows(IOException.class, () -> routes.route(address("kim@backup.example")));
    }

    @Test
    void fourPresetsSayWhereTheWorldIs() throws Exception {
        set("preset", "internet");
        assertEquals("smtp:else.example <x@else.example>", way("", "x@else.example"));
        set("preset", "smarthost", "smarthost", "smtp:[relay.example]:587, smtp:[second.example]:587");
        assertEquals("smtp:[relay.example]:587 <x@else.example>", way("", "x@else.example"));
        assertEquals("local:ann@example.test <ann@example.test>", way("", "ann@example.test"));
        assertEquals(List.of("smtp:[second.example]:587"),
                fallbacks("smtp:[relay.example]:587", "", "zoe@else.example"));
        set("preset", "satellite");
        assertEquals("smtp:[relay.example]:587 <ann@example.test>", way("", "ann@example.test"));
        assertInstanceOf(Route.Outside.class, routes.route(address("ann@example.test")));
        set("preset", "local");
        assertEquals("5.7.1 this server sends no mail to other hosts", refused("x@else.example"));
    }

    @Test
    void fallbacksAreThoseOfTheRule() throws Exception {
        route("one", "to", "one.example", "via", "smtp:[a.example]", "fallback", "smtp:[b.example]:26, lmtp:c.example");
        var way = routes.ways(routes.route(address("x@one.example")), new Sender(Address.NULL), new Recipient(address("x@one.example"))).getFirst();
        assertEquals(List.of("smtp:[b.example]:26", "lmtp:c.example:24"), routes.fallbacks(way.to(), Address.NULL, way.recipient()).stream().map(Destination::toString).toList());
    }

    @Test
    void canonicalAddressesComeBeforeAllElse() throws Exception {
        set("sender-canonical", "@old.example -> @example.test, root@host.example -> ann@example.test",
                "recipient-canonical", "sales@example.test -> Bob@example.test, @gone.example -> @else.example");
        assertEquals(address("Kim@example.test"), routes.canonical(new Sender(address("Kim@old.example"))).address());
        assertEquals(address("ann@example.test"), routes.canonical(new Sender(address("root@host.example"))).address());
        assertEquals(Address.NULL, routes.canonical(new Sender(Address.NULL)).address());
        assertEquals("local:bob@example.test <Sales@example.test>", way("", "Sales@example.test"));
        assertEquals("smtp:else.example <x@else.example>", way("", "x@gone.example"));
    }

    @Test
    void anotherNameOfADomainHasItsPeopleAndNobodyElse() throws Exception {
        directory.renamed("example.org", "example.test").alias(address("info@example.org"), address("bob@example.test"));
        assertEquals("local:ann@example.test <ann+x@example.org>", way("", "ann+x@example.org"));
        assertEquals("local:bob@example.test <info+x@example.org>", way("", "info+x@example.org"));
        assertEquals("5.1.1 no such user here", refused("nobody@example.org"));
        directory.renamed("example.test", "example.org");
        assertEquals("4.4.6 address leads back to itself, try again later", refused("nobody@example.org"));
        assertEquals("local:postmaster@example.test <postmaster@example.org>", way("", "postmaster@example.org"));
    }

    @Test
    void aStrangersForwardedMailHasASenderThatLeadsBack() throws Exception {
        set("srs", "yes");
        directory.alias(address("out@example.test"), address("zoe@else.example"));
        var as = leaves("Kim.X@strange.example", "out@example.test");
        assertTrue(as.toString().matches("SRS0=[A-Z2-7]{5}=[A-Z2-7]{2}=strange.example=Kim.X@example.test"), as.toString());
        assertEquals("smtp:strange.example <Kim.X@strange.example>", way("", as.toString()));
        assertEquals("smtp:strange.example <kim.x@strange.example>", way("", as.toString().toLowerCase()));
        assertEquals("5.1.1 no such user here", refused(as.toString().replace("Kim", "Tim")));
        clock.pass(Duration.ofDays(22));
        assertEquals("5.1.1 no such user here", refused(as.toString()));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("var/state/srs"))));
    }

    @Test
    void whatAnotherForwarderSentGoesBackToTheFirst() throws Exception {
        set("srs", "yes", "srs-domain", "fwd.example");
        directory.alias(address("out@example.test"), address("zoe@else.example"));
        var as = leaves("SRS0=abcd=TT=first.example=kim@one.example", "out@example.test");
        assertTrue(as.toString().startsWith("SRS1=") && as.toString().endsWith("=one.example==abcd=TT=first.example=kim@fwd.example"), as.toString());
        assertEquals("smtp:one.example <SRS0=abcd=TT=first.example=kim@one.example>", way("", as.toString()));
        var again = leaves(as.withLocal(as.local()).toString().replace("@fwd.example", "@two.example"), "out@example.test");
        assertTrue(again.toString().endsWith("=one.example==abcd=TT=first.example=kim@fwd.example"), again.toString());
    }

    @Test
    void ownAndNullSendersStay() throws Exception {
        set("srs", "yes");
        directory.alias(address("out@example.test"), address("zoe@else.example"), address("ann@example.test"));
        for (var from : List.of(Address.NULL, address("bob@example.org"), address("x".repeat(50) + "@long.domain.example"))) {
            var ways = routes.ways(routes.route(address("out@example.test")), new Sender(from), new Recipient(address("out@example.test")));
            assertTrue(ways.stream().allMatch(w -> w.from().isEmpty()), from.toString());
        }
    }

    private Address leaves(String from, String to) throws Exception {
        return routes.ways(routes.route(address(to)), new Sender(address(from)), new Recipient(address(to))).getFirst().from().orElseThrow();
    }

    @Test
    void badSettingsNameTheirSection() {
        assertEquals("routing", assertThrows(BadSetting.class, () -> set("preset", "smarthost")).section());
        routing.clear();
        assertEquals("relay-domains", assertThrows(BadSetting.class, () -> set("relay-domains", "Example.org")).key());
        routing.clear();
        assertEquals("relay-recipients: conf/nowhere cannot be read", assertThrows(BadSetting.class,
                () -> set("relay-recipients", ":include:nowhere")).getMessage().replaceFirst(" \\(.*", ""));
        routing.clear();
        assertEquals("route x", assertThrows(BadSetting.class, () -> route("x", "via", "discard", "fallback", "smtp:[a.example]")).section());
    }

    @Test
    void theCommandTellsEachStep() throws Exception {
        directory.alias(address("team@example.test"), address("ann@example.test"), address("zoe@partner.example"));
        route("partner", "to", "partner.example", "via", "smtp:[relay.example]:587", "fallback", "smtp:[b.example]");
        set("srs", "yes");
        var text = command(0, "team@example.test", "--from", "kim@strange.example");
        assertTrue(text.startsWith("""
                <team@example.test> from <kim@strange.example>
                  1. example.test is one of our domains
                  2. <team@example.test> is an alias of [ann@example.test, zoe@partner.example]
                  3. <ann@example.test> is the account ann@example.test
                """), text);
        assertTrue(text.contains("[route partner] sends what is for <zoe@partner.example> by smtp:[relay.example]:587"), text);
        assertTrue(text.contains("\ntaken from everybody\n  local:ann@example.test\n"), text);
        assertTrue(text.contains("\n    or else smtp:[b.example]:25\n"), text);
        assertTrue(command(1, "nobody@example.test").endsWith("taken from nobody: 5.1.1 no such user here\n"));
        assertTrue(command(0, "x@else.example").contains("taken only from users"));
        assertTrue(command(0, "ann@example.test", "--json").startsWith("{\"to\":\"ann@example.test\",\"from\":\"\",\"taken\":\"everybody\""));
        command(2, "no address");
        command(2);
    }

    private String command(int status, String... args) throws Exception {
        var out = new ByteArrayOutputStream();
        assertEquals(status, new RouteCommand(routes).run(List.of(args), new ByteArrayInputStream(new byte[0]), new PrintStream(out),
                new PrintStream(new ByteArrayOutputStream())));
        return out.toString();
    }

    @Test
    void nobodyChoosesTheWayBeyondARelayDomain() throws Exception {
        set("relay-domains", "backup.example", "relay-recipients", "backup.example, odd%name@backup.example");
        assertEquals("smtp:backup.example <any@backup.example>", way("", "any@backup.example"));
        for (var local : List.of("x%else.example", "else.example!x", "\"x@else.example\"")) {
            assertEquals("5.1.1 no such user here", refused(local + "@backup.example"));
        }
        assertEquals("smtp:backup.example <odd%name@backup.example>", way("", "odd%name@backup.example"));
    }

    @Test
    void mailByMxHasItsFallbackToo() throws Exception {
        route("one", "to", "one.example, zoe@three.example", "via", "smtp", "fallback", "smtp:[b.example]:26");
        assertEquals(List.of("smtp:[b.example]:26"), fallbacks("smtp:one.example", "", "x@one.example"));
        assertEquals(List.of("smtp:[b.example]:26"), fallbacks("smtp:three.example", "", "zoe@three.example"));
        assertEquals(List.of(), fallbacks("smtp:two.example", "", "x@two.example"));
        assertEquals(List.of(), fallbacks("lmtp:one.example", "", "x@one.example"));
    }

    @Test
    void aRuleForAnAddressIsOneForItsTagsToo() throws Exception {
        route("gone", "to", "bob@example.test", "via", "error:5.1.6 has moved");
        assertEquals("5.1.6 has moved", refused("bob+x@example.test"));
        directory.alias(address("bob+list@example.test"), address("ann@example.test"));
        assertEquals("local:ann@example.test <bob+list@example.test>", way("", "bob+list@example.test"));
    }

    @Test
    void anAliasIntoARelayDomainLeadsToItsHosts() throws Exception {
        directory.alias(address("info@example.test"), address("zoe@backup.example"));
        set("preset", "smarthost", "smarthost", "smtp:[relay.example]:587", "relay-domains", "backup.example", "relay-recipients", "zoe@backup.example");
        assertEquals("smtp:backup.example <zoe@backup.example>", way("", "zoe@backup.example"));
        assertEquals("smtp:backup.example <zoe@backup.example>", way("", "info@example.test"));
    }

    @Test
    void fallbacksAreThoseOfTheSender() throws Exception {
        route("ann", "from", "ann@example.test", "via", "smtp:[relay.example]:587", "fallback", "smtp:[of-ann.example]:587");
        route("bob", "from", "bob@example.test", "via", "smtp:[relay.example]:587", "fallback", "smtp:[of-bob.example]:587");
        assertEquals(List.of("smtp:[of-ann.example]:587"), fallbacks("smtp:[relay.example]:587", "ann@example.test", "x@else.example"));
        assertEquals(List.of("smtp:[of-bob.example]:587"), fallbacks("smtp:[relay.example]:587", "bob@example.test", "x@else.example"));
        assertEquals(List.of(), fallbacks("smtp:[relay.example]:587", "eve@example.test", "x@else.example"));
    }

    @Test
    void fallbacksOfForwardedMailAreThoseOfWhoSentIt() throws Exception {
        set("srs", "yes");
        route("strange", "from", "strange.example", "via", "smtp:[relay.example]:587", "fallback", "smtp:[second.example]:587");
        directory.alias(address("out@example.test"), address("zoe@else.example"));
        var as = leaves("kim@strange.example", "out@example.test");
        assertEquals(List.of("smtp:[second.example]:587"), fallbacks("smtp:[relay.example]:587", as.toString(), "zoe@else.example"));
    }

    @Test
    void nobodyChoosesTheWayBeyondAnotherNameOfADomain() throws Exception {
        directory.renamed("example.test", "else.example");
        assertEquals("smtp:else.example <zoe@else.example>", way("", "zoe@example.test"));
        for (var local : List.of("x%third.example", "third.example!x", "\"x@third.example\"", "\"@third.example:x\"")) {
            assertEquals("5.1.1 no such user here", refused(local + "@example.test"));
        }
    }

    @Test
    void whatWasForwardedTwiceHoldsNoLongerThanWhatWasForwardedOnce() throws Exception {
        set("srs", "yes", "srs-domain", "fwd.example");
        directory.alias(address("out@example.test"), address("zoe@else.example"));
        var as = leaves("SRS0=abcd=TT=first.example=kim@one.example", "out@example.test").toString();
        assertTrue(as.matches("SRS1=[A-Z2-7]{7}=one.example==abcd=TT=first.example=kim@fwd.example"), as);
        clock.pass(Duration.ofDays(21));
        assertEquals("smtp:one.example <SRS0=abcd=TT=first.example=kim@one.example>", way("", as));
        assertEquals("5.1.1 no such user here", refused(as.replace("one.example", "two.example")));
        char day = as.charAt(11);
        assertEquals("5.1.1 no such user here", refused(as.substring(0, 11) + (day == 'A' ? 'B' : 'A') + as.substring(12)), "its day is not to be changed");
        clock.pass(Duration.ofDays(1));
        assertEquals("5.1.1 no such user here", refused(as));
    }

    @Test
    void aForwardersOwnSendersAreNotForwardedAnew() throws Exception {
        set("srs", "yes", "srs-domain", "fwd.example");
        directory.alias(address("out@example.test"), address("zoe@else.example"));
        var as = leaves("kim@one.example", "out@example.test");
        var ways = routes.ways(routes.route(address("out@example.test")), new Sender(as), new Recipient(address("out@example.test")));
        assertEquals(Optional.empty(), ways.getFirst().from());
    }
}
