package org.posthouse.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.posthouse.message.Address;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Ruling.Ruled;
import org.posthouse.pipeline.Verdict.Disposition;
import org.posthouse.pipeline.Verdict.Effect;

class RulingTest {
    private static final Recipient ANN = new Recipient(new Address("ann", "example.test"));
    private static final Recipient BOB = new Recipient(new Address("bob", "example.test"));
    private static final int STRENGTHS = 4;

    @Test
    void whatSaysNothingIsNotKeptForARecipient() {
        var scores = new Ruling.Ruled("filter-b", Verdict.score("X", 1, ""), true);
        var ruling = new Ruling(List.of(new Ruling.Ruled("filter-a", Verdict.PASS, true), scores));
        assertEquals(List.of("filter-b"), ruling.only(ANN).given().stream().map(Ruling.Ruled::filter).toList());
    }

    @Test
    void theStrongestOfAnyThreeWinsAndAmongEqualsTheFirstByName() {
        for (int a = 0; a < STRENGTHS; a++) {
            for (int b = 0; b < STRENGTHS; b++) {
                for (int c = 0; c < STRENGTHS; c++) {
                    int strongest = Math.max(a, Math.max(b, c));
                    var winner = a == strongest ? "a" : b == strongest ? "b" : "c";
                    var expected = of(strongest, winner).disposition();
                    for (var given : orders(ruled("a", of(a, "a")), ruled("b", of(b, "b")), ruled("c", of(c, "c")))) {
                        assertEquals(expected, new Ruling(given).disposition(ANN), () -> given.toString());
                    }
                }
            }
        }
    }

    @Test
    void combiningIsTheSameWhicheverIsGroupedFirst() {
        for (int a = 0; a < STRENGTHS; a++) {
            for (int b = 0; b < STRENGTHS; b++) {
                for (int c = 0; c < STRENGTHS; c++) {
                    var x = ruling("a", of(a, "1"));
                    var y = ruling("b", of(b, "2"));
                    var z = ruling("a", of(c, "3"));
                    assertEquals(x.and(y).and(z), x.and(y.and(z)));
                    assertEquals(x.and(y).disposition(ANN), y.and(x).disposition(ANN));
                }
            }
        }
    }

    @Test
    void nothingGivenPasses() {
        assertEquals(new Disposition.Pass(), Ruling.NONE.disposition(ANN));
        assertTrue(Ruling.NONE.settled());
        assertFalse(Ruling.NONE.refusesAll());
        assertEquals("", Ruling.NONE.commonLines());
        var some = ruling("a", of(2, "a"));
        assertEquals(some, some.and(Ruling.NONE));
        assertEquals(some, Ruling.NONE.and(some));
    }

    @Test
    void forSomeItHoldsForThemOnlyAtEveryStrength() {
        for (int all = 0; all < STRENGTHS; all++) {
            for (int some = 0; some < STRENGTHS; some++) {
                var verdict = new Verdict(of(all, "all").disposition(), List.of(), Map.of(Set.of(ANN), of(some, "some")));
                var ruling = ruling("a", verdict);
                assertEquals(of(Math.max(all, some), some >= all ? "some" : "all").disposition(), ruling.disposition(ANN));
                assertEquals(of(all, "all").disposition(), ruling.disposition(BOB));
                assertEquals(all == 3, ruling.refusesAll());
            }
        }
    }

    @Test
    void someWithinSomeHoldsForThoseInBoth() {
        var inner = Verdict.only(Set.of(ANN), Verdict.quarantine("inner"));
        var ruling = ruling("a", Verdict.only(Set.of(ANN, BOB), inner));
        assertEquals(new Disposition.Quarantine("inner"), ruling.disposition(ANN));
        assertEquals(new Disposition.Pass(), ruling.disposition(BOB));
        var never = ruling("a", Verdict.only(Set.of(BOB), inner));
        assertEquals(new Disposition.Pass(), never.disposition(ANN));
    }

    @Test
    void overlappingSetsCountInAFixedOrder() {
        var verdict = new Verdict(new Disposition.Pass(), List.of(), Map.of(
                Set.of(ANN, BOB), Verdict.refuse("4.7.1", "both"), Set.of(ANN), Verdict.refuse("4.7.1", "ann")));
        for (int i = 0; i < 20; i++) {
            assertEquals("ann", ((Disposition.Refuse) ruling("a", verdict).disposition(ANN)).status().text());
        }
    }

