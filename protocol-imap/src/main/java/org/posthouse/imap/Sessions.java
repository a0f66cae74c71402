package org.posthouse.imap;

import java.util.HashMap;
import java.util.Map;
import org.posthouse.auth.AccountId;

/** How many sessions are logged in to each account. */
final class Sessions {
    private final int most;
    private final Map<AccountId, Integer> open = new HashMap<>();

    /** @param most of one account */
    Sessions(int most) {
        this.most = most;
    }

    /** One more; RFC 5530 §3 has the code for one too many, which is not counted. */
    synchronized void enter(AccountId account) throws Rejection {
        int now = open.getOrDefault(account, 0);
        if (now >= most) {
            throw new Rejection(Reply.no("LIMIT", "The account has enough sessions, please come again later"));
        }
        open.put(account, now + 1);
    }

    synchronized void leave(AccountId account) {
        open.computeIfPresent(account, (_, sessions) -> sessions == 1 ? null : sessions - 1);
    }
}
