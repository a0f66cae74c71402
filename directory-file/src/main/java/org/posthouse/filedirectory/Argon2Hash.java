package org.posthouse.filedirectory;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Argon2 (RFC 9106) in its usual text form, {@code $argon2id$v=19$m=KiB,t=passes,p=lanes$salt$hash}. New ones take 19 MiB and
 * two passes.
 */
record Argon2Hash(Argon2Parameters parameters, byte[] hash) implements Verifier {
    private static final Pattern FORM = Pattern.compile(
            "\\$argon2(i|id)\\$(?:v=(16|19)\\$)?m=(\\d{1,7}),t=(\\d{1,4}),p=(\\d{1,3})\\$([A-Za-z0-9+/]{11,128})={0,2}\\$([A-Za-z0-9+/]{16,128})={0,2}");
    private static final int MEMORY_KIB = 19_456;
    private static final int PASSES = 2;
    private static final int MOST_MEMORY_KIB = 1 << 20;
    private static final int SALT_OCTETS = 16;
    private static final int HASH_OCTETS = 32;

    static Argon2Hash parse(String text) throws BadVerifier {
        var form = FORM.matcher(text);
        if (!form.matches()) {
            throw new BadVerifier("write {ARGON2ID}$argon2id$v=19$m=19456,t=2,p=1$salt$hash");
        }
        int memory = Integer.parseInt(form.group(3));
        int passes = Integer.parseInt(form.group(4));
        int lanes = Integer.parseInt(form.group(5));
        if (lanes < 1 || lanes > 64 || passes < 1 || memory < 8 * lanes || memory > MOST_MEMORY_KIB) {
            throw new BadVerifier("Argon2 needs 1 to 64 lanes (p), a pass (t), and 8 KiB a lane to 1 GiB (m)");
        }
        int type = form.group(1).equals("id") ? Argon2Parameters.ARGON2_id : Argon2Parameters.ARGON2_i;
        int version = "19".equals(form.group(2)) ? Argon2Parameters.ARGON2_VERSION_13 : Argon2Parameters.ARGON2_VERSION_10;
        var parameters = new Argon2Parameters.Builder(type).withVersion(version).withMemoryAsKB(memory).withIterations(passes)
                .withParallelism(lanes).withSalt(Schemes.base64(form.group(6))).build();
        return new Argon2Hash(parameters, Schemes.base64(form.group(7)));
    }

    /** A verifier nothing is known to match; trying it takes as long as trying one that {@link #make} made. */
    static Argon2Hash dummy() {
        return new Argon2Hash(fresh(), new byte[HASH_OCTETS]);
    }

    static String make(byte[] password) {
        var parameters = fresh();
        var base64 = Base64.getEncoder().withoutPadding();
        return "{ARGON2ID}$argon2id$v=19$m=" + MEMORY_KIB + ",t=" + PASSES + ",p=1$" + base64.encodeToString(parameters.getSalt())
                + "$" + base64.encodeToString(hash(parameters, password, HASH_OCTETS));
    }

    private static Argon2Parameters fresh() {
        var salt = new byte[SALT_OCTETS];
        new SecureRandom().nextBytes(salt);
        return new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id).withMemoryAsKB(MEMORY_KIB).withIterations(PASSES)
                .withParallelism(1).withSalt(salt).build();
    }

    private static byte[] hash(Argon2Parameters parameters, byte[] password, int octets) {
        var generator = new Argon2BytesGenerator();
        generator.init(parameters);
        var hash = new byte[octets];
        generator.generateBytes(password, hash);
        return hash;
    }

    @Override public boolean matches(byte[] password) {
        return MessageDigest.isEqual(hash, hash(parameters, password, hash.length));
    }

    @Override public Strength strength() {
        long work = (long) parameters.getMemory() * parameters.getIterations();
        boolean id = parameters.getType() == Argon2Parameters.ARGON2_id;
        return id && work >= (long) MEMORY_KIB * PASSES ? Strength.STRONG : Strength.FAIR;
    }
}
