package org.posthouse.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.posthouse.auth.MemoryDirectory;
import org.posthouse.config.Values;
import org.posthouse.message.Address;
import org.posthouse.message.Contents;
import org.posthouse.message.MessageId;
import org.posthouse.message.Status;
import org.posthouse.net.FixedSite;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.state.SetClock;
import org.posthouse.swap.Plugins;

/** What senders are told, as they asked for it (RFC 3461, RFC 3464, RFC 6533). */
class NoticesTest {
    private static final Address BOB = new Address("bob", "example.test");

    private final SetClock clock = new SetClock();
    private final Plugins<Delivery> deliveries = new Plugins<>("delivery");
    private final Plugins<Queue> queues = new Plugins<>("queue");
    private final MemoryQueue queue = new MemoryQueue(clock);
    private final MemoryDirectory directory = new MemoryDirectory().with("ann@example.test", "x").with("bob@example.test", "x")
            .with("jürgen@example.test", "x");
    private final Routes routes = new Routes(directory::resolve, new FixedSite());
    private final Courier courier = new Courier(deliveries, queues, routes, new FixedSite(), new MemoryTrace(), new MemoryMetrics(), clock);
    private final RecordingDelivery world = new RecordingDelivery(_ -> true);

    @BeforeEach
    void aQueueAndADeliveryForAllAreHere() {
        queues.arrive("queue-memory", queue, Map.of());
        deliveries.arrive("delivery-world", world, Map.of());
        courier.configure(new Values("", Map.of("grace", "60ms", "inline-budget", "300ms", "expire", "2h", "delay-notice", "1h")));
    }

    private void send(Sender from, Recipient to) throws Exception {
        var ways = routes.ways(routes.route(to.address(), from.address()), from, to);
        assertEquals(Map.of(to, Status.OK), courier.deliver(new MessageId("s.1"), from,
                List.of(new Copy(to, ways, Contents.of("Subject: x\n\nhello\n")))));
    }

    private static Recipient asking(String address, String notify, String... more) {
        var parameters = new TreeMap<>(Map.of("NOTIFY", notify));
        for (int i = 0; i < more.length; i += 2) {
            parameters.put(more[i], more[i + 1]);
        }
        return new Recipient(Address.parse(address).orElseThrow(), parameters);
    }

    private void round() throws Exception {
        courier.rounds().round();
        assertTrue(courier.rounds().settled(Duration.ofSeconds(10)));
    }

    private List<String> ids() {
        return queue.browse(Optional.empty(), 100).stream().map(e -> e.item().id()).toList();
    }

    private String notice(String id) throws IOException {
        var text = new byte[10_000];
        return new String(text, 0, queue.read(id, 0, text), StandardCharsets.UTF_8);
    }

    private void becomes(Outcome outcome) {
        world.behaving(c -> RecordingDelivery.all(c, outcome));
    }

    @Test
    void whoAsksIsToldThatItIsInTheMailbox() throws Exception {
        send(new Sender(BOB, Map.of("ENVID", "QQ+2B1")), asking("ann@example.test", "SUCCESS,FAILURE", "ORCPT", "rfc822;Ann+2BX@example.test"));
        assertEquals(List.of("s.1-s0"), ids());
        var text = notice("s.1-s0");
        assertTrue(text.contains("Subject: Mail that has arrived\r\n") && text.contains("  <ann@example.test> has it in the mailbox.\r\n"), text);
        assertTrue(text.contains("\r\nOriginal-Envelope-Id: QQ+1\r\n"), text);
        assertTrue(text.contains("\r\nOriginal-Recipient: rfc822; Ann+X@example.test\r\nFinal-Recipient: rfc822; ann@example.test\r\n"
                + "Action: delivered\r\nStatus: 2.0.0\r\n\r\n"), text);
        assertFalse(text.contains("hello") || text.contains("Diagnostic-Code"), text);
    }

    @Test
    void whoDoesNotAskOrIsNobodyIsNotTold() throws Exception {
        send(new Sender(BOB), new Recipient(new Address("ann", "example.test")));
        send(new Sender(BOB), asking("ann@example.test", "FAILURE"));
        send(new Sender(Address.NULL), asking("ann@example.test", "SUCCESS"));
        assertEquals(List.of(), ids());
    }

