package org.posthouse.mailbox;

import java.io.IOException;
import java.util.Optional;
import org.posthouse.auth.Account;

/** Looks an account up by its full name, whichever directory knows it. */
@FunctionalInterface
public interface AccountFinder {
    /** Empty when there is no such account; an IOException means "cannot say now". */
    Optional<Account> account(String name) throws IOException;
}
