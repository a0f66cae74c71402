package org.posthouse.imap;

import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.posthouse.imap.Command.Search;
import org.posthouse.imap.Command.SearchReturn.Option;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;
import org.posthouse.message.Refusal;

/**
 * SEARCH and UID SEARCH (RFC 3501 §6.4.4), with the results of RFC 4731, which RFC 5182 lets save, and the MODSEQ of RFC 7162
 * §3.1.5. Searches the messages that the client knows of, as they are at this moment.
 */
final class SearchCommand {
    private final Output out;
    private final Enabled enabled;
    private final Clock clock;
    private final Semaphore readers;
    private final BooleanSupplier abandoned;

    /**
     * @param readers   permits to read messages, which all sessions share
     * @param abandoned whether the client has gone; asked now and then while a search goes on
     */
    SearchCommand(Output out, Enabled enabled, Clock clock, Semaphore readers, BooleanSupplier abandoned) {
        this.out = out;
        this.enabled = enabled;
        this.clock = clock;
        this.readers = readers;
        this.abandoned = abandoned;
    }

    Reply run(AccountSession session, View view, Search command, String tag) throws Rejection, Refusal, IOException {
        var options = command.returns().map(Command.SearchReturn::options).orElse(Set.of());
        var plan = plan(command, options.contains(Option.SAVE), view);
        if (plan.byModseq()) {
            enabled.enableCondstore(); // RFC 7162 §3.1
        }
        var mails = known(session, view);
        var found = new SearchRun(session, view.folder(), mails, plan).run(readers, abandoned).stream().mapToObj(mails::get).toList();
        if (command.returns().isEmpty()) {
            tell(numbers(command.by(), found, view), plan.byModseq() ? modseq(found) : 0);
        } else {
            tell(tag, command.by(), options, found, view, plan.byModseq());
        }
        if (!options.contains(Option.SAVE)) {
            return Reply.ok("Searched");
        }
        view.save(UidSet.ofSorted(ofInterest(options, found).stream().mapToLong(Mail::uid)));
        return Reply.ok("Searched and saved");
    }

    private SearchPlan plan(Search command, boolean save, View view) throws Rejection {
        try {
            return SearchPlanner.plan(command.key(), view, clock.instant());
        } finally {
            if (save) {
                view.save(UidSet.NONE); // RFC 5182 §2.1: which it is where the search ends in NO
            }
        }
    }

    /** What the client knows of and is still there, with the flags of this moment. */
    private static List<Mail> known(AccountSession session, View view) throws Refusal, IOException {
        var told = view.told();
        var now = session.list(view.folder());
        if (now == told) {
            return now.mails();
        }
        var known = new ArrayList<Mail>(told.size());
        int next = 0;
        for (var mail : now.mails()) {
            while (next < told.size() && told.get(next).uid() < mail.uid()) {
                next++;
            }
            if (next < told.size() && told.get(next).uid() == mail.uid()) {
                known.add(mail);
            }
        }
        return known;
    }

    private static LongStream numbers(Numbering by, List<Mail> mails, View view) {
        var uids = mails.stream().mapToLong(Mail::uid);
        return by == Numbering.UID ? uids : uids.map(view::number);
    }

    /** 0 where there is nothing to tell. */
    private static long modseq(List<Mail> mails) {
        return mails.stream().mapToLong(Mail::modseq).max().orElse(0);
    }

    /** RFC 3501 §7.2.5. */
    private void tell(LongStream numbers, long modseq) throws Gone {
        try (var responses = out.responses()) {
            responses.text("* SEARCH");
            for (var number = numbers.iterator(); number.hasNext();) {
                responses.text(" ").number(number.nextLong());
            }
            if (modseq > 0) {
                responses.text(" (MODSEQ ").number(modseq).text(")");
            }
            responses.text("\r\n");
        }
    }

    /** RFC 4731 §3.1: where nothing was found, only COUNT is told. RFC 5182 §2.1: who only saves is told nothing. */
    private void tell(String tag, Numbering by, Set<Option> options, List<Mail> found, View view, boolean byModseq) throws Gone {
        if (options.equals(Set.of(Option.SAVE))) {
            return;
        }
        try (var responses = out.responses()) {
            responses.text("* ESEARCH (TAG \"").text(tag).text("\")").text(by == Numbering.UID ? " UID" : "");
            if (!found.isEmpty()) {
                if (options.contains(Option.MIN)) {
                    responses.text(" MIN ").number(number(by, found.getFirst(), view));
                }
                if (options.contains(Option.MAX)) {
                    responses.text(" MAX ").number(number(by, found.getLast(), view));
                }
                if (options.contains(Option.ALL)) {
                    responses.text(" ALL ").text(UidSet.ofSorted(numbers(by, found, view)).toString());
                }
            }
            if (options.contains(Option.COUNT)) {
                responses.text(" COUNT ").number(found.size());
            }
            if (byModseq && !found.isEmpty()) {
                responses.text(" MODSEQ ").number(modseq(ofInterest(options, found)));
            }
            responses.text("\r\n");
        }
    }

    private static long number(Numbering by, Mail mail, View view) {
        return by == Numbering.UID ? mail.uid() : view.number(mail.uid());
    }

    /** Who asks for the first or the last only means that one (RFC 5182 §2.4, RFC 7162 §3.1.10). */
    private static List<Mail> ofInterest(Set<Option> options, List<Mail> found) {
        boolean ends = options.contains(Option.MIN) || options.contains(Option.MAX);
        if (found.isEmpty() || !ends || options.contains(Option.ALL) || options.contains(Option.COUNT)) {
            return found;
        }
        if (!options.contains(Option.MAX)) {
            return List.of(found.getFirst());
        }
        return !options.contains(Option.MIN) ? List.of(found.getLast()) : List.of(found.getFirst(), found.getLast());
    }
}
