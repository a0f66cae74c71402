package org.posthouse.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.posthouse.message.Refusal;

/**
 * The server's side of OAUTHBEARER (RFC 7628 §3) and of XOAUTH2, which no RFC defines: one message with a bearer token (RFC 6750). A token that
 * is refused is answered with what is wrong as JSON, and the refusal comes after the client has acknowledged that.
 */
final class BearerExchange implements Sasl {
    /** How the name stands in front of the token. */
    enum Form {
        OAUTHBEARER(Pattern.compile("[ny],(?:a=([^,\u0001]*))?,\u0001(?:[a-zA-Z]+=[^\u0001]*+\u0001)*+\u0001", Pattern.DOTALL),
                "{\"status\":\"invalid_token\",\"schemes\":\"bearer\"}"),
        XOAUTH2(Pattern.compile("user=([^\u0001]+)\u0001(?:[a-zA-Z]+=[^\u0001]*+\u0001)*+\u0001", Pattern.DOTALL),
                "{\"status\":\"401\",\"schemes\":\"bearer\"}");

        private final Pattern message;
        private final String wrong;

        Form(Pattern message, String wrong) {
            this.message = message;
            this.wrong = wrong;
        }
    }

    private static final int LONGEST = 8_192;
    private static final Pattern TOKEN = Pattern.compile("\u0001auth=bearer +([A-Za-z0-9._~+/-]+=*)\u0001", Pattern.CASE_INSENSITIVE);

    private final Form form;
    private final BearerLogin accounts;
    private Optional<Refusal> refused = Optional.empty();

    BearerExchange(Form form, BearerLogin accounts) {
        this.form = form;
        this.accounts = accounts;
    }

    @Override public Step begin() {
        return new Step.Challenge(new byte[0]);
    }

    @Override public Step respond(byte[] answer) throws Refusal, IOException {
        if (refused.isPresent()) {
            throw refused.get(); // RFC 7628 §3.2.3: whatever the client says
        }
        try {
            var text = answer.length > LONGEST ? "" : new String(SaslText.decode(answer, 0, answer.length));
            var message = form.message.matcher(text);
            var token = TOKEN.matcher(text);
            if (!message.matches() || !token.find()) {
                throw new Refusal("5.5.2", "That is not a message with a bearer token");
            }
            var name = Optional.ofNullable(message.group(1)).orElse("").replace("=2C", ",").replace("=3D", "=");
            return new Step.Done(accounts.login(name, token.group(1).toCharArray()));
        } catch (Refusal refusal) {
            if (!refusal.status().code().equals("5.7.8")) {
                throw refusal;
            }
            refused = Optional.of(refusal);
            return new Step.Challenge(form.wrong.getBytes(StandardCharsets.US_ASCII));
        } finally {
            Arrays.fill(answer, (byte) 0);
        }
    }
}
