package org.posthouse.mailbox;

import java.util.List;

/** A folder at one moment: its UIDVALIDITY (RFC 9051 §2.3.1.1) and its messages by ascending UID. */
public record Listing(long uidValidity, long uidNext, List<Mail> mails) {
    public Listing {
        mails = List.copyOf(mails);
    }
}
