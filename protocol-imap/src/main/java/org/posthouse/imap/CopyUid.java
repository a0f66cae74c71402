package org.posthouse.imap;

import java.util.List;
import java.util.StringJoiner;
import org.posthouse.mailbox.Placed;

/** Response codes that say where messages went (RFC 4315 §3); empty where nobody knows. */
final class CopyUid {
    private CopyUid() {}

    static String append(Placed placed) {
        return placed.to().isEmpty() ? "" : "APPENDUID " + placed.uidValidity() + " " + runs(placed.to());
    }

    static String copy(Placed placed) {
        return placed.to().isEmpty() ? ""
                : "COPYUID " + placed.uidValidity() + " " + runs(placed.from()) + " " + runs(placed.to());
    }

    /** As a sequence-set that keeps the order, for the n-th of one set belongs to the n-th of the other. */
    private static String runs(List<Long> uids) {
        var set = new StringJoiner(",");
        int from = 0;
        for (int i = 1; i <= uids.size(); i++) {
            if (i == uids.size() || uids.get(i) != uids.get(i - 1) + 1) {
                set.add(from == i - 1 ? "" + uids.get(from) : uids.get(from) + ":" + uids.get(i - 1));
                from = i;
            }
        }
        return set.toString();
    }
}
