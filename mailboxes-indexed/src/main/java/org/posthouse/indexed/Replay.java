package org.posthouse.indexed;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;

/** A folder as its log tells it, note by note. */
final class Replay {
    private final TreeMap<Long, Mail> mails = new TreeMap<>();
    private final Map<Long, Long> places = new HashMap<>();
    private Removals removals = new Removals(0);
    private long uidValidity;
    private long modseq;
    private long recentFrom = 1;
    private long uidNext = 1;

    void apply(Note note) {
        switch (note) {
            case Note.Begin begin -> {
                uidValidity = begin.uidValidity();
                removals = new Removals(begin.floor());
                modseq = begin.floor();
            }
            case Note.Gap gap -> {
                removals.gap(gap);
                modseq = Math.max(modseq, gap.to());
            }
            case Note.Came(var mail) -> {
                var before = mails.put(mail.uid(), mail);
                if (before != null && before.size() != mail.size()) {
                    places.remove(mail.uid()); // another program changed its header
                }
                modseq = Math.max(modseq, mail.modseq());
                uidNext = Math.max(uidNext, mail.uid() + 1);
            }
            case Note.Flagged flagged -> {
                flag(flagged);
                modseq = Math.max(modseq, flagged.modseq());
            }
            case Note.Gone gone -> {
                remove(gone.uids());
                removals.add(gone);
                modseq = Math.max(modseq, gone.modseq());
            }
            case Note.Recent recent -> recentFrom = recent.uid();
            case Note.Placed placed -> placed.places().forEach(place -> places.put(place.uid(), place.offset()));
        }
    }

    private void flag(Note.Flagged flagged) {
        for (var range : flagged.uids().ranges()) {
            mails.subMap(range.from(), true, range.to(), true).replaceAll((_, mail) ->
                    new Mail(mail.uid(), mail.size(), flagged.flags(), mail.received(), flagged.modseq(), mail.key()));
        }
    }

    private void remove(UidSet uids) {
        for (var range : uids.ranges()) {
            mails.subMap(range.from(), true, range.to(), true).clear();
        }
    }

    long uidValidity() {
        return uidValidity;
    }

    long modseq() {
        return modseq;
    }

    Removals removals() {
        return removals;
    }

    Map<Long, Long> places() {
        places.keySet().retainAll(mails.keySet());
        return places;
    }

    Listing listing() {
        return Listing.empty(uidValidity, 1, 0).with(List.copyOf(mails.values()), UidSet.NONE, uidNext, modseq)
                .withRecentFrom(recentFrom);
    }
}
