package org.posthouse.auth;

import org.posthouse.message.Refusal;

/** What the exchanges that bring a token need of {@link Accounts}. */
interface BearerLogin {
    /** @param name whom the client says it is; empty: whom the token is for. The token is wiped. */
    AccountId login(String name, char[] token) throws Refusal;
}
