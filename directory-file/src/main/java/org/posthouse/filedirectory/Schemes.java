package org.posthouse.filedirectory;

import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;

/**
 * Reads {@code {SCHEME}hash} in the forms Dovecot's files use. A scheme's name may end in {@code .b64} or {@code .hex} for
 * {@code PLAIN} and the plain digests; without braces a hash is one of crypt(3).
 */
final class Schemes {
    private static final String KNOWN = "ARGON2ID, BLF-CRYPT, SHA512-CRYPT, SHA256-CRYPT, MD5-CRYPT, CRYPT, PBKDF2, SCRAM-SHA-256, "
            + "SSHA512, SSHA256, SSHA, SHA512, SHA256, SHA or PLAIN";

    private Schemes() {}

    static Verifier parse(String text) throws BadVerifier {
        int end = text.indexOf('}');
        if (Locked.is(text)) {
            return new Locked();
        }
        if (!text.startsWith("{")) {
            return CryptHash.parse(text);
        }
        if (end < 0) {
            throw new BadVerifier("a { without }; write {SCHEME}hash");
        }
        var scheme = text.substring(1, end).toUpperCase(Locale.ROOT);
        var hash = text.substring(end + 1);
        if (hash.isEmpty()) {
            throw new BadVerifier("nothing after {" + scheme + "}; write {SCHEME}hash");
        }
        return switch (scheme) {
            case "ARGON2ID", "ARGON2I" -> Argon2Hash.parse(hash);
            case "BLF-CRYPT", "SHA512-CRYPT", "SHA256-CRYPT", "MD5-CRYPT", "MD5", "CRYPT" -> CryptHash.parse(hash);
            case "PBKDF2" -> Pbkdf2Hash.parse(hash);
            case "SCRAM-SHA-256" -> ScramHash.parse(hash);
            case "PLAIN", "CLEAR", "CLEARTEXT" -> PlainPassword.of(hash);
            default -> encoded(scheme, hash);
        };
    }

    private static Verifier encoded(String scheme, String hash) throws BadVerifier {
        boolean hex = scheme.endsWith(".HEX");
        var name = hex || scheme.endsWith(".B64") ? scheme.substring(0, scheme.length() - 4) : scheme;
        return switch (name) {
            case "PLAIN", "CLEAR", "CLEARTEXT" -> new PlainPassword(octets(hash, hex));
            case "SHA", "SHA1" -> DigestHash.plain(SHA1Digest::new, octets(hash, hex));
            case "SHA256" -> DigestHash.plain(SHA256Digest::new, octets(hash, hex));
            case "SHA512" -> DigestHash.plain(SHA512Digest::new, octets(hash, hex));
            case "SSHA" -> DigestHash.salted(SHA1Digest::new, octets(hash, hex));
            case "SSHA256" -> DigestHash.salted(SHA256Digest::new, octets(hash, hex));
            case "SSHA512" -> DigestHash.salted(SHA512Digest::new, octets(hash, hex));
            default -> throw new BadVerifier("{" + scheme + "} is not a scheme known here; use " + KNOWN);
        };
    }

    static byte[] base64(String text) throws BadVerifier {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new BadVerifier("the hash is not base64");
        }
    }

    private static byte[] octets(String text, boolean hex) throws BadVerifier {
        return hex ? hex(text) : base64(text);
    }

    static byte[] hex(String text) throws BadVerifier {
        try {
            return HexFormat.of().parseHex(text.toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new BadVerifier("the hash is not hexadecimal");
        }
    }
}
