package org.posthouse.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.posthouse.auth.MemoryDirectory;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.BadSetting;
import org.posthouse.net.FixedSite;
import org.posthouse.pipeline.Recipient;

class RoutesTest {
    private final MemoryDirectory directory = new MemoryDirectory().with("ann@example.test", "x").with("bob@example.test", "x");
    private final Routes routes = new Routes(directory::resolve, new FixedSite());

    @Test
    void findsAnAccountInAnyCaseOfLetters() throws IOException {
        assertEquals(boxes("ann@example.test"), route("Ann@Example.TEST"));
    }

    @Test
    void asksExactlyThenWithoutTagThenCatchAll() throws IOException {
        directory.with("ann+own@example.test", "x").alias(new Address("", "example.test"), address("bob@example.test"));
        assertEquals(boxes("ann+own@example.test"), route("ann+own@example.test"));
        assertEquals(boxes("ann@example.test"), route("ann+lists+java@example.test"));
        assertEquals(boxes("bob@example.test"), route("anybody@example.test"));
    }

    @Test
    void withoutDelimiterATagIsPartOfTheName() throws IOException {
        routes.configure(top("", ""));
        assertEquals("5.1.1", unknown("ann+lists@example.test"));
    }

    @Test
    void anotherDelimiterCanBeSet() throws IOException {
        routes.configure(top("-", ""));
        assertEquals(boxes("ann@example.test"), route("ann-lists@example.test"));
        assertEquals("5.1.1", unknown("ann+lists@example.test"));
    }

    @Test
    void refusesADelimiterOfSeveralCharactersOrAnAt() {
        assertEquals("recipient-delimiter", assertThrows(BadSetting.class, () -> routes.configure(top("+-", ""))).key());
        assertThrows(BadSetting.class, () -> routes.configure(top("@", "")));
    }

    @Test
    void aTagAloneIsNoTag() throws IOException {
        assertEquals("5.1.1", unknown("+ann@example.test"));
    }

    @Test
    void unknownUsersAreUnknown() throws IOException {
        assertEquals("5.1.1", unknown("nobody@example.test"));
        assertEquals("5.1.1", unknown("ann@example.org"));
    }

    @Test
    void aDirectoryThatIsAwayIsNeverNoSuchUser() {
        directory.failing(true);
        assertThrows(IOException.class, () -> routes.route(address("ann@example.test")));
        assertThrows(IOException.class, () -> routes.route(address("postmaster@example.test")));
    }

    @Test
    void otherDomainsAndLiteralsAreOutside() throws IOException {
        for (var outside : List.of("ann@elsewhere.test", "ann@sub.example.test", "ann@[127.0.0.1]", "ann@[192.0.2.25]")) {
            assertEquals(new Route.Outside(address(outside)), routes.route(address(outside)));
        }
    }

    @Test
    void whatStandsInALocalPartNeverRelays() throws IOException {
        assertEquals("5.1.1", unknownAt("ann%elsewhere.test"));
        assertEquals("5.1.1", unknownAt("elsewhere.test!ann"));
        assertEquals("5.1.1", unknownAt("ann@elsewhere.test"));
    }

    @Test
    void domainsInEitherFormOfTheirNameAreOurs() throws IOException {
        var there = new MemoryDirectory().with("ann@bücher.example", "x");
        var international = new Routes(there::resolve, new FixedSite("mail.bücher.example", "bücher.example"));
        var expected = new Route.Local(List.of(Destination.local("ann@bücher.example", "INBOX")));
        assertEquals(expected, international.route(new Address("ann", "bücher.example")));
        assertEquals(expected, international.route(new Address("ann", "xn--bcher-kva.example")));
        assertInstanceOf(Route.Outside.class, international.route(new Address("ann", "xn--bcher-kvb.example")));
    }

    @Test
    void followsAliasesAndCountsEachMailboxOnce() throws IOException {
        alias("team", "ann", "both");
        alias("both", "ann", "bob");
        assertEquals(boxes("ann@example.test", "bob@example.test"), route("team@example.test"));
    }

    @Test
    void anAliasOfATagKeepsTheTagForWhomItLeadsTo() throws IOException {
        alias("info", "ann+info");
        assertEquals(boxes("ann@example.test"), route("info+2026@example.test"));
    }

    @Test
    void aLoopIsFoundAndTemporary() throws IOException {
        alias("one", "two");
        alias("two", "three");
        alias("three", "one");
        alias("self", "self", "ann");
        assertEquals("4.4.6", unknown("one@example.test"));
        assertEquals("4.4.6", unknown("self@example.test"));
    }

    @Test
    void tenAliasStepsAreFollowedAndElevenAreNot() throws IOException {
        for (int i = 1; i <= 11; i++) {
            alias("a" + i, i == 1 ? "ann" : "a" + (i - 1));
        }
        assertEquals(boxes("ann@example.test"), route("a10@example.test"));
        assertEquals("4.4.6", unknown("a11@example.test"));
    }

