package org.posthouse.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.posthouse.message.Address;
import org.posthouse.message.Contents;
import org.posthouse.message.Status;
import org.posthouse.pipeline.Recipient;
import org.posthouse.pipeline.Sender;
import org.posthouse.queue.Line.Feedback;
import org.posthouse.state.SetClock;

/** Who goes next, and how many at a time. */
class LinesTest {
    private static final Duration REST = Duration.ofMinutes(5);
    private static final Status NO_ANSWER = new Status("4.4.1", "no answer");

    private final SetClock clock = new SetClock();
    private final Lines lines = new Lines(clock);
    private int number;

    private void add(String sender, String domain, String priority) {
        var from = new Sender(new Address(sender, "here.test"), priority.isEmpty() ? Map.of() : Map.of("MT-PRIORITY", priority));
        var to = new Destination(domain.contains("@") ? "local" : "smtp", domain, "INBOX");
        var waiting = List.of(new Queue.Waiting(new Recipient(new Address("zoe", domain)), Optional.empty()));
        var item = new Queue.Item("s." + ++number, Instant.EPOCH, from, List.of(new Queue.Leg(new DeliveryId("s." + number + ".1"), to, waiting)));
        var job = new Job(new Queue.Lease(item, Instant.EPOCH, 1, "x"), Contents.of("\n"), clock);
        lines.add(Errand.of(job, job.consignments().getFirst()));
    }

    private List<Errand> begun() {
        var begun = new ArrayList<Errand>();
        for (var next = lines.next(); next.isPresent(); next = lines.next()) {
            begun.add(next.get());
        }
        return begun;
    }

    private void ended(Errand errand, Feedback feedback) {
        lines.ended(errand, feedback, NO_ANSWER, REST);
    }

    @Test
    void aPlaceThatTakesMailGetsMoreAtATimeUpToTheBound() {
        for (int i = 0; i < 1_000; i++) {
            add("bulk", "a.test", "");
        }
        var begun = begun();
        assertEquals(5, begun.size());
        begun.forEach(e -> ended(e, Feedback.REACHED));
        begun = begun();
        assertEquals(5, begun.size(), "one round of successes has not quite made six of five");
        begun.forEach(e -> ended(e, Feedback.REACHED));
        assertEquals(6, (begun = begun()).size());
        for (int i = 0; i < 30; i++) {
            begun.forEach(e -> ended(e, Feedback.REACHED));
            begun = begun();
        }
        assertEquals(20, begun.size());
    }

    @Test
    void aPlaceThatIsNotReachedIsLeftAloneAfterThreeFailures() {
        for (int i = 0; i < 20; i++) {
            add("bulk", "down.test", "");
        }
        var begun = begun();
        ended(begun.get(0), Feedback.UNREACHED);
        ended(begun.get(1), Feedback.UNREACHED);
        assertEquals(List.of(), lines.putOff());
        ended(begun.get(2), Feedback.UNREACHED);
        assertEquals(15, lines.putOff().size());
        assertEquals(2, lines.size());
        add("bulk", "down.test", "");
        assertEquals(List.of(), begun());
        assertEquals(NO_ANSWER, lines.putOff().getFirst().why());
        ended(begun.get(3), Feedback.NOTHING);
        ended(begun.get(4), Feedback.NOTHING);
        clock.pass(REST);
        add("bulk", "down.test", "");
        add("bulk", "down.test", "");
        var again = begun();
        assertEquals(1, again.size(), "one goes to see");
        ended(again.getFirst(), Feedback.REACHED);
        assertEquals(1, begun().size());
    }

    @Test
    void theOperatorMayHurryToAPlaceThatIsDown() {
        for (int i = 0; i < 3; i++) {
            add("bulk", "down.test", "");
        }
        begun().forEach(e -> ended(e, Feedback.UNREACHED));
        lines.revive();
        add("bulk", "down.test", "");
        assertEquals(1, begun().size());
    }

    @Test
    void oneSendersThousandDoNotDelayAnothersOne() {
        for (int i = 0; i < 1_000; i++) {
            add("bulk", "a.test", "");
        }
        var first = begun();
        add("ann", "a.test", "");
        ended(first.get(0), Feedback.NOTHING);
        ended(first.get(1), Feedback.NOTHING);
        assertEquals(List.of("bulk@here.test", "ann@here.test"), begun().stream().map(Errand::sender).toList());
    }

    @Test
    void highPriorityGoesFirstAndLowLast() {
        for (int i = 0; i < 5; i++) {
            add("bulk", "a.test", "");
        }
        var first = begun();
        add("low", "a.test", "-4");
        add("usual", "a.test", "");
        add("high", "a.test", "6");
        first.forEach(e -> ended(e, Feedback.NOTHING));
        assertEquals(List.of("high@here.test", "usual@here.test", "low@here.test"), begun().stream().map(Errand::sender).toList());
    }

