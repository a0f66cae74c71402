package org.posthouse.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Mail;

/**
 * Which messages fit a plan. First all are asked by what the listing says, then those left open by what the index keeps of their
 * headers; only what is still open then is read.
 */
final class SearchRun {
    private static final int BATCH = 256;
    private static final int LOOK_EVERY = 1024; // messages

    private final AccountSession session;
    private final String folder;
    private final List<Mail> mails;
    private final SearchPlan plan;
    private final BitSet fitting = new BitSet();
    private final Pace pace = new Pace();
    private List<Integer> open = new ArrayList<>();

    SearchRun(AccountSession session, String folder, List<Mail> mails, SearchPlan plan) {
        this.session = session;
        this.folder = folder;
        this.mails = mails;
        this.plan = plan;
    }

    /**
     * Indexes of those that fit.
     *
     * @param readers   permits to read messages
     * @param abandoned whether nobody waits for the result any more; asked now and then
     */
    BitSet run(Semaphore readers, BooleanSupplier abandoned) throws IOException {
        askListing(abandoned);
        if (!plan.fields().isEmpty() && !open.isEmpty()) {
            askDigests(abandoned);
        }
        if (!open.isEmpty()) {
            var read = new SearchReading(session, folder, plan, open.stream().map(mails::get).toList()).run(readers, abandoned);
            read.stream().map(open::get).forEach(fitting::set);
        }
        return fitting;
    }

    private void askListing(BooleanSupplier abandoned) throws Gone {
        for (int i = 0; i < mails.size(); i++) {
            if (i % LOOK_EVERY == 0) {
                mustBeWanted(abandoned);
            }
            note(new Candidate(plan, mails.get(i), pace), i);
        }
    }

    private static void mustBeWanted(BooleanSupplier abandoned) throws Gone {
        if (abandoned.getAsBoolean()) {
            throw new Gone("nobody waits for the search");
        }
    }

    private void note(Candidate candidate, int index) {
        pace.went(1);
        switch (candidate.answer()) {
            case YES -> fitting.set(index);
            case UNKNOWN -> open.add(index);
            case NO -> { }
        }
    }

    private void askDigests(BooleanSupplier abandoned) throws IOException {
        var candidates = open;
        open = new ArrayList<>();
        for (int from = 0; from < candidates.size(); from += BATCH) {
            mustBeWanted(abandoned);
            var batch = candidates.subList(from, Math.min(candidates.size(), from + BATCH));
            var digests = session.digests(folder, batch.stream().map(mails::get).toList());
            for (int index : batch) {
                var digest = digests.get(mails.get(index).uid());
                if (digest != null) { // or else the message is gone
                    note(new Candidate(plan, mails.get(index), pace).look(digest), index);
                }
            }
        }
    }
}
