package org.posthouse.imap;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.posthouse.imap.Command.Access;
import org.posthouse.imap.Command.Store.Echo;
import org.posthouse.mailbox.AccountSession;
import org.posthouse.mailbox.Changes;
import org.posthouse.mailbox.FlagUpdate;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;
import org.posthouse.message.Refusal;

/**
 * The selected folder as the client has been told of it: sequence number n is the n-th message here (RFC 3501 §2.3.1.2) until
 * {@link #announce} says otherwise. What has happened since is asked of the engine and told in untagged responses. A message
 * that appears below those that were told of is not shown before the folder is selected again, for sequence numbers ascend with
 * UIDs. Belongs to the session's thread.
 */
final class View {
    /** Whether responses may be sent that give other messages other sequence numbers (RFC 3501 §7.4.1). */
    enum Shift { ALLOWED, FORBIDDEN }

    /** A STORE whose outcome is still to be told. */
    private record Stored(UidSet uids, FlagUpdate update, Echo echo) {}

    private final AccountSession mail;
    private final Access access;
    private final Enabled enabled;
    private final Keywords keywords;
    private String folder;
    private Listing told;
    private Listing latest; // as the engine gave it, to see whether anything has happened at all
    private long upTo; // the MODSEQ of the last change known here
    private long ceiling; // every message below this UID was told of, is gone or is hidden
    private UidSet gone = UidSet.NONE; // told of, and not there any more
    private UidSet hidden = UidSet.NONE;
    private UidSet recent = UidSet.NONE;
    private UidSet saved = UidSet.NONE;
    private Optional<Stored> stored = Optional.empty();
    private boolean early; // all was told before the reply was made

    View(AccountSession mail, String folder, Access access, Enabled enabled, KeywordsInUse.Names keywords) throws Refusal, IOException {
        this.keywords = new Keywords(keywords);
        this.mail = mail;
        this.folder = folder;
        this.access = access;
        this.enabled = enabled;
        this.told = mail.list(folder);
        this.latest = told;
        this.upTo = told.modseq();
        this.ceiling = afterLast(told, 1);
        claimRecent(told, ceiling);
        this.keywords.learn(told.mails());
    }

    private static long afterLast(Listing listing, long atLeast) {
        return listing.size() == 0 ? atLeast : Math.max(atLeast, listing.get(listing.size() - 1).uid() + 1);
    }

    /** Only who may change the folder takes what is recent away from others (RFC 3501 §6.3.2). */
    private void claimRecent(Listing listing, long below) throws IOException {
        if (listing.size() == 0 || listing.recentFrom() >= below) {
            return;
        }
        long from = access == Access.READ_WRITE ? mail.claimRecent(folder, below) : listing.recentFrom();
        if (from < below) {
            recent = recent.union(UidSet.range(from, below - 1));
        }
    }

    String folder() {
        return folder;
    }

    /** The session itself has given the folder another name. */
    void renamed(String to) {
        folder = to;
    }

    Access access() {
        return access;
    }

    /** NO where nothing may be changed, for the folder was opened by EXAMINE. */
    void mustBeWritable() throws Rejection {
        if (access == Access.READ_ONLY) {
            throw new Rejection(Reply.no("READ-ONLY", "The folder was opened read-only"));
        }
    }

    /** What the client knows of; message n of it has the index n - 1. */
    Listing told() {
        return told;
    }

    /** HIGHESTMODSEQ of what the client knows of. */
    long modseq() {
        return upTo;
    }

    /** 0 for a message that the client does not know of. */
    int number(long uid) {
        return Math.max(0, told.indexOf(uid) + 1);
    }

    void tellKeywords(Output out) throws Gone {
        keywords.tell(out, access);
    }

    /** Whether one of these has a keyword that the client was not told of; then {@link #tellKeywords} comes before its flags. */
    boolean hasNewKeyword(List<Mail> messages) {
        return keywords.learn(messages);
    }

    boolean recent(long uid) {
        return recent.contains(uid);
    }

    int countRecent() {
        return recent.ranges().stream().mapToInt(range -> below(range.to() + 1) - below(range.from())).sum();
    }

    /** How many messages have a UID below this one. */
    private int below(long uid) {
        int index = told.indexOf(uid);
        return index < 0 ? -index - 1 : index;
    }

    /** In order, with {@code \Recent}. */
    Set<String> flags(Mail message) {
        boolean recent = recent(message.uid());
        if (!recent && message.flags().size() < 2) {
            return message.flags();
        }
        var flags = new TreeSet<>(message.flags());
        if (recent) {
            flags.add("\\Recent");
        }
        return flags;
    }

    /** What SEARCH has saved for {@code $} (RFC 5182). */
    void save(UidSet found) {
        saved = found;
    }