    @Test
    void allPlacesTogetherHaveABoundAndTakeTurns() {
        lines.limits(new Lines.Limits(6, 20, 5));
        for (int i = 0; i < 10; i++) {
            add("bulk", "a.test", "");
        }
        add("bulk", "b.test", "");
        var begun = begun();
        assertEquals(6, begun.size());
        assertTrue(begun.stream().anyMatch(e -> e.consignment().to().target().equals("b.test")));
        ended(begun.getFirst(), Feedback.NOTHING);
        assertEquals(1, begun().size());
    }

    @Test
    void aMailboxHereIsNeverDown() {
        for (int i = 0; i < 8; i++) {
            add("bulk", "ann@here.test", "");
        }
        begun().forEach(e -> ended(e, Feedback.UNREACHED));
        assertEquals(List.of(), lines.putOff());
        assertEquals(3, begun().size());
    }

    @Test
    void aPlaceThatIsReachedAfterAllKeepsWhatWaitsForIt() {
        for (int i = 0; i < 8; i++) {
            add("bulk", "a.test", "");
        }
        var begun = begun();
        begun.subList(0, 3).forEach(e -> ended(e, Feedback.UNREACHED));
        begun.subList(3, 5).forEach(e -> ended(e, Feedback.REACHED));
        assertEquals(List.of(), lines.putOff());
        assertEquals(2, begun().size());
    }

    @Test
    void whatTheOperatorHurriesIsNotPutOff() {
        for (int i = 0; i < 8; i++) {
            add("bulk", "down.test", "");
        }
        begun().forEach(e -> ended(e, Feedback.UNREACHED));
        lines.revive();
        assertEquals(List.of(), lines.putOff());
        assertEquals(1, begun().size());
    }

    @Test
    void aPlaceThatBearsLessGetsNoMoreThanThat() {
        for (int i = 0; i < 8; i++) {
            add("bulk", "a.test", "");
        }
        var begun = begun();
        ended(begun.get(0), Feedback.NOTHING);
        ended(begun.get(1), Feedback.UNREACHED);
        assertEquals(List.of(), begun());
    }

    @Test
    void hostsThatHangMakeRoomForOthersAfterAWhile() {
        lines.limits(new Lines.Limits(6, 20, 5));
        for (int i = 0; i < 12; i++) {
            add("bulk", "hangs" + i + ".test", "");
        }
        assertEquals(6, begun().size());
        add("ann", "good.test", "");
        assertEquals(List.of(), begun());
        clock.pass(Lines.SLOW);
        assertEquals(6, begun().size());
        clock.pass(Lines.SLOW);
        var good = begun();
        assertEquals(List.of("ann@here.test"), good.stream().map(Errand::sender).toList());
        ended(good.getFirst(), Feedback.REACHED);
        add("ann", "good.test", "");
        assertEquals(1, begun().size());
    }

    @Test
    void howManyHangTogetherHasABound() {
        lines.limits(new Lines.Limits(6, 20, 5));
        for (int i = 0; i < 100; i++) {
            add("bulk", "hangs" + i + ".test", "");
        }
        int begun = 0;
        for (int i = 0; i < 20; i++) {
            begun += begun().size();
            clock.pass(Lines.SLOW);
        }
        assertEquals(18, begun);
    }

    @Test
    void whatHungLastTimeLeavesRoomForThoseOfWhomNothingBadIsKnown() {
        lines.limits(new Lines.Limits(6, 20, 5));
        for (int i = 0; i < 18; i++) {
            add("bulk", "hangs" + i + ".test", "");
        }
        var hanging = new ArrayList<Errand>();
        for (int i = 0; i < 3; i++) {
            hanging.addAll(begun());
            clock.pass(Lines.SLOW);
        }
        assertEquals(18, hanging.size());
        hanging.forEach(e -> ended(e, Feedback.UNREACHED));
        clock.pass(REST);
        for (int i = 0; i < 18; i++) {
            add("bulk", "hangs" + i + ".test", "");
        }
        assertEquals(6, begun().size(), "as many as hung before may go to see");
        clock.pass(Lines.SLOW);
        assertEquals(List.of(), begun());
        add("ann", "good.test", "");
        assertEquals(1, begun().size(), "and another need not wait for them");
    }

    @Test
    void aPlaceThatHangsGetsNoMoreUntilItAnswers() {
        for (int i = 0; i < 20; i++) {
            add("bulk", "slow.test", "");
        }
        var begun = begun();
        assertEquals(5, begun.size());
        ended(begun.get(0), Feedback.NOTHING);
        assertEquals(1, begun().size());
        clock.pass(Lines.SLOW);
        assertEquals(List.of(), begun());
        ended(begun.get(1), Feedback.NOTHING);
        assertEquals(List.of(), begun());
        ended(begun.get(2), Feedback.REACHED);
        assertEquals(2, begun().size());
    }
}
