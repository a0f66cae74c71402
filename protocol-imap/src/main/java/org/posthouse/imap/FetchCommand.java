package org.posthouse.imap;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.posthouse.imap.Command.Access;
import org.posthouse.imap.Command.Fetch;
import org.posthouse.imap.FetchItem.Attribute;
import org.posthouse.imap.FetchItem.Octets;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Digest;
import org.posthouse.mailbox.FlagUpdate;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;
import org.posthouse.message.Refusal;

/**
 * FETCH and UID FETCH (RFC 3501 §6.4.5, RFC 7162 §3.1.4 and §3.2.6). Goes through the messages in batches: those that are to be
 * {@code \Seen} become so, then what is kept of all is asked for, then come the responses, many in one write.
 *
 * <p>A message that is gone, which the client cannot know yet, is left out (RFC 2180 §4.1). To a FETCH by numbers the reply says so
 * by EXPUNGEISSUED (RFC 5530); to UID FETCH it is as if that UID had never been (RFC 3501 §6.4.8).
 */
final class FetchCommand {
    private static final int BATCH = 256;
    private static final long BATCH_OCTETS = 4 << 20; // of messages that become \Seen before they are sent
    private static final FlagUpdate SEEN = new FlagUpdate(FlagUpdate.Kind.ADD, Set.of("\\Seen"), FlagUpdate.ALWAYS);

    private final Output out;
    private final Enabled enabled;
    private final Outlines outlines = new Outlines(); // for who fetches a large message in many commands

    FetchCommand(Output out, Enabled enabled) {
        this.out = out;
        this.enabled = enabled;
    }

    Reply run(AccountSession session, View view, Fetch command) throws Rejection, Refusal, IOException {
        var uids = view.uids(command.by(), command.set());
        if (command.options().vanished()) {
            tellVanished(session, view, command);
        }
        var items = items(command);
        if (items.contains(Attribute.MODSEQ)) {
            enabled.enableCondstore(); // RFC 7162 §3.1
        }
        return new Run(session, view, items).fetch(command, uids);
    }

    /** With what is told without being asked for. */
    private static List<FetchItem> items(Fetch command) {
        var items = new ArrayList<FetchItem>();
        if (command.by() == Numbering.UID && !command.items().contains(Attribute.UID)) {
            items.add(Attribute.UID); // RFC 3501 §6.4.8
        }
        items.addAll(command.items());
        if (command.options().changedSince().isPresent() && !items.contains(Attribute.MODSEQ)) {
            items.add(Attribute.MODSEQ); // RFC 7162 §3.1.4.1
        }
        return items;
    }

    /** Those that the client still counts are for {@link View#announce} to tell. */
    private void tellVanished(AccountSession session, View view, Fetch command) throws Rejection, Refusal, IOException {
        if (!enabled.qresync()) {
            throw new Rejection("VANISHED needs ENABLE QRESYNC first"); // RFC 7162 §3.2.6
        }
        var changes = session.changesSince(view.folder(), command.options().changedSince().orElseThrow());
        var vanished = changes.vanished().intersection(named(command.set(), view));
        var told = UidSet.ofSorted(view.told().in(vanished).stream().mapToLong(Mail::uid));
        if (!vanished.minus(told).isEmpty()) {
            out.untagged("VANISHED (EARLIER) " + vanished.minus(told));
        }
    }

    /** Here {@code *} also stands for what was there once. */
    private static UidSet named(MessageSet set, View view) throws Rejection {
        if (!(set instanceof MessageSet.Spans(var spans))) {
            return view.uids(Numbering.UID, set);
        }
        long last = Math.max(1, view.told().uidNext() - 1);
        return UidSet.ofRanges(spans.stream().map(span -> {
            long one = Math.min(span.one(), span.one() == MessageSet.STAR ? last : span.one());
            long other = Math.min(span.other(), span.other() == MessageSet.STAR ? last : span.other());
            return new UidSet.Range(Math.min(one, other), Math.max(one, other));
        }).toList());
    }

    /** One FETCH. */
    private final class Run {
        private final AccountSession session;
        private final View view;
        private final List<FetchItem> items;
        private final boolean digests;
        private final boolean sees;
        private final Listing before;
        private final Responses responses = out.responses();
        private final FetchResponse response;
        private int told;

