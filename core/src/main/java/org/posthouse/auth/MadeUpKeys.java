package org.posthouse.auth;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.posthouse.disk.Disk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SCRAM keys for users that are not there (RFC 5802 §9): always the same salt for the same name, so that nobody learns who is
 * there by asking twice, and keys that no password leads to. Salts come from a secret, kept in {@code var/state/salts} over restarts.
 */
final class MadeUpKeys {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryAccounts.class);
    private static final int SECRET_OCTETS = 32;

    private final Disk disk;
    private final Lock reading = new ReentrantLock();
    private volatile byte[] secret = {};

    MadeUpKeys(Disk disk) {
        this.disk = disk;
    }

    ScramKeys of(String account) {
        return new ScramKeys(ScramKeys.USUAL_ROUNDS, Arrays.copyOf(mixed("salt", account), ScramKeys.USUAL_SALT_OCTETS),
                mixed("stored", account), mixed("server", account));
    }

    private byte[] mixed(String what, String account) {
        return ScramKeys.hmac(secret(), (what + "\0" + account).getBytes(StandardCharsets.UTF_8));
    }

    private byte[] secret() {
        if (secret.length == 0) {
            reading.lock();
            try {
                secret = secret.length == 0 ? keptOrMade() : secret;
            } finally {
                reading.unlock();
            }
        }
        return secret;
    }

    /** A disk that cannot be used is no reason to let nobody in: then the salts change with the next start. */
    private byte[] keptOrMade() {
        byte[] made = new byte[SECRET_OCTETS];
        new SecureRandom().nextBytes(made);
        try {
            Path file = disk.var("state/salts");
            var kept = kept(file);
            if (kept.length == SECRET_OCTETS) {
                return kept;
            }
            disk.replace(file, made);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("cannot keep var/state/salts, so who watches salts over a restart can tell accounts from others: {}", e.toString());
        }
        return made;
    }

    private static byte[] kept(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException _) {
            return new byte[0];
        }
    }
}