    @Test
    void manyWaysToTheSameAddressCostOneStepEach() throws IOException {
        for (int i = 1; i <= 9; i++) {
            var next = i == 1 ? "ann" : "w" + (i - 1);
            alias("w" + i, next + "+a", next + "+b", next);
        }
        int[] steps = {0};
        var counted = new Routes(a -> {
            steps[0]++;
            return directory.resolve(a);
        }, new FixedSite());
        assertInstanceOf(Route.Local.class, counted.route(address("w9@example.test")));
        assertTrue(steps[0] < 100, "steps: " + steps[0]);
    }

    @Test
    void anAliasMayLeadOutside() throws IOException {
        directory.alias(address("out@example.test"), address("ann@example.test"), address("Zoe@elsewhere.test"));
        var local = assertInstanceOf(Route.Local.class, routes.route(address("out@example.test")));
        assertEquals(List.of(address("Zoe@elsewhere.test")), local.outside());
        var ways = local.ways(new Recipient(address("out@example.test"), Map.of("NOTIFY", "NEVER")));
        assertEquals(List.of("local:ann@example.test", "smtp:elsewhere.test"), ways.stream().map(w -> w.to().toString()).toList());
        assertEquals(new Recipient(address("Zoe@elsewhere.test"), Map.of("NOTIFY", "NEVER", "ORCPT", "rfc822;out@example.test")),
                ways.getLast().recipient());
    }

    @Test
    void wrongAliasesAreTemporary() throws IOException {
        alias("gone", "ann", "nobody");
        directory.alias(address("empty@example.test"));
        assertEquals("4.3.5", unknown("gone@example.test"));
        assertEquals("4.3.5", unknown("empty@example.test"));
    }

    @Test
    void onlyPostmasterMayHaveNoDomain() throws IOException {
        assertEquals("5.1.3", assertInstanceOf(Route.Unknown.class, routes.route(Address.NULL)).why().code());
        assertEquals("5.1.3", assertInstanceOf(Route.Unknown.class, routes.route(new Address("ann", ""))).why().code());
    }

    @Test
    void postmasterAlwaysLeadsSomewhere() throws IOException {
        for (var postmaster : List.of("postmaster", "Postmaster@example.test", "postmaster@example.org",
                "postmaster+x@example.test")) {
            assertEquals(boxes("postmaster@example.test"), route(postmaster));
        }
    }

    @Test
    void theSettingSaysWhereThePostmasterIs() throws IOException {
        routes.configure(top("+", "ann@example.test"));
        assertEquals(boxes("ann@example.test"), route("postmaster"));
        assertEquals(boxes("ann@example.test"), route("POSTMASTER@example.org"));
    }

    @Test
    void theDirectorySaysItBeforeTheSetting() throws IOException {
        routes.configure(top("+", "ann@example.test"));
        alias("postmaster", "bob");
        assertEquals(boxes("bob@example.test"), route("postmaster"));
        assertEquals(boxes("ann@example.test"), route("postmaster@example.org"));
    }

    @Test
    void postmasterOfEveryDomainFallsBackToTheFirst() throws IOException {
        alias("postmaster", "bob");
        assertEquals(boxes("bob@example.test"), route("postmaster@example.org"));
    }

    @Test
    void postmasterIsNotLostToWrongAliasesOrSettings() throws IOException {
        routes.configure(top("+", "nobody@example.test"));
        assertEquals(boxes("postmaster@example.test"), route("postmaster"));
        alias("postmaster", "postmaster");
        assertEquals(boxes("postmaster@example.test"), route("postmaster"));
    }

    @Test
    void thePostmasterMustBeHere() {
        assertEquals("postmaster", assertThrows(BadSetting.class, () -> routes.configure(top("+", "ann@elsewhere.test"))).key());
        assertThrows(BadSetting.class, () -> routes.configure(top("+", "ann")));
    }

    private void alias(String from, String... to) {
        directory.alias(here(from), Arrays.stream(to).map(RoutesTest::here).toArray(Address[]::new));
    }

    private static Address here(String local) {
        return new Address(local, "example.test");
    }

    private static Address address(String text) {
        return Address.parse(text).orElseThrow();
    }

    private static Route boxes(String... accounts) {
        return new Route.Local(Arrays.stream(accounts).map(a -> Destination.local(a, "INBOX")).toList());
    }

    private Route route(String text) throws IOException {
        return routes.route(address(text));
    }

    private String unknown(String text) throws IOException {
        return assertInstanceOf(Route.Unknown.class, route(text)).why().code();
    }

    private String unknownAt(String local) throws IOException {
        return assertInstanceOf(Route.Unknown.class, routes.route(here(local))).why().code();
    }

    private static Values top(String delimiter, String postmaster) {
        return new Values("", Map.of("recipient-delimiter", delimiter, "postmaster", postmaster,
                "domains", "Example.test, example.org"));
    }
}
