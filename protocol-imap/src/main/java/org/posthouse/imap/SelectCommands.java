package org.posthouse.imap;

import java.io.IOException;
import org.posthouse.imap.Command.Access;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;
import org.posthouse.message.Refusal;

/** SELECT and EXAMINE (RFC 3501 §6.3.1, RFC 7162 §3.1.2 and §3.2.5). */
final class SelectCommands {
    private final Output out;
    private final Enabled enabled;
    private final KeywordsInUse keywords;

    SelectCommands(Output out, Enabled enabled, KeywordsInUse keywords) {
        this.out = out;
        this.enabled = enabled;
        this.keywords = keywords;
    }

    View select(State.User user, Command.Select command) throws Rejection, Refusal, IOException {
        var mail = user.mail();
        if (command.options().qresync().isPresent() && !enabled.qresync()) {
            throw new Rejection("ENABLE QRESYNC first"); // RFC 7162 §3.2.5
        }
        var view = new View(mail, command.folder(), command.access(), enabled, keywords.of(user.account(), command.folder()));
        if (command.options().condstore()) {
            enabled.enableCondstore();
        }
        describe(view);
        var known = command.options().qresync().filter(k -> k.uidValidity() == view.told().uidValidity());
        if (known.isPresent()) {
            bringUpToDate(mail, view, known.get());
        }
        return view;
    }

    Reply reply(View view) {
        return view.access() == Access.READ_WRITE ? Reply.ok("READ-WRITE", "selected") : Reply.ok("READ-ONLY", "opened to be read");
    }

    private void describe(View view) throws Gone {
        var listing = view.told();
        view.tellKeywords(out);
        out.untagged(listing.size() + " EXISTS");
        out.untagged(view.countRecent() + " RECENT");
        int unseen = firstUnseen(listing);
        if (unseen > 0) {
            out.untagged("OK [UNSEEN " + unseen + "] the first that is not seen");
        }
        out.untagged("OK [UIDVALIDITY " + listing.uidValidity() + "] UIDs are valid");
        out.untagged("OK [UIDNEXT " + listing.uidNext() + "] the next UID");
        out.untagged("OK [HIGHESTMODSEQ " + listing.modseq() + "] of all changes");
    }

    private static int firstUnseen(Listing listing) {
        int number = 0;
        for (var message : listing.mails()) {
            number++;
            if (!message.flags().contains("\\Seen")) {
                return number;
            }
        }
        return 0;
    }

    /** RFC 7162 §3.2.5: what happened to the messages that the client knows. */
    private void bringUpToDate(AccountSession mail, View view, Command.Known known) throws Refusal, IOException {
        var changes = mail.changesSince(view.folder(), known.modseq());
        long last = Math.max(1, view.told().uidNext() - 1);
        var wanted = known.uids().orElse(UidSet.range(1, last));
        var counted = UidSet.ofSorted(view.told().in(changes.vanished()).stream().mapToLong(Mail::uid)); // gone since; announced later
        var vanished = changes.vanished().minus(counted).intersection(wanted);
        long matched = matched(view.told(), known);
        if (matched > 0) {
            vanished = vanished.minus(UidSet.range(1, matched));
        }
        if (!vanished.isEmpty()) {
            out.untagged("VANISHED (EARLIER) " + vanished);
        }
        for (var message : changes.mails()) {
            if (wanted.contains(message.uid()) && view.number(message.uid()) > 0) {
                view.tell(out, message);
            }
        }
    }

    /**
     * RFC 7162 §3.2.5.2: where a number still is that of the UID that the client has for it, nothing was removed up to there.
     * The last such UID.
     */
    private static long matched(Listing listing, Command.Known known) {
        if (known.matches().isEmpty()) {
            return 0;
        }
        var numbers = known.matches().get().numbers();
        var uids = known.matches().get().uids();
        long count = Math.min(numbers.count(), listing.size());
        if (numbers.count() != uids.count()) {
            return 0;
        }
        long matched = 0;
        var uid = uids.stream().limit(count).iterator();
        for (var number = numbers.stream().limit(count).iterator(); number.hasNext(); ) {
            long n = number.nextLong();
            long its = uid.nextLong();
            if (n > listing.size() || listing.get((int) n - 1).uid() != its) {
                break;
            }
            matched = its;
        }
        return matched;
    }
}
