package org.posthouse.auth;

import java.io.IOException;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.posthouse.message.Address;

/**
 * Knows users and aliases. The kind of the {@code directory-*} bundles. Names are full and in lower case. An IOException
 * means "cannot say now", which is never the same as "no such user".
 */
@ConsumerType
public interface Directory {
    /** One step for exactly this address. An address {@code @domain} (empty local part) asks for the domain's catch-all. */
    Resolution resolve(Address address) throws IOException;

    Optional<Account> account(String name) throws IOException;

    /** Verifies a password and may rehash its own record. Must take about as long for a user that does not exist. */
    Check check(String name, char[] password) throws IOException;

    /** Whether {@link #secrets} may find any; only then log-ins that need them are offered. */
    default boolean keepsSecrets() {
        return false;
    }

    /** What is stored for log-ins that never send the password; {@link Secrets#NONE} also for who does not exist. */
    default Secrets secrets(String name) throws IOException {
        return Secrets.NONE;
    }

    /** Whether {@link #bearer} can check tokens; only then log-ins by OAUTHBEARER and XOAUTH2 are offered. */
    default boolean checksTokens() {
        return false;
    }

    /** The full name of the account that a bearer token (RFC 6750) is for; empty when it is not valid. The token stays the caller's. */
    default Optional<String> bearer(char[] token) throws IOException {
        return Optional.empty();
    }

    /** For directories that can be changed by {@code posthouse user}. */
    default Optional<Editor> editor() {
        return Optional.empty();
    }
}
