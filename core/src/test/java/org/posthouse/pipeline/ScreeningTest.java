package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.posthouse.message.Address;
import org.posthouse.message.Content;
import org.posthouse.message.Contents;
import org.posthouse.message.MessageId;
import org.posthouse.message.Status;
import org.posthouse.message.Unavailable;
import org.posthouse.net.TestPeers;
import org.posthouse.observe.MemoryMetrics;
import org.posthouse.observe.MemoryTrace;
import org.posthouse.pipeline.FilterSettings.Mode;
import org.posthouse.pipeline.FilterSettings.OnFailure;
import org.posthouse.pipeline.ScriptedFilter.Saying;
import org.posthouse.pipeline.Verdict.Disposition;
import org.posthouse.pipeline.Verdict.Effect;
import org.posthouse.state.SetClock;
import org.posthouse.swap.Plugins;

class ScreeningTest {
    private static final Recipient ANN = new Recipient(new Address("ann", "example.test"));
    private static final Content LETTER = Contents.of("Subject: x\n\nhello\n");
    private static final Saying FAILS = () -> {
        throw new IOException("its own trouble");
    };

    private final Plugins<Filter> filters = new Plugins<>("filter");
    private final MemoryTrace trace = new MemoryTrace();
    private final MemoryMetrics metrics = new MemoryMetrics();
    private final SetClock clock = new SetClock();
    private final Screening screening = new Screening(filters, trace, metrics, clock);
    private final Client client = new Client(TestPeers.peer("192.0.2.1"));

    @Test
    void withoutFiltersNothingIsRuled() throws IOException {
        assertSame(Ruling.NONE, ask());
    }

    @Test
    void judgesSeeWhatFactsFound() throws IOException {
        arrive("filter-z", "facts").at("connect", Verdict.score("LISTED", 3, "zen"));
        var judge = arrive("filter-a", "judge");
        assertEquals(3, ask().score(ANN));
        assertEquals(List.of(new Finding("filter-z", "LISTED", 3, "zen")), judge.findings());
    }

    @Test
    void filtersWithoutPhaseJudge() throws IOException {
        arrive("filter-facts", "facts").at("connect", Verdict.score("X", 1, ""));
        var plain = new ScriptedFilter();
        filters.arrive("filter-plain", plain, Map.of());
        ask();
        assertEquals(1, plain.findings().size());
    }

    @Test
    void oneThatComesBackWhileOthersAreAskedIsAskedInItsPhase() throws IOException {
        filters.expect(Set.of("filter-facts", "filter-slow"));
        var reloaded = arrive("filter-facts", "facts");
        var slow = arrive("filter-slow", "facts");
        ask();
        filters.depart(reloaded);
        slow.at("connect", () -> {
            filters.arrive("filter-facts", reloaded, Map.of("phase", "facts"));
            return Verdict.PASS;
        });
        reloaded.at("connect", Verdict.refuse("5.7.1", "listed"));
        assertEquals("5.7.1", refusal(ask()).code());
    }

    @Test
    void whatFactsFoundIsForgottenWhereJudgesCannotBeAsked() throws IOException {
        arrive("filter-facts", "facts").at("connect", Verdict.score("LISTED", 3, "zen"));
        screening.require(Set.of("filter-away"));
        assertThrows(Unavailable.class, this::ask);
        assertEquals(List.of(), client.findings());
    }

    @Test
    void judgesAreNotAskedWhereFactsRefuseForGood() throws IOException {
        arrive("filter-facts", "facts").at("connect", Verdict.refuse("5.7.1", "listed"));
        var judge = arrive("filter-judge", "judge");
        assertEquals("5.7.1", refusal(ask()).code());
        assertEquals(List.of(), judge.asked());
    }

    @Test
    void sealFiltersAreAskedAboutMessagesOnly() throws IOException {
        var seal = arrive("filter-seal", "seal");
        ask();
        assertEquals(List.of(), seal.asked());
    }

    @Test
    void filtersOfAPhaseAreAskedSideBySide() throws IOException {
        var both = new CountDownLatch(2);
        Saying meets = () -> {
            both.countDown();
            return await(both) ? Verdict.PASS : Verdict.refuse("5.7.1", "alone");
        };
        arrive("filter-a", "judge").at("connect", meets);
        arrive("filter-b", "judge").at("connect", meets);
        assertTrue(ask().disposition(ANN) instanceof Disposition.Pass);
    }

