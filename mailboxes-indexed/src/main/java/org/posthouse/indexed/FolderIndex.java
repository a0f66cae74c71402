package org.posthouse.indexed;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.posthouse.mailbox.Changes;
import org.posthouse.mailbox.FlagUpdate;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.Store;
import org.posthouse.mailbox.Store.Entry;
import org.posthouse.mailbox.Store.Folder;
import org.posthouse.mailbox.UidSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One folder as it is known: the listing that all sessions share, and the log behind it. Everything that happens to the folder
 * happens under one lock, so that MODSEQs become visible in their order; only deliveries do not wait for it, and show at the next
 * look. The store is asked under that lock, for its answer and what is made of it belong together.
 */
final class FolderIndex {
    private static final Logger LOG = LoggerFactory.getLogger("mailboxes-indexed");

    private final AccountIndex account;
    private final Store store;
    private final Folder folder;
    private final IndexLog log;
    private final DigestFile digests;
    private final Lock mailbox = new ReentrantLock();
    private final Map<Set<String>, Set<String>> flagSets = new HashMap<>();
    private final AtomicLong asked = new AtomicLong();
    private long answered; // of those who asked, the last whom a look has answered
    private List<Entry> scanned = List.of();
    private volatile Listing listing; // others only ask whether it is there
    private Removals removals;
    private boolean ended;

    FolderIndex(AccountIndex account, Store store, Folder folder) throws IOException {
        this.account = account;
        this.store = store;
        this.folder = folder;
        this.log = new IndexLog(account.files().log(folder.account(), folder.name()), account.files().disk());
        this.digests = new DigestFile(account.files().digests(folder.account(), folder.name()), account.files().disk());
    }

    Store store() {
        return store;
    }

    DigestFile digests() {
        return digests;
    }

    /** Some work on the folder as it is now. Those who came before a look at the store began, and waited for it, need none of their own. */
    @FunctionalInterface
    interface Work<R, X extends Exception> {
        R on(Listing now) throws IOException, X;
    }

    <R, X extends Exception> R locked(Work<R, X> work) throws IOException, X {
        long mine = asked.incrementAndGet();
        mailbox.lock();
        try {
            if (mine > answered) {
                long all = asked.get();
                look();
                answered = all;
            }
            return work.on(listing);
        } finally {
            mailbox.unlock();
        }
    }

    Listing now() throws IOException {
        return locked(now -> now);
    }

    /** Looks once, for what the log knows of digests. */
    void load() throws IOException {
        if (listing == null) {
            now();
        }
    }

    /** UIDs are chosen here, before anybody sees them: all in one batch. */
    private void look() throws IOException {
        var identity = store.identity(folder);
        var entries = store.scan(folder);
        if (listing != null && entries == scanned && listing.uidValidity() == identity.uidValidity()) {
            return;
        }
        if (listing == null || listing.uidValidity() != identity.uidValidity()) {
            load(identity.uidValidity());
            listing = listing.with(withKeysOf(entries), UidSet.NONE, listing.uidNext(), listing.modseq());
        }
        var without = entries.stream().filter(e -> e.uid().isEmpty()).map(Entry::key).toList();
        var recorded = without.isEmpty() ? Map.<String, Long>of() : store.record(folder, without);
        compare(entries, recorded, identity.uidNext());
        scanned = entries;
        account.usage().is(folder.name(), listing);
    }

    private void load(long uidValidity) throws IOException {
        var replay = log.load(uidValidity);
        long last = account.modseqs().last();
        boolean known = replay.uidValidity() == uidValidity;
        digests.place(replay.places()); // before anything is written: that may be the log as a whole
        if (known && replay.modseq() >= last) {
            removals = replay.removals();
            listing = replay.listing();
        } else {
            long first = account.modseqs().next();
            removals = known ? replay.removals() : new Removals(first);
            listing = known ? replay.listing().with(List.of(), UidSet.NONE, replay.listing().uidNext(), first)
                    : Listing.empty(uidValidity, 1, first);
            if (known) {
                var gap = new Note.Gap(replay.modseq(), first);
                removals.gap(gap);
                write(List.of(gap));
            }
        }
    }

    /** What the log says, with the store's own objects for keys: each is in memory once. */
    private List<Mail> withKeysOf(List<Entry> entries) {
        var mails = new ArrayList<Mail>(listing.size());
        for (var entry : entries) {
            entry.uid().stream().mapToObj(listing::find).flatMap(Optional::stream).filter(mail -> mail.key().equals(entry.key()))
                    .forEach(mail -> mails.add(new Mail(mail.uid(), mail.size(), mail.flags(), mail.received(), mail.modseq(), entry.key())));
        }
        return mails;
    }

