package org.posthouse.pop3;

import java.util.HashMap;
import java.util.Map;
import org.posthouse.auth.AccountId;

/** How many sessions each account has: each keeps a list of the whole mailbox. */
final class Sessions {
    private final int most;
    private final Map<AccountId, Integer> open = new HashMap<>();

    /** @param most of one account */
    Sessions(int most) {
        this.most = most;
    }

    /** Counts one more; false, and uncounted, when the account has enough. */
    synchronized boolean enter(AccountId account) {
        if (open.getOrDefault(account, 0) >= most) {
            return false;
        }
        open.merge(account, 1, Integer::sum);
        return true;
    }

    synchronized void leave(AccountId account) {
        open.computeIfPresent(account, (_, sessions) -> sessions == 1 ? null : sessions - 1);
    }
}
