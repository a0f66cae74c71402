package org.posthouse.filedirectory;

import java.util.Locale;
import java.util.function.Function;
import org.posthouse.message.BadSetting;

/** The scheme that passwords set from now on get. */
enum NewPasswords {
    ARGON2ID(Verifier.Strength.STRONG, Argon2Hash::make),
    SHA512_CRYPT(Verifier.Strength.FAIR, CryptHash::makeSha512),
    PLAIN(Verifier.Strength.READABLE, PlainPassword::make);

    private final Verifier.Strength strength;
    private final Function<byte[], String> make;

    NewPasswords(Verifier.Strength strength, Function<byte[], String> make) {
        this.strength = strength;
        this.make = make;
    }

    static NewPasswords of(String setting) {
        return switch (setting.toLowerCase(Locale.ROOT)) {
            case "argon2id" -> ARGON2ID;
            case "sha512-crypt" -> SHA512_CRYPT;
            case "plain" -> PLAIN;
            default -> throw new BadSetting("scheme", "'" + setting + "' is not a scheme for new passwords; write argon2id, sha512-crypt or plain");
        };
    }

    /** {@code {SCHEME}hash} for the file. */
    String make(byte[] password) {
        return make.apply(password);
    }

    Verifier.Strength strength() {
        return strength;
    }
}
