package org.posthouse.mailbox;

import org.osgi.annotation.versioning.ProviderType;
import org.posthouse.auth.Account;
import org.posthouse.message.Unavailable;

/** Finds the store that keeps an account's mail: its attribute {@code store}, or the default. A core service. */
@ProviderType
public interface Stores {
    /** The same object for the same store, which stays valid over a swap: each call goes to the store that is there then. */
    Store of(Account account) throws Unavailable;
}
