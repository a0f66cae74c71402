package org.posthouse.filedirectory;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The log-ins of the last minutes, so that a mail program that connects again does not cost a slow hash each time. What is kept is
 * a keyed hash (RFC 2104) of the verifier with the password that matched it, under a key that lives as long as the process:
 * neither a password nor anything that is of use elsewhere. A changed verifier is another one. Safe for several threads.
 */
final class Remembered {
    private static final int MOST = 10_000;
    private static final String ALGORITHM = "HmacSHA256";

    private final Duration kept;
    private final Clock clock;
    private final SecretKeySpec key;
    private final Map<ByteBuffer, Instant> known = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Instant> eldest) {
            return size() > MOST;
        }
    };

    Remembered(Duration kept, Clock clock) {
        this.kept = kept;
        this.clock = clock;
        var random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.key = new SecretKeySpec(random, ALGORITHM);
    }

    /** Whether this password matched this verifier not long ago. */
    boolean matched(String verifier, byte[] password) {
        if (kept.isZero()) {
            return false;
        }
        var hash = hash(verifier, password);
        synchronized (known) {
            var until = known.get(hash);
            if (until != null && until.isBefore(clock.instant())) {
                known.remove(hash);
                return false;
            }
            return until != null;
        }
    }

    void keep(String verifier, byte[] password) {
        if (kept.isZero()) {
            return;
        }
        var hash = hash(verifier, password);
        synchronized (known) {
            known.put(hash, clock.instant().plus(kept));
        }
    }

    private ByteBuffer hash(String verifier, byte[] password) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(verifier.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return ByteBuffer.wrap(mac.doFinal(password));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
