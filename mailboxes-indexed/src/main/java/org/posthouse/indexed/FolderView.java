package org.posthouse.indexed;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.posthouse.mailbox.Listing;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.Store.Entry;

/**
 * A folder as its store scanned it once, with its meaning.
 *
 * @param scanned the very list the store gave; the same object again says that nothing has changed
 * @param keys    the store's keys by UID
 */
record FolderView(List<Entry> scanned, Listing listing, Map<Long, String> keys) {
    private static final long GONE = -1;

    /**
     * @param uids    for the entries that had none when they were scanned; what is missing here too is gone already
     * @param uidNext from before the scan: what has come since may have higher UIDs, and must not seem to be seen already
     */
    static FolderView of(List<Entry> scanned, Map<String, Long> uids, long uidValidity, long uidNext) {
        var keys = HashMap.<Long, String>newHashMap(scanned.size());
        var mails = new ArrayList<Mail>(scanned.size());
        for (var entry : scanned) {
            long uid = entry.uid().orElseGet(() -> uids.getOrDefault(entry.key(), GONE));
            if (uid != GONE) {
                keys.put(uid, entry.key());
                mails.add(new Mail(uid, entry.size(), entry.flags(), entry.received()));
            }
        }
        mails.sort(Comparator.comparingLong(Mail::uid));
        long next = mails.isEmpty() ? uidNext : Math.max(uidNext, mails.getLast().uid() + 1);
        return new FolderView(scanned, new Listing(uidValidity, next, mails), keys);
    }

    Optional<String> key(long uid) {
        return Optional.ofNullable(keys.get(uid));
    }

    List<String> keys(Collection<Long> uids) {
        return uids.stream().map(keys::get).filter(Objects::nonNull).toList();
    }
}
