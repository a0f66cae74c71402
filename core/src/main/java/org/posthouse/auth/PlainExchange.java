package org.posthouse.auth;

import java.io.IOException;
import java.util.Arrays;
import org.posthouse.message.Refusal;

/** The server's side of PLAIN (RFC 4616 §2): one message, {@code [authzid] NUL authcid NUL passwd}. */
final class PlainExchange implements Sasl {
    private static final int LONGEST = 2 * SaslText.LONGEST_NAME + 2 + SaslText.LONGEST_PASSWORD;

    private final PasswordLogin accounts;

    PlainExchange(PasswordLogin accounts) {
        this.accounts = accounts;
    }

    @Override public Step begin() {
        return new Step.Challenge(new byte[0]);
    }

    @Override public Step respond(byte[] answer) throws Refusal, IOException {
        try {
            int first = indexOfNul(answer, 0);
            int second = indexOfNul(answer, first + 1);
            if (answer.length > LONGEST || indexOrEnd(answer, second + 1) < answer.length) {
                throw malformed();
            }
            var actAs = new String(SaslText.decode(answer, 0, first));
            var name = new String(SaslText.decode(answer, first + 1, second));
            // §2: acting as somebody else needs a right to do so, which nobody has here
            if (!actAs.isEmpty() && !accounts.fullName(actAs).equals(accounts.fullName(name))) {
                throw SaslText.wrong();
            }
            return new Step.Done(accounts.login(name, SaslText.decode(answer, second + 1, answer.length)));
        } finally {
            Arrays.fill(answer, (byte) 0);
        }
    }

    private static int indexOfNul(byte[] octets, int from) throws Refusal {
        int at = indexOrEnd(octets, from);
        if (at == octets.length) {
            throw malformed();
        }
        return at;
    }

    private static int indexOrEnd(byte[] octets, int from) {
        int at = from;
        while (at < octets.length && octets[at] != 0) {
            at++;
        }
        return at;
    }

    private static Refusal malformed() {
        return new Refusal("5.5.2", "PLAIN needs an authorization id, a name and a password (RFC 4616)");
    }
}
