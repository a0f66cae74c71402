package org.posthouse.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.posthouse.message.Refusal;

/**
 * The server's side of LOGIN, which no RFC defines (draft-murchison-sasl-login): the name, then the password, each after a
 * prompt. An initial response is the name.
 */
final class LoginExchange implements Sasl {
    private final PasswordLogin accounts;
    private Optional<String> name = Optional.empty();

    LoginExchange(PasswordLogin accounts) {
        this.accounts = accounts;
    }

    @Override public Step begin() {
        return challenge("Username:"); // the octets some clients look for
    }

    @Override public Step respond(byte[] answer) throws Refusal, IOException {
        try {
            if (answer.length > SaslText.LONGEST_PASSWORD) {
                throw new Refusal("5.5.2", "That is too long for a name or password");
            }
            var text = SaslText.decode(answer, 0, answer.length);
            if (name.isPresent()) {
                return new Step.Done(accounts.login(name.get(), text));
            }
            name = Optional.of(new String(text));
            return challenge("Password:");
        } finally {
            Arrays.fill(answer, (byte) 0);
        }
    }

    private static Step challenge(String prompt) {
        return new Step.Challenge(prompt.getBytes(StandardCharsets.US_ASCII));
    }
}
