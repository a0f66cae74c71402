package org.posthouse.indexed;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.posthouse.mailbox.UidSet;

/** Which UIDs were removed when, as far back as that is remembered; guarded by its folder's lock. */
final class Removals {
    private static final int MOST = 4_096; // removals and ranges; more than a client that comes once a month misses

    private final List<Note.Gone> gone = new ArrayList<>();
    private final List<Note.Gap> gaps = new ArrayList<>();
    private long floor;
    private int ranges;

    Removals(long floor) {
        this.floor = floor;
    }

    long floor() {
        return floor;
    }

    /** All that is remembered. */
    List<Note> notes() {
        return Stream.<Note>concat(gaps.stream(), gone.stream()).toList();
    }

    void add(Note.Gone note) {
        gone.add(note);
        ranges += note.uids().ranges().size();
        if (gone.size() > MOST || ranges > MOST) {
            forgetHalf();
        }
    }

    private void forgetHalf() {
        int half = (gone.size() + 1) / 2;
        var old = gone.subList(0, half);
        old.forEach(note -> ranges -= note.uids().ranges().size());
        floor = old.getLast().modseq();
        old.clear();
        gaps.removeIf(gap -> gap.to() <= floor);
    }

    void gap(Note.Gap note) {
        gaps.add(note);
    }

    /** Empty when that is not known. */
    Optional<UidSet> since(long modseq) {
        if (modseq < floor || gaps.stream().anyMatch(gap -> gap.from() < modseq && modseq < gap.to())) {
            return Optional.empty();
        }
        return Optional.of(UidSet.ofRanges(gone.stream().filter(note -> note.modseq() > modseq)
                .flatMap(note -> note.uids().ranges().stream()).toList()));
    }
}