    /**
     * The UIDs that a command names, of messages that the client knows of and perhaps of none at all; as cheap for
     * {@code 1:4294967295} as for 7.
     *
     * @throws Rejection BAD for sequence numbers that there are not (RFC 3501 §9, seq-number)
     */
    UidSet uids(Numbering by, MessageSet set) throws Rejection {
        if (by == Numbering.SEQUENCE && set instanceof MessageSet.Spans(var spans)) {
            for (var span : spans) {
                mustBeThere(span);
            }
        }
        return found(by, set);
    }

    private void mustBeThere(MessageSet.Span span) throws Rejection {
        boolean star = span.one() == MessageSet.STAR || span.other() == MessageSet.STAR;
        if (told.size() == 0 && star) {
            return; // 1:* is what clients say for "all"
        }
        if (isBeyond(span.one()) || isBeyond(span.other())) {
            throw new Rejection("there are " + told.size() + " messages only");
        }
    }

    private boolean isBeyond(long number) {
        return number != MessageSet.STAR && number > told.size();
    }

    /** The same, where numbers that there are not name nothing, as for SEARCH. */
    UidSet found(Numbering by, MessageSet set) {
        return switch (set) {
            case MessageSet.Saved _ -> saved;
            case MessageSet.Spans(var spans) -> UidSet.ofRanges(spans.stream()
                    .flatMap(span -> (by == Numbering.UID ? byUid(span) : byNumber(span)).stream()).toList()).minus(hidden);
        };
    }

    private Optional<UidSet.Range> byUid(MessageSet.Span span) {
        long last = told.size() == 0 ? 0 : told.get(told.size() - 1).uid();
        long one = span.one() == MessageSet.STAR ? last : span.one();
        long other = span.other() == MessageSet.STAR ? last : span.other();
        long from = Math.min(one, other);
        long to = Math.min(Math.max(one, other), last);
        return 0 < from && from <= to ? Optional.of(new UidSet.Range(from, to)) : Optional.empty();
    }

    private Optional<UidSet.Range> byNumber(MessageSet.Span span) {
        int last = told.size();
        long one = span.one() == MessageSet.STAR ? last : span.one();
        long other = span.other() == MessageSet.STAR ? last : span.other();
        long from = Math.min(one, other);
        return from > last || last == 0 ? Optional.empty()
                : Optional.of(new UidSet.Range(uid(from), uid(Math.min(Math.max(one, other), last))));
    }

    private long uid(long number) {
        return told.get((int) number - 1).uid();
    }

    /** How a set of UIDs is to be written in a reply to a command with these numbers: those that the client knows of. */
    UidSet written(Numbering by, UidSet uids) {
        var there = told.in(uids).stream().mapToLong(Mail::uid);
        return by == Numbering.UID ? UidSet.ofSorted(there) : UidSet.ofSorted(there.map(this::number));
    }

    /**
     * These messages as they are at this moment, without those that are gone; the caller tells the client their flags (and
     * MODSEQ where that is enabled), {@link #announce} does not any more.
     */
    List<Mail> refresh(UidSet uids) throws Refusal, IOException {
        var now = mail.list(folder).in(uids).stream().filter(message -> told.indexOf(message.uid()) >= 0).toList();
        told = told.with(now, UidSet.NONE, told.uidNext(), told.modseq());
        return now;
    }

    /** How many of these the client still counts, although they are gone. */
    int countGone(UidSet uids) {
        return told.in(uids.intersection(gone)).size();
    }

    /** All messages that the client knows of. */
    UidSet all() {
        return ceiling == 1 ? UidSet.NONE : UidSet.range(1, ceiling - 1).minus(hidden);
    }

    /** The next {@link #announce} tells the flags of these messages also where they are as before, or not where it was this. */
    void stored(UidSet uids, FlagUpdate update, Echo echo) {
        stored = Optional.of(new Stored(uids, update, echo));
    }

    /**
     * Tells all that has happened since the last time, as far as it may be told; with UIDs to a command that names messages by
     * them (RFC 3501 §6.4.8). NoSuchFileException when the folder is gone.
     */
    void announce(Output out, Shift shift, Numbering by) throws Refusal, IOException {
        if (early) {
            early = false;
            return;
        }
        var changes = mail.changesSince(folder, upTo);
        if (changes.now().uidValidity() != told.uidValidity()) {
            throw new NoSuchFileException(folder);
        }
        var news = changes.now() != latest || stored.isPresent() ? take(changes) : Optional.<News>empty();
        if (shift == Shift.ALLOWED && !gone.isEmpty()) {
            tellGone(out);
        }
        if (news.isPresent()) {
            tell(out, news.get(), by);
        } else if (hasNewKeyword(List.of())) {
            tellKeywords(out);
        }
    }

    /** The same for a reply that says what has come of it; when that is made, {@link #announce} does not look again. */
    void announceEarly(Output out, Shift shift, Numbering by) throws Refusal, IOException {
        announce(out, shift, by);
        early = true;
    }

