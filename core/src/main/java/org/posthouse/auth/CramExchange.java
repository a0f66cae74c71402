package org.posthouse.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.posthouse.message.Refusal;

/** The server's side of CRAM-MD5 (RFC 2195 §2): the client shows that it knows the password by a keyed digest of our challenge. */
final class CramExchange implements Sasl {
    private static final int LONGEST = SaslText.LONGEST_NAME * 4 + 40;

    private final ScramLogin accounts;
    private final String challenge;
    private boolean begun;

    /** @param challenge {@code <unique@host>}, never used before */
    CramExchange(ScramLogin accounts, String challenge) {
        this.accounts = accounts;
        this.challenge = challenge;
    }

    @Override public Step begin() {
        begun = true;
        return new Step.Challenge(challenge.getBytes(StandardCharsets.US_ASCII));
    }

    @Override public Step respond(byte[] answer) throws Refusal, IOException {
        var text = answer.length > LONGEST ? "" : new String(SaslText.decode(answer, 0, answer.length));
        int space = text.lastIndexOf(' ');
        if (!begun || space < 1 || !text.substring(space + 1).matches("[0-9a-fA-F]{32}")) {
            throw new Refusal("5.5.2", "CRAM-MD5 needs a name and a digest (RFC 2195)");
        }
        begun = false;
        var account = accounts.fullName(text.substring(0, space));
        var password = accounts.password(account);
        byte[] expected = digest(password.orElse(new char[] {'?'}));
        boolean right = MessageDigest.isEqual(expected, HexFormat.of().parseHex(text.substring(space + 1)));
        password.ifPresent(chars -> Arrays.fill(chars, '\0'));
        if (password.isEmpty() || !right) {
            throw accounts.failed(account, ScramLogin.Wrong.PROOF);
        }
        return new Step.Done(accounts.loggedIn(account));
    }

    private byte[] digest(char[] password) {
        try {
            var mac = Mac.getInstance("HmacMD5");
            mac.init(new SecretKeySpec(new String(password).getBytes(StandardCharsets.UTF_8), "HmacMD5"));
            return mac.doFinal(challenge.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacMD5", e);
        }
    }
}
