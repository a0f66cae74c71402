package org.posthouse.indexed;

import java.util.List;
import java.util.Set;
import org.posthouse.mailbox.Mail;
import org.posthouse.mailbox.UidSet;

/** One record of a folder's log: something that became so. */
sealed interface Note {
    /** What the log begins with. Before {@code floor} nothing is known of removals. */
    record Begin(long uidValidity, long floor) implements Note {}

    /** The log was taken up again: MODSEQs between these two may have been given out and lost with its end. */
    record Gap(long from, long to) implements Note {}

    record Came(Mail mail) implements Note {}

    record Flagged(long modseq, Set<String> flags, UidSet uids) implements Note {}

    record Gone(long modseq, UidSet uids) implements Note {}

    /** Messages below this UID have been {@code \Recent} to somebody. */
    record Recent(long uid) implements Note {}

    /** Where digests begin in the file of digests. */
    record Placed(List<Place> places) implements Note {
        record Place(long uid, long offset) {}
    }
}