    /** What is to be told beside what is gone; {@code before} is how the client knew the changed ones. */
    private record News(Listing before, List<Mail> changed, List<Mail> arrived) {}

    private Optional<News> take(Changes changes) throws Refusal, IOException {
        var before = told;
        long oldCeiling = ceiling;
        var arrived = changes.mails().stream().filter(m -> m.uid() >= oldCeiling).toList();
        var changed = changes.mails().stream().filter(m -> before.indexOf(m.uid()) >= 0).toList();
        long newCeiling = arrived.isEmpty() ? ceiling : arrived.getLast().uid() + 1;
        claimRecent(changes.now(), newCeiling); // may fail, and then nothing of this is known yet
        hide(changes.mails());
        gone = gone.minus(present(changes.now(), gone)).union(present(before, changes.vanished())); // it may have come back
        latest = changes.now();
        told = gone.isEmpty() && hidden.isEmpty() ? latest // which all sessions share
                : told.with(join(changed, arrived), UidSet.NONE, latest.uidNext(), latest.modseq());
        upTo = latest.modseq();
        ceiling = newCeiling;
        return Optional.of(new News(before, changed, arrived));
    }

    private void tell(Output out, News news, Numbering by) throws Gone {
        if (!news.arrived().isEmpty()) {
            tellSize(out);
        }
        if (keywords.learn(news.arrived()) | keywords.learn(news.changed())) {
            tellKeywords(out);
        }
        tellFlags(out, news.before(), news.changed(), by);
    }

    private static List<Mail> join(List<Mail> some, List<Mail> more) {
        var all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private static UidSet present(Listing listing, UidSet uids) {
        return UidSet.ofSorted(listing.in(uids).stream().mapToLong(Mail::uid));
    }

    private void hide(List<Mail> changed) {
        var late = changed.stream().mapToLong(Mail::uid).filter(uid -> uid < ceiling && told.indexOf(uid) < 0);
        hidden = hidden.union(UidSet.ofSorted(late));
    }

    private void tellSize(Output out) throws Gone {
        out.untagged(told.size() + " EXISTS");
        out.untagged(countRecent() + " RECENT");
    }

    private void tellFlags(Output out, Listing before, List<Mail> changed, Numbering by) throws Gone {
        for (var message : changed) {
            var known = before.find(message.uid()).orElseThrow();
            boolean expected = expected(known, message);
            boolean echo = stored.isPresent() && stored.get().echo() == Echo.FLAGS && stored.get().uids().contains(message.uid());
            if (!known.flags().equals(message.flags()) && !expected) {
                tell(out, message, by, true);
            } else if (enabled.condstore() && known.modseq() != message.modseq()) {
                tell(out, message, by, echo);
            } else if (echo) {
                tell(out, message, by, true);
            }
        }
        tellUnchanged(out, changed, by);
        stored = Optional.empty();
    }

    /** RFC 3501 §6.4.6: after .SILENT the client knows by itself what its own change has made of the flags. */
    private boolean expected(Mail known, Mail message) {
        return stored.filter(s -> s.echo() == Echo.SILENT && s.uids().contains(message.uid()))
                .filter(s -> s.update().on(known.flags()).on(known.flags()).equals(message.flags())).isPresent();
    }

    private void tellUnchanged(Output out, List<Mail> changed, Numbering by) throws Gone {
        if (stored.isEmpty() || stored.get().echo() == Echo.SILENT) {
            return;
        }
        var done = UidSet.ofSorted(changed.stream().mapToLong(Mail::uid));
        for (var message : told.in(stored.get().uids().minus(done).minus(gone))) {
            tell(out, message, by, true);
        }
    }

    /** The flags of a message as it is. */
    void tell(Output out, Mail message) throws Gone {
        if (hasNewKeyword(List.of(message))) {
            tellKeywords(out);
        }
        tell(out, message, Numbering.SEQUENCE, true);
    }

    private void tell(Output out, Mail message, Numbering by, boolean withFlags) throws Gone {
        var items = new ArrayList<String>();
        if (enabled.condstore() || by == Numbering.UID) {
            items.add("UID " + message.uid());
        }
        if (enabled.condstore()) {
            items.add("MODSEQ (" + message.modseq() + ")");
        }
        if (withFlags) {
            items.add("FLAGS (" + String.join(" ", flags(message)) + ")");
        }
        out.untagged(number(message.uid()) + " FETCH (" + String.join(" ", items) + ")");
    }

    private void tellGone(Output out) throws Gone {
        if (enabled.qresync()) {
            out.untagged("VANISHED " + gone);
        } else {
            var lost = told.in(gone);
            for (int i = lost.size() - 1; i >= 0; i--) {
                out.untagged(number(lost.get(i).uid()) + " EXPUNGE");
            }
        }
        told = hidden.isEmpty() ? latest : told.with(List.of(), gone, told.uidNext(), told.modseq());
        gone = UidSet.NONE;
    }
}
