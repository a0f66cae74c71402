package org.posthouse.filedirectory;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.Supplier;
import org.bouncycastle.crypto.Digest;

/** {@code {SSHA}} and its kin: one digest over the password and a salt, stored as digest then salt (RFC 2307's userPassword). */
record DigestHash(Supplier<Digest> algorithm, byte[] digest, byte[] salt) implements Verifier {
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

    @Override public boolean matches(byte[] password) {
        var hash = algorithm.get();
        hash.update(password, 0, password.length);
        hash.update(salt, 0, salt.length);
        var found = new byte[digest.length];
        hash.doFinal(found, 0);
        return MessageDigest.isEqual(digest, found);
    }

    @Override public Strength strength() {
        return Strength.WEAK;
    }
}