    @Test
    void anotherHostThatKnowsNoNoticesIsNamedAndOneThatDoesIsNot() throws Exception {
        becomes(new Outcome.Answered(new Outcome.Relayed("mx.else.test", Outcome.Notices.OURS), "mx.else.test", "250 2.0.0 queued as 1"));
        send(new Sender(BOB), asking("zoe@else.test", "SUCCESS"));
        round();
        assertEquals(List.of("s.1-s1"), ids());
        var text = notice("s.1-s1");
        assertTrue(text.contains("Action: relayed\r\nStatus: 2.0.0\r\nRemote-MTA: dns; mx.else.test\r\nDiagnostic-Code: smtp; 250 2.0.0 queued as 1\r\n"), text);
        queue.remove("s.1-s1");
        becomes(new Outcome.Relayed("mx.else.test", Outcome.Notices.THEIRS));
        send(new Sender(BOB), asking("zoe@else.test", "SUCCESS"));
        round();
        assertEquals(List.of(), ids());
    }

    @Test
    void whatAnotherHostSaidStandsInTheNoticeInOneLine() throws Exception {
        becomes(new Outcome.Answered(new Outcome.Failed(new Status("5.1.1", "no such user")), "mx.else.test", "550 5.1.1 no\r\nFinal-Recipient: x"));
        send(new Sender(BOB), asking("zoe@else.test", "FAILURE"));
        round();
        var text = notice("s.1-f1");
        assertTrue(text.contains("    mx.else.test said: 550 5.1.1 no  Final-Recipient: x\r\n"), text);
        assertTrue(text.contains("Status: 5.1.1\r\nRemote-MTA: dns; mx.else.test\r\nDiagnostic-Code: smtp; 550 5.1.1 no  Final-Recipient: x\r\n"), text);
    }

    @Test
    void anAddressThatStandsForSeveralIsToldOfOnce() throws Exception {
        directory.alias(new Address("team", "example.test"), new Address("ann", "example.test"), new Address("zoe", "else.test"));
        send(new Sender(BOB), asking("team@example.test", "SUCCESS,FAILURE"));
        assertEquals(List.of("s.1-e1-s0"), ids().stream().filter(id -> id.startsWith("s.1-")).toList());
        round();
        assertEquals(List.of(), ids().stream().filter(id -> id.startsWith("s.1-s")).toList());
        assertTrue(world.taken().stream().filter(c -> !c.from().address().isNull()).flatMap(c -> c.recipients().stream())
                .allMatch(to -> to.parameters().get("NOTIFY").equals("FAILURE")));
    }

    @Test
    void oneWhoIsElsewhereByAnAliasIsAskedForAsBefore() throws Exception {
        directory.alias(new Address("out", "example.test"), new Address("zoe", "else.test"));
        send(new Sender(BOB), asking("out@example.test", "SUCCESS"));
        becomes(new Outcome.Relayed("mx.else.test", Outcome.Notices.THEIRS));
        round();
        assertEquals(Map.of("NOTIFY", "SUCCESS", "ORCPT", "rfc822;out@example.test"), world.taken().getFirst().recipients().getFirst().parameters());
        assertEquals(List.of(), ids());
    }

    @Test
    void delaysAreToldOnlyWhereThatIsAskedForOrNothingIs() throws Exception {
        becomes(new Outcome.Deferred(new Status("4.4.1", "no answer")));
        send(new Sender(BOB), asking("zoe@else.test", "FAILURE"));
        clock.pass(Duration.ofMinutes(61));
        round();
        assertEquals(List.of("s.1"), ids());
        clock.pass(Duration.ofMinutes(60));
        round();
        assertEquals(List.of("s.1-f2"), ids());
        assertTrue(notice("s.1-f2").contains("Action: failed\r\nStatus: 4.4.7\r\n"), notice("s.1-f2"));
    }

    @Test
    void ofAnInternationalMessageTheNoticeIsInternational() throws Exception {
        becomes(new Outcome.Failed(new Status("5.2.1", "closed")));
        send(new Sender(BOB, Map.of("SMTPUTF8", "", "RET", "FULL")), asking("jürgen@example.test", "FAILURE", "ORCPT", "utf-8;\\x{4E2D}+2Bx@example.test"));
        var text = notice("s.1-f0");
        assertTrue(text.contains("Original-Recipient: utf-8; 中+x@example.test\r\nFinal-Recipient: utf-8; jürgen@example.test\r\n"), text);
        assertTrue(text.contains("Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n"), text);
        assertTrue(text.contains("Content-Type: message/global\r\n"), text);
        assertEquals(Map.of("SMTPUTF8", ""), queue.find("s.1-f0").orElseThrow().item().from().parameters());
    }

