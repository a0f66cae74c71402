package org.posthouse.mailbox;

import java.util.List;

/**
 * Where messages went (RFC 4315): the folder's UIDVALIDITY, and for each message its UID before, by ascending UID, and there.
 * For appended messages the UIDs before are empty.
 */
public record Placed(long uidValidity, List<Long> from, List<Long> to) {
    public Placed {
        from = List.copyOf(from);
        to = List.copyOf(to);
    }
}
