package org.posthouse.filedirectory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.posthouse.auth.ScramKeys;

/** {@code {SCRAM-SHA-256}rounds,salt,StoredKey,ServerKey} (RFC 5802 §3, RFC 7677), which can verify a plain password too. */
record ScramHash(ScramKeys keys) implements Verifier {
    private static final Pattern FORM = Pattern.compile("(\\d{1,8}),([A-Za-z0-9+/=]+),([A-Za-z0-9+/=]{44}),([A-Za-z0-9+/=]{44})");
    private static final int KEY_OCTETS = 32;

    static ScramHash parse(String text) throws BadVerifier {
        var form = FORM.matcher(text);
        if (!form.matches() || Integer.parseInt(form.group(1)) < 1) {
            throw new BadVerifier("write {SCRAM-SHA-256}rounds,salt,StoredKey,ServerKey");
        }
        byte[] storedKey = Schemes.base64(form.group(3));
        byte[] serverKey = Schemes.base64(form.group(4));
        if (storedKey.length != KEY_OCTETS || serverKey.length != KEY_OCTETS) {
            throw new BadVerifier("StoredKey and ServerKey of SCRAM-SHA-256 have 32 octets each");
        }
        return new ScramHash(new ScramKeys(Integer.parseInt(form.group(1)), Schemes.base64(form.group(2)), storedKey, serverKey));
    }

    static String make(byte[] password) {
        var salt = new byte[ScramKeys.USUAL_SALT_OCTETS];
        new SecureRandom().nextBytes(salt);
        byte[] salted = Pbkdf2Hash.derive(new SHA256Digest(), password, salt, ScramKeys.USUAL_ROUNDS, KEY_OCTETS);
        var base64 = Base64.getEncoder();
        return "{SCRAM-SHA-256}" + ScramKeys.USUAL_ROUNDS + "," + base64.encodeToString(salt) + "," + base64.encodeToString(storedKey(salted))
                + "," + base64.encodeToString(hmac(salted, "Server Key"));
    }

    @Override public boolean matches(byte[] password) {
        byte[] salted = Pbkdf2Hash.derive(new SHA256Digest(), password, keys.salt(), keys.rounds(), KEY_OCTETS);
        return MessageDigest.isEqual(keys.storedKey(), storedKey(salted));
    }

    @Override public Strength strength() {
        return Strength.FAIR;
    }

    private static byte[] storedKey(byte[] salted) { // RFC 5802 §3: StoredKey := H(HMAC(SaltedPassword, "Client Key"))
        byte[] clientKey = hmac(salted, "Client Key");
        var digest = new SHA256Digest();
        digest.update(clientKey, 0, clientKey.length);
        var key = new byte[KEY_OCTETS];
        digest.doFinal(key, 0);
        return key;
    }

    private static byte[] hmac(byte[] key, String text) {
        var mac = new HMac(new SHA256Digest());
        mac.init(new KeyParameter(key));
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        mac.update(octets, 0, octets.length);
        var result = new byte[KEY_OCTETS];
        mac.doFinal(result, 0);
        return result;
    }
}