    @Test
    void ofAPlainMessageItIsPlain() throws Exception {
        becomes(new Outcome.Failed(new Status("5.2.1", "closed")));
        directory.alias(new Address("info", "example.test"), new Address("jürgen", "else.test"));
        send(new Sender(BOB), asking("info@example.test", "FAILURE"));
        round();
        var text = notice("s.1-f1");
        assertTrue(text.contains("Original-Recipient: rfc822; info@example.test\r\nFinal-Recipient: utf-8; j\\x{FC}rgen@else.test\r\n"), text);
        assertTrue(text.contains("Content-Type: message/delivery-status\r\n\r\n"), text);
    }

    @Test
    void whatCannotBeReachedIsTakenToTheFallback() throws Exception {
        routes.configure(new Values("", Map.of("recipient-delimiter", "+", "domains", "example.test")), new Values("routing", Map.of()),
                List.of(new Values("route x", Map.of("to", "else.test", "via", "smtp:[a.test]", "fallback", "smtp:[b.test], lmtp:c.test"))));
        world.behaving(c -> RecordingDelivery.all(c, c.to().target().equals("[a.test]:25") ? new Outcome.Deferred(new Status("4.4.1", "no answer"))
                : new Outcome.Relayed("b", Outcome.Notices.THEIRS)));
        send(new Sender(BOB), asking("zoe@else.test", "NEVER"));
        round();
        assertEquals(List.of("smtp:[a.test]:25", "smtp:[b.test]:25"), world.taken().stream().map(c -> c.to().toString()).toList());
        assertEquals(1, world.taken().stream().map(Consignment::id).distinct().count());
        assertEquals(List.of(), ids());
    }

    @Test
    void threeFailuresToReachAPlaceSpareTheOthersTheirTry() throws Exception {
        becomes(new Outcome.Deferred(new Status("4.4.1", "no answer")));
        for (int i = 0; i < 40; i++) {
            courier.deliver(new MessageId("m" + i + ".1"), new Sender(BOB), List.of(new Copy(new Recipient(new Address("zoe", "down.test")),
                    List.of(Way.outside(new Recipient(new Address("zoe", "down.test")))), Contents.of("\n"))));
        }
        round();
        assertTrue(world.taken().size() < 10, world.taken().size() + " tries");
        assertEquals(40, queue.browse(Optional.empty(), 100).stream().filter(e -> e.item().attempts() == 1
                && e.item().legs().getFirst().recipients().getFirst().last().orElseThrow().code().equals("4.4.1")).count());
    }

    @Test
    void discardedAndRefusedMailNeedsNoDelivery() throws Exception {
        var nothing = new Way(new Destination("discard", "x", "INBOX"), new Recipient(BOB));
        var moved = new Way(new Destination("error", "5.1.6 has moved", "INBOX"), new Recipient(BOB));
        courier.deliver(new MessageId("s.2"), new Sender(BOB), List.of(new Copy(new Recipient(BOB), List.of(nothing, moved), Contents.of("\n"))));
        assertEquals(List.of("s.2-f0"), ids());
        assertTrue(notice("s.2-f0").contains("Status: 5.1.6\r\n"));
        assertEquals(List.of(), world.taken());
    }

    @Test
    void twoNoticesOfOneAttemptAreTwo() {
        var from = new Sender(BOB);
        var notices = new Notices(new PluginQueue(queues), routes, new FixedSite(), new MemoryTrace(), new MemoryMetrics(), clock);
        var legs = Stream.of("a.test", "b.test").map(domain -> new Queue.Leg(new DeliveryId(domain), new Destination("smtp", domain, "INBOX"),
                List.of(new Queue.Waiting(new Recipient(new Address("zoe", domain)), Optional.of(new Status("5.1.1", "nobody")))))).toList();
        var job = new Job(new Queue.Lease(new Queue.Item("s.1", clock.instant(), from, legs), clock.instant(), 1, "x"), Contents.of("\n"), clock);
        for (var leg : legs) {
            assertTrue(notices.failure(job.tried(), job.content(),
                    Map.of(new Aftermath.Ended(leg.recipients().getFirst(), Aftermath.How.FAILED, Optional.empty()), leg)));
        }
        assertEquals(List.of("s.1-f1", "s.1-f1.2"), ids());
    }

