package org.posthouse.mailbox;

import java.util.List;

/**
 * What became of a folder since a MODSEQ (RFC 7162).
 *
 * @param now      the folder as it is
 * @param mails    new messages and those whose flags changed, by ascending UID
 * @param vanished UIDs of those that were removed; where that is not remembered so far back, all UIDs below UIDNEXT that are not
 *                 there now (§3.2.5.2 allows it)
 */
public record Changes(Listing now, List<Mail> mails, UidSet vanished) {
    public Changes {
        mails = List.copyOf(mails);
    }
}
