package org.posthouse.filedirectory;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.posthouse.message.Unavailable;

/**
 * Makes and tries verifiers, so many at once that a core is left for the mail; the others wait for their turn. A wrong
 * password costs about as much whether or not there is such a user.
 */
final class Passwords {
    private interface Use<R> {
        R on(byte[] octets) throws Unavailable;
    }

    private interface Hash<R> {
        R compute();
    }

    private static final int LONGEST_WAIT_SECONDS = 20;

    private final Storing storing;
    private final Remembered remembered;
    private final Verifier nobody = Argon2Hash.dummy();
    private final Semaphore turns = new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - 1), true);

    Passwords(Storing storing) {
        this.storing = storing;
        this.remembered = new Remembered(storing.remembered(), Clock.systemUTC());
    }

    /** What is stored of a new password: {@code {SCHEME}hash}, and keys for SCRAM where they are asked for. */
    List<String> make(char[] password) throws Unavailable {
        return storing.scram() ? List.of(makeHash(password), makeScram(password)) : List.of(makeHash(password));
    }

    String makeScram(char[] password) throws Unavailable {
        return with(password, octets -> inTurn(() -> ScramHash.make(octets)));
    }

    static String makeApp(char[] password) throws Unavailable {
        return with(password, DigestHash::make);
    }

    private String makeHash(char[] password) throws Unavailable {
        return with(password, octets -> inTurn(() -> storing.scheme().make(octets)));
    }

    /** Whether this is one of the user's application passwords. */
    boolean matchesApp(Users.User user, char[] password) throws Unavailable {
        return with(password, octets -> {
            for (var app : user.apps()) {
                if (matches(app.secret().verifier(), octets)) {
                    return true;
                }
            }
            return false;
        });
    }

    /** The first of the user's secrets that this password matches. */
    Optional<Users.Secret> matching(Users.User user, char[] password) throws Unavailable {
        return with(password, octets -> {
            for (var secret : user.secrets()) {
                if (remembered.matched(secret.text(), octets)) {
                    return Optional.of(secret);
                }
            }
            for (var secret : user.secrets()) {
                if (matches(secret.verifier(), octets)) {
                    remembered.keep(secret.text(), octets);
                    return Optional.of(secret);
                }
            }
            if (user.secrets().stream().noneMatch(s -> s.verifier().strength() == Verifier.Strength.STRONG)) {
                matches(nobody, octets);
            }
            return Optional.empty();
        });
    }

    /** Takes the time that a wrong password takes. */
    void matchNobody(char[] password) throws Unavailable {
        with(password, octets -> matches(nobody, octets));
    }

    /** What should be stored of a password that this one of the user's secrets matched; the same where nothing is to be changed. */
    List<String> renewed(Users.User user, Users.Secret matched, char[] password) throws Unavailable {
        var secrets = new ArrayList<>(user.secrets().stream().map(Users.Secret::text).toList());
        if (!storing.rehash()) {
            return secrets;
        }
        if (outdated(matched.verifier())) {
            secrets.set(secrets.indexOf(matched.text()), makeHash(password));
        }
        if (storing.scram() && user.scram().isEmpty()) {
            secrets.add(makeScram(password));
        }
        return secrets;
    }

    /** Never one kept readable on purpose, nor to a weaker one. */
    private boolean outdated(Verifier verifier) {
        return verifier.strength() != Verifier.Strength.READABLE && !(verifier instanceof ScramHash)
                && storing.scheme().strength().compareTo(verifier.strength()) > 0;
    }

    private static <R> R with(char[] password, Use<R> use) throws Unavailable {
        var encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
        byte[] octets = Arrays.copyOf(encoded.array(), encoded.limit());
        Arrays.fill(encoded.array(), (byte) 0);
        try {
            return use.on(octets);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    private boolean matches(Verifier verifier, byte[] octets) throws Unavailable {
        if (verifier.strength() == Verifier.Strength.READABLE || verifier instanceof DigestHash) { // costs nothing
            return verifier.matches(octets);
        }
        return inTurn(() -> verifier.matches(octets));
    }

    private <R> R inTurn(Hash<R> hash) throws Unavailable {
        try {
            if (!turns.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new Unavailable("too many log-ins at once");
            }
        } catch (InterruptedException e) {
            throw new Unavailable("interrupted while waiting to hash a password", e);
        }
        try {
            return hash.compute();
        } finally {
            turns.release();
        }
    }
}