    @Test
    void aboutMailThatNeedsTlsTheNoticeNeedsItToo() throws Exception {
        becomes(new Outcome.Failed(new Status("5.1.1", "nobody")));
        send(new Sender(BOB, Map.of("REQUIRETLS", "")), new Recipient(new Address("zoe", "elsewhere.test")));
        round();
        assertEquals(Map.of("REQUIRETLS", ""), queue.find(ids().getFirst()).orElseThrow().item().from().parameters());
    }

    @Test
    void aDelayOfMailThatWasToWaitIsCountedFromItsRelease() throws Exception {
        becomes(new Outcome.Deferred(new Status("4.2.0", "later")));
        send(new Sender(BOB, Map.of("HOLDFOR", "7200")), asking("zoe@elsewhere.test", "DELAY"));
        clock.pass(Duration.ofMinutes(185));
        var end = clock.instant().plus(Duration.ofMinutes(55));
        round();
        var day = DateTimeFormatter.ofPattern("HH:mm:ss Z").format(end.atZone(ZoneId.systemDefault()));
        var text = notice(ids().getLast());
        assertTrue(text.lines().anyMatch(l -> l.startsWith("Will-Retry-Until: ") && l.endsWith(day)), text);
    }

    /** The encoding that a part says it has, and whether that is true of its octets. */
    private void encodingsAreTrue(String id) throws IOException {
        var text = notice(id);
        int end = text.indexOf("\r\n\r\n");
        var boundary = "--" + text.replaceAll("(?s).*boundary=\"([^\"]*)\".*", "$1");
        boolean anyEightBit = false;
        for (var part : text.substring(end).split(Pattern.quote(boundary))) {
            boolean eightBit = part.chars().anyMatch(c -> c > 0x7f);
            anyEightBit |= eightBit;
            assertEquals(eightBit, part.contains("\r\nContent-Transfer-Encoding: 8bit\r\n"), part);
        }
        assertEquals(anyEightBit, text.substring(0, end + 2).contains("\r\nContent-Transfer-Encoding: 8bit\r\n"), text);
    }

    @Test
    void nothingIsEightBitThatDoesNotSaySo() throws Exception {
        becomes(new Outcome.Answered(new Outcome.Failed(new Status("5.2.1", "geschlossen für heute")), "mx.else.test", "550 5.2.1 für immer"));
        send(new Sender(BOB), asking("zoe@else.test", "FAILURE"));
        round();
        encodingsAreTrue("s.1-f1");
        var text = notice("s.1-f1");
        assertTrue(text.contains("Diagnostic-Code: smtp; 550 5.2.1 f?r immer\r\n"), text);
        assertTrue(text.contains("said: 550 5.2.1 für immer\r\n"), text);
    }

    @Test
    void whatIsPlainSaysNothingOfItsEncoding() throws Exception {
        becomes(new Outcome.Failed(new Status("5.2.1", "closed")));
        send(new Sender(BOB, Map.of("RET", "FULL")), asking("zoe@else.test", "FAILURE"));
        round();
        encodingsAreTrue("s.1-f1");
        assertFalse(notice("s.1-f1").contains("Content-Transfer-Encoding"), notice("s.1-f1"));
    }

    @Test
    void eightBitsThatComeBackAreDeclared() throws Exception {
        becomes(new Outcome.Failed(new Status("5.2.1", "closed")));
        var to = asking("zoe@else.test", "FAILURE");
        courier.deliver(new MessageId("s.1"), new Sender(BOB, Map.of("RET", "FULL", "BODY", "8BITMIME")),
                List.of(new Copy(to, List.of(Way.outside(to)), Contents.of("Subject: x\n\ngrün\n"))));
        round();
        encodingsAreTrue("s.1-f1");
    }

    @Test
    void aSenderWhoseAddressNeedsItIsToldInInternationalForm() throws Exception {
        becomes(new Outcome.Failed(new Status("5.2.1", "closed")));
        send(new Sender(new Address("jürgen", "example.test")), asking("zoe@else.test", "FAILURE"));
        round();
        var text = notice("s.1-f1");
        assertTrue(text.contains("\r\nTo: <jürgen@example.test>\r\n") && text.contains("Content-Type: message/global-delivery-status\r\n"), text);
        assertTrue(text.contains("Content-Type: message/global-headers\r\n"), text);
        assertEquals(Map.of("SMTPUTF8", ""), queue.find("s.1-f1").orElseThrow().item().from().parameters());
    }
}
