package org.posthouse.auth;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** What a directory stores of an account's password for exchanges in which the password itself is never sent. */
@ConsumerType
public interface Secrets {
    /** For an account without any. */
    Secrets NONE = new Secrets() {};

    /** For SCRAM-SHA-256. */
    default Optional<ScramKeys> scramSha256() {
        return Optional.empty();
    }

    /** The password itself, a new array, where it is kept readable: for CRAM-MD5 and DIGEST-MD5. */
    default Optional<char[]> password() {
        return Optional.empty();
    }
}