    @Test
    void sealFiltersSeeWhatThoseBeforeThemPutInFront() throws IOException {
        arrive("filter-a", "seal").at("message", Verdict.PASS.and(new Effect.AddHeader("X-A", "1")));
        var last = arrive("filter-b", "seal").at("message", Verdict.PASS.and(new Effect.Rewrite("X-B: 1\r\n\t2\r\n")));
        var sealed = screening.seal(client, new Envelope(new MessageId("s.1"), new Sender(Address.NULL), List.of(ANN)), LETTER);
        assertEquals("X-A: 1\r\nSubject: x\r\n\r\nhello\r\n", text(last.message()));
        assertEquals("X-B: 1\r\n\t2\r\nX-A: 1\r\nSubject: x\r\n\r\nhello\r\n", text(sealed.content()));
    }

    @Test
    void aFailureDefersByDefaultAndPassesWhereSet() throws IOException {
        arrive("filter-a", "judge").at("connect", FAILS);
        var ruling = ask();
        assertEquals("4.7.1", refusal(ruling).code());
        assertTrue(!ruling.settled());
        set(s -> new FilterSettings(s.mode(), s.budget(), OnFailure.PASS));
        assertTrue(ask().disposition(ANN) instanceof Disposition.Pass);
        assertEquals(2, metrics.counted("filter_failures", "filter", "filter-a"));
    }

    @Test
    void everyKindOfFailureDefers() throws IOException {
        var filter = arrive("filter-a", "judge");
        var kinds = List.<Saying>of(() -> null, () -> {
            throw new IllegalStateException("bug");
        }, () -> {
            throw new Unavailable("its state is away");
        }, () -> new Verdict(new Disposition.Refuse(Status.OK), List.of(), Map.of()));
        for (var kind : kinds) {
            filter.at("connect", kind);
            assertEquals("4.7.1", refusal(ask()).code());
        }
    }

    @Test
    void aVerdictThatCannotBeIsAFailure() throws IOException {
        var filter = arrive("filter-a", "judge");
        for (var wrong : List.of(new Effect.Score("X", Double.NaN, ""), new Effect.AddHeader("no name", ""),
                new Effect.Rewrite("X-A: 1\r\n"), new Effect.FileInto(" "))) {
            filter.at("connect", Verdict.only(Set.of(ANN), Verdict.PASS.and(wrong)));
            clock.pass(Breaker.PAUSE);
            assertEquals("4.7.1", refusal(ask()).code(), wrong::toString);
        }
        arrive("filter-a", "seal").at("message", Verdict.PASS.and(new Effect.Rewrite("X-A: 1\r\n\r\n")));
        var sealed = screening.seal(client, new Envelope(new MessageId("s.1"), new Sender(Address.NULL), List.of(ANN)), LETTER);
        assertEquals("4.7.1", refusal(sealed.ruling()).code());
    }