    /** What is new in the store, or other than it was known. */
    private void compare(List<Entry> entries, Map<String, Long> recorded, long uidNext) throws IOException {
        var found = found(entries, recorded);
        var gone = new ArrayList<Long>();
        var arrived = new ArrayList<Mail>();
        long modseq = 0;
        int next = 0; // of those that are known
        for (var entry : found) {
            while (next < listing.size() && listing.get(next).uid() < entry.uid()) {
                gone.add(listing.get(next++).uid());
            }
            var known = next < listing.size() && listing.get(next).uid() == entry.uid() ? listing.get(next++) : null;
            if (known == null || !same(known, entry.entry())) {
                if (known == null && entry.uid() < listing.uidNext()) {
                    LOG.info("UID {} of {} of {} is there again", entry.uid(), folder.name(), folder.account());
                }
                modseq = modseq == 0 ? account.modseqs().next() : modseq;
                try {
                    arrived.add(mail(entry, known, modseq));
                } catch (FileSystemException e) { // gone since it was listed, or not to be read: the others are
                    LOG.debug("{} of {} has no size: {}", entry.entry().key(), folder, e.toString());
                    if (known != null) {
                        gone.add(known.uid());
                    }
                }
            }
            if (known != null && !sameSize(known, entry.entry())) {
                digests.gone(UidSet.of(known.uid()));
            }
        }
        while (next < listing.size()) {
            gone.add(listing.get(next++).uid());
        }
        long highest = found.isEmpty() ? 0 : found.getLast().uid();
        commit(arrived, UidSet.of(gone), Math.max(Math.max(uidNext, highest + 1), listing.uidNext()));
    }

    private record Found(long uid, Entry entry) {}

    /** By ascending UID; what is recorded under no UID is gone already. */
    private static List<Found> found(List<Entry> entries, Map<String, Long> recorded) {
        var found = new ArrayList<Found>(entries.size());
        boolean ascending = true;
        for (var entry : entries) {
            long uid = entry.uid().isPresent() ? entry.uid().getAsLong() : recorded.getOrDefault(entry.key(), 0L);
            if (uid > 0) {
                ascending &= found.isEmpty() || found.getLast().uid() < uid;
                found.add(new Found(uid, entry));
            }
        }
        if (!ascending) {
            found.sort(Comparator.comparingLong(Found::uid));
        }
        return found;
    }

    private Mail mail(Found found, Mail known, long modseq) throws IOException {
        var entry = found.entry();
        return new Mail(found.uid(), size(entry, known), shared(entry.flags()), entry.received(), modseq, entry.key());
    }

    /** Other programs may write a line more into the header of a message in an mbox. */
    private static boolean same(Mail known, Entry entry) {
        return known.key().equals(entry.key()) && known.flags().equals(entry.flags()) && sameSize(known, entry);
    }

    private static boolean sameSize(Mail known, Entry entry) {
        return entry.size() == Entry.UNKNOWN || entry.size() == known.size();
    }

    private long size(Entry entry, Mail known) throws IOException {
        if (entry.size() != Entry.UNKNOWN) {
            return entry.size();
        }
        return known != null && known.key().equals(entry.key()) ? known.size() : store.size(folder, entry.key());
    }

    private Set<String> shared(Set<String> flags) {
        if (flagSets.size() > 10_000) {
            flagSets.clear();
        }
        return flagSets.computeIfAbsent(flags, same -> same);
    }

    /** Arrived ones carry their MODSEQ; those that are gone get the next one. */
    private void commit(List<Mail> arrived, UidSet gone, long uidNext) throws IOException {
        if (arrived.isEmpty() && gone.isEmpty()) {
            if (uidNext != listing.uidNext()) {
                listing = listing.with(List.of(), UidSet.NONE, uidNext, listing.modseq());
            }
            return;
        }
        var notes = new ArrayList<Note>();
        arrived.forEach(mail -> notes.add(new Note.Came(mail)));
        long modseq = arrived.stream().mapToLong(Mail::modseq).max().orElse(0);
        if (!gone.isEmpty()) {
            modseq = account.modseqs().next();
            var note = new Note.Gone(modseq, gone);
            notes.add(note);
            removals.add(note);
            digests.gone(gone);
        }
        var places = digests.arrived(arrived);
        if (!places.isEmpty()) {
            notes.add(new Note.Placed(places));
        }
        listing = listing.with(arrived, gone, uidNext, modseq);
        account.usage().is(folder.name(), listing);
        write(notes);
    }