        Run(AccountSession session, View view, List<FetchItem> items) {
            this.session = session;
            this.view = view;
            this.items = items;
            this.digests = items.stream().anyMatch(Run::needsDigest);
            this.sees = view.access() == Access.READ_WRITE && items.stream().anyMatch(i -> i instanceof Octets o && o.form().setsSeen());
            this.before = view.told();
            this.response = new FetchResponse(session, view, new Sections(session, view.folder(), outlines), responses, items);
        }

        private static boolean needsDigest(FetchItem item) {
            return switch (item) {
                case Attribute.ENVELOPE, Attribute.BODY, Attribute.BODYSTRUCTURE -> true;
                case Attribute _ -> false;
                case Octets octets -> Sections.needsDigest(octets.section());
            };
        }

        Reply fetch(Fetch command, UidSet uids) throws Refusal, IOException {
            try (responses) {
                return tell(command, uids);
            }
        }

        private Reply tell(Fetch command, UidSet uids) throws Refusal, IOException {
            int asked = before.in(uids).size();
            // the client is told flags as they are now; otherwise announce will tell what has changed
            var mails = items.contains(Attribute.FLAGS) ? refreshed(uids) : before.in(uids);
            int there = items.contains(Attribute.FLAGS) ? mails.size() : asked;
            var since = command.options().changedSince();
            if (since.isPresent()) {
                mails = mails.stream().filter(mail -> mail.modseq() > since.getAsLong()).toList();
            }
            int wanted = mails.size();
            for (int from = 0; from < wanted;) {
                int to = batchEnd(mails, from);
                tell(mails.subList(from, to));
                from = to;
            }
            return command.by() == Numbering.UID ? Reply.ok("Fetched") : byNumber(asked - there + wanted - told);
        }

        /** RFC 3501 §7.2.6: a keyword is told of before the first message that has it. */
        private List<Mail> refreshed(UidSet uids) throws Refusal, IOException {
            var mails = view.refresh(uids);
            if (view.hasNewKeyword(mails)) {
                responses.send();
                view.tellKeywords(out);
            }
            return mails;
        }

        private Reply byNumber(int gone) {
            if (gone == 0) {
                return Reply.ok("Fetched");
            }
            return Reply.ok("EXPUNGEISSUED", "Some of these messages are gone");
        }

        private int batchEnd(List<Mail> mails, int from) {
            int to = from;
            long octets = 0;
            while (to < mails.size() && to - from < BATCH && (!sees || octets < BATCH_OCTETS)) {
                octets += mails.get(to++).size();
            }
            return to;
        }

        private void tell(List<Mail> batch) throws Refusal, IOException {
            var mails = batch;
            var seen = sees ? UidSet.ofSorted(batch.stream().filter(mail -> !mail.flags().contains("\\Seen")).mapToLong(Mail::uid)) : UidSet.NONE;
            if (!seen.isEmpty()) {
                session.flag(view.folder(), seen, SEEN);
                mails = refreshed(UidSet.ofSorted(batch.stream().mapToLong(Mail::uid)));
            }
            Map<Long, Digest> kept = digests ? session.digests(view.folder(), mails) : Map.of();
            for (var mail : mails) {
                var digest = Optional.ofNullable(kept.get(mail.uid()));
                if (digests && digest.isEmpty()) {
                    continue; // it is gone
                }
                told += response.write(mail, digest, news(mail)) ? 1 : 0;
            }
        }

        /** What has changed of a message and must be told with the rest, for announce will not any more. */
        private List<Attribute> news(Mail mail) {
            var known = before.find(mail.uid());
            var news = new ArrayList<Attribute>(2);
            if (known.isEmpty() || known.get() == mail) {
                return news;
            }
            if (!items.contains(Attribute.FLAGS) && !known.get().flags().equals(mail.flags())) {
                news.add(Attribute.FLAGS);
            }
            if (!items.contains(Attribute.MODSEQ) && enabled.condstore() && known.get().modseq() != mail.modseq()) {
                news.add(Attribute.MODSEQ);
            }
            return news;
        }
    }
}