    @Test
    void aCallOverItsBudgetIsAFailure() throws IOException {
        set(s -> new FilterSettings(s.mode(), Duration.ofMillis(50), s.onFailure()));
        var interrupted = new CountDownLatch(1);
        arrive("filter-a", "judge").at("connect", () -> {
            try {
                Thread.sleep(Duration.ofSeconds(60));
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return Verdict.PASS;
        });
        assertEquals("4.7.1", refusal(ask()).code());
        assertTrue(await(interrupted));
    }

    @Test
    void afterFiveFailuresItIsNotAskedForAWhile() throws IOException {
        var filter = arrive("filter-a", "judge").at("connect", FAILS);
        for (int i = 0; i < 10; i++) {
            assertEquals("4.7.1", refusal(ask()).code());
        }
        assertEquals(Breaker.FAILURES, filter.asked().size());
        filter.at("connect", Verdict.PASS);
        clock.pass(Breaker.PAUSE);
        assertTrue(ask().settled());
        assertTrue(ask().settled());
    }

    @Test
    void whatFailsAtOneStageIsCountedForThatStage() throws IOException {
        var filter = arrive("filter-a", "judge").at("hello", FAILS);
        for (int i = 0; i < 2 * Breaker.FAILURES; i++) {
            ask();
            screening.ask(new Question("hello", "s", client, f -> f.onHello(client)));
        }
        assertEquals(Breaker.FAILURES, filter.asked().stream().filter("hello"::equals).count());
        assertEquals(2 * Breaker.FAILURES, filter.asked().stream().filter("connect"::equals).count());
    }

    @Test
    void anotherFiltersRefusalIsStrongerThanAFailure() throws IOException {
        arrive("filter-a", "judge").at("connect", FAILS);
        arrive("filter-b", "judge").at("connect", Verdict.refuse("5.7.1", "listed"));
        assertEquals("5.7.1", refusal(ask()).code());
    }

    @Test
    void shadowOnlyWritesDownWhatItWouldHaveDone() throws IOException {
        set(s -> new FilterSettings(Mode.SHADOW, s.budget(), s.onFailure()));
        arrive("filter-a", "facts").at("connect", Verdict.refuse("5.7.1", "listed").and(new Effect.Score("X", 9, "")));
        var judge = arrive("filter-b", "judge");
        assertTrue(ask().disposition(ANN) instanceof Disposition.Pass);
        assertEquals(List.of(), judge.findings());
        var event = trace.events().getFirst();
        assertEquals(Map.of("filter", "filter-a", "stage", "connect", "disposition", "refuse 5.7.1 listed", "symbols", "X(9.0)",
                "mode", "shadow"), event.values());
        arrive("filter-a", "facts").at("connect", FAILS);
        assertTrue(ask().disposition(ANN) instanceof Disposition.Pass);
    }

    @Test
    void offIsNotAsked() throws IOException {
        set(s -> new FilterSettings(Mode.OFF, s.budget(), s.onFailure()));
        screening.require(Set.of("filter-a"));
        var filter = arrive("filter-a", "judge").at("connect", Verdict.refuse("5.7.1", "no"));
        assertTrue(ask().disposition(ANN) instanceof Disposition.Pass);
        assertEquals(List.of(), filter.asked());
    }

    @Test
    void mailWaitsForARequiredFilterThatIsAwayWhateverOnFailureSays() throws IOException {
        set(s -> new FilterSettings(s.mode(), s.budget(), OnFailure.PASS));
        screening.require(Set.of("filter-a"));
        for (int i = 0; i < 2 * Breaker.FAILURES; i++) {
            assertThrows(Unavailable.class, this::ask);
        }
        arrive("filter-a", "judge");
        assertTrue(ask().settled());
    }

    @Test
    void aFilterThatIsExpectedIsWaitedFor() throws Exception {
        filters.expect(List.of("filter-a"));
        var waiting = new FutureTask<>(this::ask);
        Thread.ofVirtual().start(waiting);
        var late = new ScriptedFilter().at("connect", Verdict.quarantine("odd"));
        filters.arrive("filter-a", late, Map.of("phase", "judge"));
        assertEquals(new Disposition.Quarantine("odd"), waiting.get(10, TimeUnit.SECONDS).disposition(ANN));
    }

    @Test
    void aFilterThatIsRegisteredAnewBetweenThePhasesIsNotMissed() throws IOException {
        var again = new ScriptedFilter().at("connect", Verdict.quarantine("odd"));
        var first = arrive("filter-a", "facts");
        filters.expect(List.of("filter-a", "filter-z"));
        filters.depart(first);
        arrive("filter-z", "facts").at("connect", () -> {
            filters.arrive("filter-a", again, Map.of("phase", "facts"));
            return Verdict.PASS;
        });
        assertEquals(new Disposition.Quarantine("odd"), ask().disposition(ANN));
    }

    @Test
    void aFilterThatIsAwayForLongerThanGraceIsAFailure() throws IOException {
        filters.grace(Duration.ofMillis(10));
        filters.expect(List.of("filter-a"));
        assertEquals("4.7.1", refusal(ask()).code());
        set(s -> new FilterSettings(s.mode(), s.budget(), OnFailure.PASS));
        assertTrue(ask().disposition(ANN) instanceof Disposition.Pass);
        screening.require(Set.of("filter-a"));
        assertThrows(Unavailable.class, this::ask);
    }

    @Test
    void aRequiredFilterThatFailsIsAFailureLikeAnyOther() throws IOException {
        set(s -> new FilterSettings(s.mode(), s.budget(), OnFailure.PASS));
        screening.require(Set.of("filter-a"));
        arrive("filter-a", "judge").at("connect", () -> {
            throw new Unavailable("its state is away");
        });
        assertTrue(ask().disposition(ANN) instanceof Disposition.Pass);
    }

    @Test
    void writesDownVerdictsButNotThatNothingWasSaid() throws IOException {
        arrive("filter-a", "judge");
        ask();
        assertEquals(List.of(), trace.events());
        assertEquals(1, metrics.times("filter_time", "filter", "filter-a").size());
        arrive("filter-a", "judge").at("connect", Verdict.quarantine("odd"));
        ask();
        assertEquals("quarantine odd", trace.events().getFirst().values().get("disposition"));
    }

    private Ruling ask() throws IOException {
        return screening.ask(new Question("connect", "s", client, f -> f.onConnect(client)));
    }

    private ScriptedFilter arrive(String name, String phase) {
        var filter = new ScriptedFilter();
        filters.arrive(name, filter, Map.of("phase", phase));
        return filter;
    }

    private void set(UnaryOperator<FilterSettings> change) {
        screening.configure(Map.of("filter-a", change.apply(FilterSettings.USUAL)));
    }

    private static Status refusal(Ruling ruling) {
        return ((Disposition.Refuse) ruling.disposition(ANN)).status();
    }

    private static String text(Content content) throws IOException {
        try (var in = content.open()) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }
}
