package org.posthouse.filedirectory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * PBKDF2 (RFC 8018 §5.2) in Dovecot's form, {@code $1$salt$rounds$hex} with HMAC-SHA-1, or as
 * {@code $pbkdf2-sha256$rounds$salt$hash} ({@code sha512} too; {@code i=rounds} and base64 with {@code .} for {@code +} as well).
 */
record Pbkdf2Hash(Supplier<Digest> algorithm, byte[] salt, int rounds, byte[] hash) implements Verifier {
    private static final Pattern DOVECOT = Pattern.compile("\\$1\\$([^$]{1,64})\\$(\\d{1,8})\\$([0-9a-fA-F]{32,128})");
    private static final Pattern MODULAR =
            Pattern.compile("\\$pbkdf2-(sha256|sha512)\\$(?:i=)?(\\d{1,8})(?:,l=\\d+)?\\$([A-Za-z0-9+/.=]+)\\$([A-Za-z0-9+/.=]{20,100})");

    static Pbkdf2Hash parse(String text) throws BadVerifier {
        var dovecot = DOVECOT.matcher(text);
        if (dovecot.matches()) {
            return new Pbkdf2Hash(SHA1Digest::new, dovecot.group(1).getBytes(StandardCharsets.UTF_8),
                    rounds(dovecot.group(2)), Schemes.hex(dovecot.group(3)));
        }
        var modular = MODULAR.matcher(text);
        if (!modular.matches()) {
            throw new BadVerifier("not a PBKDF2 hash; write $1$salt$rounds$hex or $pbkdf2-sha256$rounds$salt$hash");
        }
        Supplier<Digest> algorithm = modular.group(1).equals("sha256") ? SHA256Digest::new : SHA512Digest::new;
        return new Pbkdf2Hash(algorithm, base64(modular.group(3)), rounds(modular.group(2)), base64(modular.group(4)));
    }

    private static int rounds(String digits) throws BadVerifier {
        int rounds = Integer.parseInt(digits);
        if (rounds < 1) {
            throw new BadVerifier("PBKDF2 needs at least 1 round");
        }
        return rounds;
    }

    private static byte[] base64(String text) throws BadVerifier {
        return Schemes.base64(text.replace('.', '+'));
    }

    static byte[] derive(Digest algorithm, byte[] password, byte[] salt, int rounds, int octets) {
        var generator = new PKCS5S2ParametersGenerator(algorithm);
        generator.init(password, salt, rounds);
        return ((KeyParameter) generator.generateDerivedMacParameters(octets * 8)).getKey();
    }

    @Override public boolean matches(byte[] password) {
        return MessageDigest.isEqual(hash, derive(algorithm.get(), password, salt, rounds, hash.length));
    }

    @Override public Strength strength() {
        return Strength.FAIR;
    }
}
