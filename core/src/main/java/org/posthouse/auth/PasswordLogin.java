package org.posthouse.auth;

import java.io.IOException;
import org.posthouse.message.Refusal;

/** What the exchanges that end in a name and a password need of {@link Accounts}. */
interface PasswordLogin {
    /** The name as directories know it: prepared, in lower case, with a domain. */
    String fullName(String name) throws Refusal;

    /** Wipes the password. */
    AccountId login(String name, char[] password) throws Refusal, IOException;
}
