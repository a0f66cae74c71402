package org.posthouse.filedirectory;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.Supplier;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;

/** {@code {SSHA}} and its kin: one digest over the password and a salt, stored as digest then salt (RFC 2307's userPassword). */
record DigestHash(Supplier<Digest> algorithm, byte[] digest, byte[] salt) implements Verifier {
    private static final int SALT_OCTETS = 16;

    static DigestHash plain(Supplier<Digest> algorithm, byte[] octets) throws BadVerifier {
        int size = algorithm.get().getDigestSize();
        if (octets.length != size) {
            throw new BadVerifier("the hash has " + octets.length + " octets, not " + size);
        }
        return new DigestHash(algorithm, octets, new byte[0]);
    }

    static DigestHash salted(Supplier<Digest> algorithm, byte[] octets) throws BadVerifier {
        int size = algorithm.get().getDigestSize();
        if (octets.length <= size) {
            throw new BadVerifier("the hash has " + octets.length + " octets, not " + size + " and a salt");
        }
        return new DigestHash(algorithm, Arrays.copyOf(octets, size), Arrays.copyOfRange(octets, size, octets.length));
    }

    /** {@code {SSHA512}} with a new salt: for what is too random to be guessed. */
    static String make(byte[] password) {
        var salt = new byte[SALT_OCTETS];
        new SecureRandom().nextBytes(salt);
        byte[] digest = digest(new SHA512Digest(), password, salt);
        return "{SSHA512}" + Base64.getEncoder().encodeToString(ByteBuffer.allocate(digest.length + salt.length).put(digest).put(salt).array());
    }

    @Override public boolean matches(byte[] password) {
        return MessageDigest.isEqual(digest, digest(algorithm.get(), password, salt));
    }

    private static byte[] digest(Digest hash, byte[] password, byte[] salt) {
        hash.update(password, 0, password.length);
        hash.update(salt, 0, salt.length);
        var digest = new byte[hash.getDigestSize()];
        hash.doFinal(digest, 0);
        return digest;
    }

    @Override public Strength strength() {
        return Strength.WEAK;
    }
}