    @Test
    void theFirstFolderByNameCountsForEachRecipient() {
        var ruling = ruling("b", file("B")).and(ruling("a", Verdict.only(Set.of(ANN), file("A")))).and(ruling("c", file("C")));
        assertEquals(Optional.of("A"), ruling.folder(ANN));
        assertEquals(Optional.of("B"), ruling.folder(BOB));
        assertEquals(Optional.empty(), Ruling.NONE.folder(ANN));
    }

    @Test
    void withinAFilterWhatIsForSomeComesFirst() {
        var verdict = new Verdict(new Disposition.Pass(), List.of(new Effect.FileInto("All")), Map.of(Set.of(ANN), file("Ann")));
        assertEquals(Optional.of("Ann"), ruling("a", verdict).folder(ANN));
        assertEquals(Optional.of("All"), ruling("a", verdict).folder(BOB));
    }

    @Test
    void scoresAddUpForThoseTheyHoldFor() {
        var ruling = ruling("a", Verdict.score("X", 1.5, "").and(new Effect.Score("Y", 2, "")))
                .and(ruling("b", Verdict.only(Set.of(ANN), Verdict.score("Z", -0.5, ""))));
        assertEquals(3.0, ruling.score(ANN));
        assertEquals(3.5, ruling.score(BOB));
        assertEquals(List.of(new Finding("a", "X", 1.5, ""), new Finding("a", "Y", 2, "")), ruling.findings());
        assertEquals(3, ruling.allFindings().size());
    }

    @Test
    void allHeadersAreKeptInOrderOfNames() {
        var ruling = ruling("b", header("X-B", "2")).and(ruling("a", header("X-A", "1").and(new Effect.AddHeader("X-A", "1b"))))
                .and(ruling("c", Verdict.only(Set.of(ANN), header("X-C", "3"))));
        assertEquals("X-A: 1\r\nX-A: 1b\r\nX-B: 2\r\n", ruling.commonLines());
        assertEquals("X-C: 3\r\n", ruling.linesFor(ANN));
        assertEquals("", ruling.linesFor(BOB));
    }

    @Test
    void onlyNarrowsToOneRecipient() {
        var ruling = ruling("a", header("X-A", "1").and(new Effect.Score("S", 1, ""))).only(ANN);
        assertEquals("", ruling.commonLines());
        assertEquals("X-A: 1\r\n", ruling.linesFor(ANN));
        assertEquals(0, ruling.score(BOB));
    }

    @Test
    void isSettledOnlyWhenAllAnswered() {
        var failed = new Ruling(List.of(new Ruled("a", Verdict.PASS, false)));
        assertFalse(failed.settled());
        assertFalse(failed.and(ruling("b", Verdict.PASS)).settled());
    }

    private static Verdict of(int strength, String why) {
        return switch (strength) {
            case 0 -> Verdict.PASS;
            case 1 -> Verdict.quarantine(why);
            case 2 -> new Verdict(new Disposition.Refuse(new Status("4.7.1", why)), List.of(), Map.of());
            default -> new Verdict(new Disposition.Refuse(new Status("5.7.1", why)), List.of(), Map.of());
        };
    }

    private static Verdict file(String folder) {
        return Verdict.PASS.and(new Effect.FileInto(folder));
    }

    private static Verdict header(String name, String body) {
        return Verdict.PASS.and(new Effect.AddHeader(name, body));
    }

    private static Ruled ruled(String filter, Verdict verdict) {
        return new Ruled(filter, verdict, true);
    }

    private static Ruling ruling(String filter, Verdict verdict) {
        return new Ruling(List.of(ruled(filter, verdict)));
    }

    private static List<List<Ruled>> orders(Ruled a, Ruled b, Ruled c) {
        var orders = new ArrayList<List<Ruled>>();
        for (var first : List.of(a, b, c)) {
            for (var second : List.of(a, b, c)) {
                for (var third : List.of(a, b, c)) {
                    if (first != second && second != third && first != third) {
                        orders.add(List.of(first, second, third));
                    }
                }
            }
        }
        return orders;
    }
}