    /** A log that cannot be written is thrown away: what it would have said is found again when the folder is next opened. */
    private void write(List<Note> notes) {
        if (ended) {
            return;
        }
        try {
            account.files().make(folder.account());
            if (log.toBeRewritten()) {
                rewrite();
            } else {
                log.append(notes);
            }
        } catch (IOException e) {
            LOG.warn("the index of {} of {} cannot be written: {}", folder.name(), folder.account(), e.toString());
            log.lost();
        }
    }

    private void rewrite() throws IOException {
        var places = digests.tidy(listing);
        var notes = new ArrayList<Note>(listing.size() + 10);
        notes.add(new Note.Begin(listing.uidValidity(), removals.floor()));
        notes.addAll(removals.notes());
        listing.mails().forEach(mail -> notes.add(new Note.Came(mail)));
        notes.add(new Note.Recent(listing.recentFrom()));
        notes.add(new Note.Placed(places));
        log.rewrite(notes);
    }

    Changes changesSince(long modseq) throws IOException {
        return locked(now -> {
            var mails = now.changedSince(modseq);
            var vanished = removals.since(modseq);
            return new Changes(now, mails, vanished.map(gone -> gone.minus(there(now, gone))).orElseGet(() -> missing(now)));
        });
    }

    /** Those that have come back since: another program took them away and put them there again. */
    private static UidSet there(Listing now, UidSet gone) {
        return UidSet.ofSorted(now.in(gone).stream().mapToLong(Mail::uid));
    }

    private static UidSet missing(Listing now) {
        return now.uidNext() < 2 ? UidSet.NONE
                : UidSet.range(1, now.uidNext() - 1).minus(UidSet.ofSorted(now.mails().stream().mapToLong(Mail::uid)));
    }

    long claimRecent(long below) throws IOException {
        return locked(now -> {
            long from = now.recentFrom();
            if (below > from) {
                listing = listing.withRecentFrom(below);
                write(List.of(new Note.Recent(below)));
            }
            return Math.min(from, below);
        });
    }

    /** The UIDs left alone because they changed since. */
    UidSet flag(UidSet uids, FlagUpdate update) throws IOException {
        return locked(now -> {
            var left = new ArrayList<Long>();
            var groups = new LinkedHashMap<Set<String>, List<Mail>>();
            for (var mail : now.in(uids)) {
                if (mail.modseq() > update.unchangedSince()) {
                    left.add(mail.uid());
                } else {
                    groups.computeIfAbsent(mail.flags(), _ -> new ArrayList<>()).add(mail);
                }
            }
            for (var group : groups.entrySet()) {
                flag(group.getKey(), group.getValue(), update);
            }
            return UidSet.of(left);
        });
    }

    /** What the store does not keep of the new flags shows at the next look. */
    private void flag(Set<String> before, List<Mail> mails, FlagUpdate update) throws IOException {
        var change = update.on(before);
        var after = shared(change.on(before));
        if (after.equals(before)) {
            return;
        }
        store.flag(folder, mails.stream().map(Mail::key).toList(), change);
        long modseq = account.modseqs().next();
        var changed = mails.stream()
                .map(mail -> new Mail(mail.uid(), mail.size(), after, mail.received(), modseq, mail.key())).toList();
        listing = listing.with(changed, UidSet.NONE, listing.uidNext(), modseq);
        write(List.of(new Note.Flagged(modseq, after, UidSet.ofSorted(changed.stream().mapToLong(Mail::uid)))));
    }

    void remove(Collection<Mail> mails) throws IOException {
        if (mails.isEmpty()) {
            return;
        }
        store.remove(folder, mails.stream().map(Mail::key).toList());
        vanish(mails);
    }

    /** They are in the store no more. Under the lock. */
    void vanish(Collection<Mail> mails) throws IOException {
        commit(List.of(), UidSet.of(mails.stream().map(Mail::uid).toList()), listing.uidNext());
    }

    /** UIDs by the keys of messages that are there. */
    record Uids(long validity, Map<String, Long> byKey) {}

    Uids uids(Set<String> keys) throws IOException {
        return locked(now -> {
            var uids = new HashMap<String, Long>();
            for (int i = now.size() - 1; i >= 0 && uids.size() < keys.size(); i--) {
                var mail = now.get(i);
                if (keys.contains(mail.key())) {
                    uids.put(mail.key(), mail.uid());
                }
            }
            return new Uids(now.uidValidity(), uids);
        });
    }

    /** New digests have their places. */
    void placed(List<Note.Placed.Place> places) {
        if (places.isEmpty()) {
            return;
        }
        mailbox.lock();
        try {
            write(List.of(new Note.Placed(places)));
        } finally {
            mailbox.unlock();
        }
    }

    /** The engine closes: nothing is written any more. */
    void end() {
        mailbox.lock();
        try {
            ended = true;
            digests.end();
        } finally {
            mailbox.unlock();
        }
    }
}
