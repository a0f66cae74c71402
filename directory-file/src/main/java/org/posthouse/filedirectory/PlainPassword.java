package org.posthouse.filedirectory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/** {@code {PLAIN}}: the password itself, for tests and benchmarks. */
record PlainPassword(byte[] octets) implements Verifier {
    static PlainPassword of(String text) {
        return new PlainPassword(text.getBytes(StandardCharsets.UTF_8));
    }

    /** As text for the file, in base64 where the line's grammar would not bear it. */
    static String make(byte[] password) {
        for (byte b : password) {
            if (b <= ' ' || b == ':' || b == 0x7f) {
                return "{PLAIN.b64}" + Base64.getEncoder().encodeToString(password);
            }
        }
        return "{PLAIN}" + new String(password, StandardCharsets.US_ASCII);
    }

    char[] characters() {
        return new String(octets, StandardCharsets.UTF_8).toCharArray();
    }

    @Override public boolean matches(byte[] password) {
        return MessageDigest.isEqual(octets, password);
    }

    @Override public Strength strength() {
        return Strength.READABLE;
    }
}
