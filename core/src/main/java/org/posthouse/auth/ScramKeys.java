package org.posthouse.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What is stored of a password for SCRAM-SHA-256 (RFC 5802 §3, RFC 7677): enough to know its owner by, not enough to be taken for
 * them. The arrays are not copied and must not change.
 */
public record ScramKeys(int rounds, byte[] salt, byte[] storedKey, byte[] serverKey) {
    /** What new keys should have, so that those made up for users who have none look the same. */
    public static final int USUAL_ROUNDS = 15_000;
    public static final int USUAL_SALT_OCTETS = 16;

    private static final String HMAC = "HmacSHA256";

    /** RFC 5802 §3: whether the proof is ClientKey XOR HMAC(StoredKey, AuthMessage), with StoredKey = H(ClientKey). */
    boolean provedBy(byte[] proof, String authMessage) {
        byte[] signature = hmac(storedKey, octets(authMessage));
        if (proof.length != signature.length) {
            return false;
        }
        var clientKey = new byte[proof.length];
        for (int i = 0; i < proof.length; i++) {
            clientKey[i] = (byte) (proof[i] ^ signature[i]);
        }
        return MessageDigest.isEqual(storedKey, sha256(clientKey));
    }

    /** The server's own proof, in base64. */
    String serverSignature(String authMessage) {
        return Base64.getEncoder().encodeToString(hmac(serverKey, octets(authMessage)));
    }

    static byte[] hmac(byte[] key, byte[] message) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + HMAC, e);
        }
    }

    private static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
