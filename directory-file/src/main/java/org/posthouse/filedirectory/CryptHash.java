package org.posthouse.filedirectory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.regex.Pattern;
import org.apache.commons.codec.digest.Crypt;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/** A hash of crypt(3): bcrypt ($2a$, $2b$, $2y$), SHA-512 ($6$), SHA-256 ($5$), MD5 ($1$) or the old DES. */
record CryptHash(String text) implements Verifier {
    private static final Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(0[4-9]|[12]\\d|3[01])\\$[./0-9A-Za-z]{53}");
    private static final Pattern SHA = Pattern.compile(
            "(\\$6\\$(rounds=\\d{1,9}\\$)?[./0-9A-Za-z]{1,16}\\$[./0-9A-Za-z]{86})|(\\$5\\$(rounds=\\d{1,9}\\$)?[./0-9A-Za-z]{1,16}\\$[./0-9A-Za-z]{43})");
    private static final Pattern WEAK = Pattern.compile("\\$1\\$[./0-9A-Za-z]{1,8}\\$[./0-9A-Za-z]{22}|[./0-9A-Za-z]{13}");
    private static final String SALT_LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    static CryptHash parse(String text) throws BadVerifier {
        if (!BCRYPT.matcher(text).matches() && !SHA.matcher(text).matches() && !WEAK.matcher(text).matches()) {
            throw new BadVerifier("not a hash of crypt(3); one begins with $6$, $5$, $2y$, $2b$, $2a$ or $1$, and is complete");
        }
        return new CryptHash(text);
    }

    /** A new SHA-512 hash of crypt(3), with its default of 5,000 rounds. */
    static String makeSha512(byte[] password) {
        var salt = new StringBuilder("$6$");
        new SecureRandom().ints(16, 0, SALT_LETTERS.length()).forEach(i -> salt.append(SALT_LETTERS.charAt(i)));
        return "{SHA512-CRYPT}" + Crypt.crypt(password.clone(), salt.toString());
    }

    @Override public boolean matches(byte[] password) {
        if (BCRYPT.matcher(text).matches()) {
            return OpenBSDBCrypt.checkPassword(text, password.clone());
        }
        var found = Crypt.crypt(password.clone(), text); // it wipes what it is given
        return MessageDigest.isEqual(tail(text), tail(found));
    }

    /** Without the salt and rounds, which are written in more than one way. */
    private static byte[] tail(String hash) {
        return hash.substring(hash.lastIndexOf('$') + 1).getBytes(StandardCharsets.US_ASCII);
    }

    @Override public Strength strength() {
        return WEAK.matcher(text).matches() ? Strength.WEAK : Strength.FAIR;
    }
}
