package org.posthouse.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), for tests. */
public final class ScramClient {
    /** What binds to the connection: its type, empty for none, and its octets. */
    public record Binding(String type, byte[] octets) {
        public static final Binding NONE = new Binding("", new byte[0]);

        String header() {
            return type.isEmpty() ? "n,," : "p=" + type + ",,";
        }
    }

    private final String password;
    private final Binding binding;
    private final String bare;
    private String serverProof = "";

    public ScramClient(String name, String password, String nonce, Binding binding) {
        this.password = password;
        this.binding = binding;
        this.bare = "n=" + name.replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
    }

    public byte[] first() {
        return (binding.header() + bare).getBytes(UTF_8);
    }

    /** The client-final-message to this challenge. */
    public byte[] last(byte[] challenge) throws GeneralSecurityException {
        var text = new String(challenge, UTF_8);
        var parts = text.split(",");
        byte[] salted = salted(password, Base64.getDecoder().decode(parts[1].substring(2)), Integer.parseInt(parts[2].substring(2)));
        var bound = new ByteArrayOutputStream();
        bound.writeBytes(binding.header().getBytes(UTF_8));
        bound.writeBytes(binding.octets());
        var withoutProof = "c=" + Base64.getEncoder().encodeToString(bound.toByteArray()) + "," + parts[0];
        byte[] message = (bare + "," + text + "," + withoutProof).getBytes(UTF_8);
        byte[] clientKey = hmac(salted, "Client Key".getBytes(UTF_8));
        byte[] proof = hmac(sha256(clientKey), message);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= clientKey[i];
        }
        serverProof = "v=" + Base64.getEncoder().encodeToString(hmac(hmac(salted, "Server Key".getBytes(UTF_8)), message));
        return (withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof)).getBytes(UTF_8);
    }

    /** Whether the server knows what is stored of the password. */
    public boolean trusts(byte[] serverFinal) {
        return Arrays.equals(serverProof.getBytes(UTF_8), serverFinal);
    }

    /** The whole exchange with our own server's side. */
    public AccountId logIn(Sasl sasl) throws Exception {
        var challenge = (Sasl.Step.Challenge) sasl.respond(first());
        var proof = (Sasl.Step.Challenge) sasl.respond(last(challenge.octets()));
        if (!trusts(proof.octets())) {
            throw new AssertionError("the server does not know the password");
        }
        return ((Sasl.Step.Done) sasl.respond(new byte[0])).account();
    }

    /** What a directory stores. */
    public static ScramKeys keys(String password, byte[] salt, int rounds) {
        try {
            byte[] salted = salted(password, salt, rounds);
            return new ScramKeys(rounds, salt, sha256(hmac(salted, "Client Key".getBytes(UTF_8))), hmac(salted, "Server Key".getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] salted(String password, byte[] salt, int rounds) throws GeneralSecurityException {
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                .generateSecret(new PBEKeySpec(password.toCharArray(), salt, rounds, 256)).getEncoded();
    }

    private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message);
    }

    private static byte[] sha256(byte[] octets) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(octets);
    }
}
