package org.posthouse.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ListingTest {
    private static final Random RANDOM = new Random(11);

    private static Mail mail(long uid, long modseq) {
        return new Mail(uid, 100 + uid, Set.of(), Instant.EPOCH, modseq, "k" + uid);
    }

    /** Messages that come, change and go in any order, beside a map that is simply right. */
    @Test
    void isAfterAnyChangesWhatAMapWouldBe() {
        var truth = new TreeMap<Long, Mail>();
        var listing = Listing.empty(1, 1, 1);
        long uidNext = 1;
        for (long modseq = 2; modseq < 300; modseq++) {
            var news = new ArrayList<Mail>();
            for (int i = RANDOM.nextInt(RANDOM.nextInt(10) == 0 ? 2000 : 20); i > 0; i--) {
                news.add(mail(uidNext++, modseq));
            }
            var gone = new ArrayList<Long>();
            for (var known : List.copyOf(truth.keySet())) {
                int chance = RANDOM.nextInt(50);
                if (chance == 0) {
                    gone.add(known);
                } else if (chance == 1) {
                    news.add(mail(known, modseq));
                }
            }
            listing = listing.with(news, UidSet.of(gone), uidNext, modseq);
            news.forEach(mail -> truth.put(mail.uid(), mail));
            gone.forEach(truth::remove);
            compare(truth, listing, modseq - RANDOM.nextInt(5));
        }
    }

    private static void compare(TreeMap<Long, Mail> truth, Listing listing, long since) {
        var all = List.copyOf(truth.values());
        assertEquals(all, listing.mails());
        assertEquals(all, listing.mails().stream().toList());
        assertEquals(all.size(), listing.size());
        assertEquals(all.stream().filter(mail -> mail.modseq() > since).toList(), listing.changedSince(since));
        for (int i = 0; i < all.size(); i += 1 + RANDOM.nextInt(50)) {
            assertSame(all.get(i), listing.get(i));
            assertEquals(i, listing.indexOf(all.get(i).uid()));
        }
        long from = 1 + RANDOM.nextInt(1000);
        assertEquals(List.copyOf(truth.subMap(from, true, from + 500, true).values()), listing.in(UidSet.range(from, from + 500)));
    }

    @Test
    void sharesWhatDoesNotChange() {
        var many = new ArrayList<Mail>();
        for (int uid = 1; uid <= 100_000; uid++) {
            many.add(mail(uid, 2));
        }
        var before = Listing.empty(1, 1, 1).with(many, UidSet.NONE, 100_001, 2);
        var after = before.with(List.of(mail(50_000, 3)), UidSet.NONE, 100_001, 3);
        assertEquals(List.of(mail(50_000, 3)), after.changedSince(2));
        assertEquals(100_000, after.size());
        assertSame(before.get(0), after.get(0));
        assertTrue(after.changedSince(3).isEmpty());
    }
}
