package org.posthouse.imap;

import org.posthouse.auth.AccountId;
import org.posthouse.mailbox.AccountSession;

/** Where a session stands (RFC 3501 §3). */
sealed interface State {
    record NotAuthenticated() implements State {}

    record Authenticated(User user) implements State {}

    record Selected(User user, View view) implements State {}

    record Ended() implements State {}

    /** Who has logged in, and the mail of that account. */
    record User(AccountId account, AccountSession mail) {}
}
