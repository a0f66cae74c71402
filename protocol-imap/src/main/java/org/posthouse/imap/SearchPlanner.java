package org.posthouse.imap;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.posthouse.imap.SearchKey.Day;
import org.posthouse.imap.SearchKey.Text.Where;
import org.posthouse.imap.SearchKey.Within;
import org.posthouse.mailbox.Digest;

/** Makes a plan of what a client wrote. The tree of keys is no deeper than the parser allows. */
final class SearchPlanner {
    private static final long MOST_QUESTIONS = 100_000_000; // keys times messages: some seconds of one core
    private static final int MOST_FIELDS = 1_000; // keys that look into header fields, each of which may have to be read through
    private static final int MOST_TEXTS = 100; // for each of which a body may have to be read through

    private record Needle(Where where, String text) {}

    private final View view;
    private final Instant now;
    private final Set<String> fields = new HashSet<>();
    private final Map<Needle, Integer> indexes = new HashMap<>();
    private final List<String> needles = new ArrayList<>();
    private final BitSet anywhere = new BitSet();
    private boolean byModseq;
    private long keys;
    private int fieldKeys;

    private SearchPlanner(View view, Instant now) {
        this.view = view;
        this.now = now;
    }

    /** @throws Rejection NO [LIMIT] where the different keys are too many for what there is to search */
    static SearchPlan plan(SearchKey key, View view, Instant now) throws Rejection {
        var planner = new SearchPlanner(view, now);
        var criterion = planner.criterion(key);
        planner.mustBeBounded();
        var all = new BitSet();
        all.set(0, planner.needles.size());
        return new SearchPlan(criterion, planner.fields, new Finder.Needles(planner.needles), planner.anywhere, all, planner.byModseq);
    }

    private void mustBeBounded() throws Rejection {
        if (keys * view.told().size() > MOST_QUESTIONS || fieldKeys > MOST_FIELDS || needles.size() > MOST_TEXTS) {
            throw new Rejection(Reply.no("LIMIT", "Too many keys at once; ask in parts"));
        }
    }

    private Criterion criterion(SearchKey key) throws Rejection {
        return switch (key) {
            case SearchKey.And(var keys) -> new Criterion.Every(criteria(keys));
            case SearchKey.Or(var keys) -> new Criterion.Any(criteria(keys));
            case SearchKey.Not(var one) -> new Criterion.Not(criterion(one));
            case SearchKey.All() -> new Criterion.Every(List.of());
            case SearchKey.HasFlag(var flag) -> new Criterion.Flagged(flag);
            case SearchKey.Recent() -> new Criterion.Recent(view);
            case SearchKey.In(var by, var set) -> new Criterion.Uids(view.found(by, set));
            case Day day when day.date() == Day.Date.SENT -> sent(day);
            case Day day -> received(day);
            case Within(var age, long seconds) -> within(age, seconds);
            case SearchKey.Larger(long octets) -> new Criterion.Size(octets, Long.MAX_VALUE);
            case SearchKey.Smaller(long octets) -> new Criterion.Size(-1, octets);
            case SearchKey.Header(var name, var text) -> field(name.toLowerCase(Locale.ROOT), text);
            case SearchKey.Text(var where, var text) -> new Criterion.Words(needle(where, text));
            case SearchKey.ModSeq(long atLeast) -> {
                byModseq = true;
                yield new Criterion.Changed(atLeast);
            }
            case SearchKey.Refused(var reply) -> throw new Rejection(reply);
        };
    }

    /** Each once. Any order is right; in this one most messages are decided by what is cheap. */
    private List<Criterion> criteria(List<SearchKey> each) throws Rejection {
        var different = new LinkedHashSet<Criterion>();
        for (var key : each) {
            different.add(criterion(key));
        }
        keys += different.size();
        fieldKeys += different.stream().filter(SearchPlanner::readsField).count();
        return different.stream().sorted(Comparator.comparingInt(SearchPlanner::cost)).toList();
    }

    private static boolean readsField(Criterion criterion) {
        return switch (criterion) {
            case Criterion.Field _, Criterion.Sent _ -> true;
            case Criterion.Not(var one) -> readsField(one);
            case Criterion.Every _, Criterion.Any _, Criterion.Listed _, Criterion.Words _ -> false;
        };
    }

    private static int cost(Criterion criterion) {
        return switch (criterion) {
            case Criterion.Listed _ -> 0;
            case Criterion.Sent _ -> 1;
            case Criterion.Field field -> Digest.FIELDS.contains(field.name()) ? 1 : 2;
            case Criterion.Words _ -> 3;
            case Criterion.Not(var one) -> cost(one);
            case Criterion.Every(var all) -> all.isEmpty() ? 0 : cost(all.getLast());
            case Criterion.Any(var all) -> all.isEmpty() ? 0 : cost(all.getLast());
        };
    }

    /** RFC 3501 §6.4.4: "disregarding time and timezone"; the day is the one that INTERNALDATE tells, in UTC. */
    private static Criterion received(Day key) {
        var begin = start(key.day());
        var end = start(key.day().plusDays(1));
        return switch (key.relation()) {
            case BEFORE -> new Criterion.Received(Instant.MIN, begin);
            case ON -> new Criterion.Received(begin, end);
            case SINCE -> new Criterion.Received(begin, Instant.MAX);
        };
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private Criterion sent(Day key) {
        fields.add("date");
        return new Criterion.Sent(key.relation(), key.day());
    }

    /** RFC 5032 §3: the moment itself belongs to both. */
    private Criterion within(Within.Age age, long seconds) {
        var then = now.minusSeconds(seconds);
        return switch (age) {
            case YOUNGER -> new Criterion.Received(then, Instant.MAX);
            case OLDER -> new Criterion.Received(Instant.MIN, then.plusNanos(1));
        };
    }

    private Criterion field(String name, String text) {
        fields.add(name);
        return new Criterion.Field(name, CaseFold.of(text));
    }

    private int needle(Where where, String text) {
        return indexes.computeIfAbsent(new Needle(where, CaseFold.of(text)), _ -> {
            anywhere.set(needles.size(), where == Where.ANYWHERE);
            needles.add(text);
            return needles.size() - 1;
        });
    }
}
