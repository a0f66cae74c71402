package org.posthouse.pop3;

import java.util.Optional;

/** Where a session stands (RFC 1939 §3). The UPDATE state is a moment of QUIT. */
sealed interface State {
    /** @param user the name that USER gave and PASS may follow */
    record Authorization(Optional<String> user) implements State {}

    record Transaction(Maildrop maildrop) implements State {}

    record Ended() implements State {}
}
