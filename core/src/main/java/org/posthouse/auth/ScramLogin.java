package org.posthouse.auth;

import java.io.IOException;
import java.util.Optional;
import org.posthouse.message.Refusal;

/** What an exchange in which the client only proves that it knows the password needs of {@link Accounts}; one for each exchange. */
interface ScramLogin {
    /** Why a client was not let in. */
    enum Wrong { PROOF, CHANNEL }

    /** The name as directories know it: prepared, in lower case, with a domain. */
    String fullName(String name) throws Refusal;

    /** The account's keys; for who has none, made-up ones that are always the same and that nobody can prove. */
    ScramKeys keys(String account) throws Refusal, IOException;

    /** The account's password where it is kept readable, a new array; empty for who has none, and for nobody. */
    default Optional<char[]> password(String account) throws Refusal, IOException {
        return Optional.empty();
    }

    AccountId loggedIn(String account) throws Refusal;

    /** Counts the failure; the refusal to be thrown. */
    Refusal failed(String account, Wrong why);
}
