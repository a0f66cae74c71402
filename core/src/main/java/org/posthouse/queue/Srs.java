package org.posthouse.queue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.posthouse.disk.Disk;
import org.posthouse.message.Address;

/**
 * The sender rewriting scheme: mail of strangers that goes on to other hosts gets a sender in a domain of ours, whose SPF lists
 * this server; what comes back to it goes to the stranger. Only who knows our secret can make such an address, and it holds
 * for {@link #DAYS} days, so it is no open relay. The secret is kept in {@code var/state/srs}.
 *
 * <pre>
 * srs0 = "SRS0=" hash "=" day "=" domain "=" local       ; sender local@domain
 * srs1 = "SRS1=" hash day "=" domain "=" rest            ; sender SRS0rest@domain, which another forwarder had made
 * hash = 5(A-Z / 2-7)    day = 2(A-Z / 2-7)              ; compared without case, since others may change it
 * </pre>
 *
 * <p>In an srs1 the day stands where others expect nothing but a hash, so that a forwarder behind us finds the domain and the
 * rest where they always are.
 */
final class Srs {
    static final int DAYS = 21;

    private static final Pattern SRS0 = Pattern.compile("SRS0[=+-]([A-Z2-7]{5})=([A-Z2-7]{2})=([^=]+)=(.+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern SRS1 = Pattern.compile("SRS1[=+-]([A-Z2-7]{5})([A-Z2-7]{2})=([^=]+)=(.+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern OTHERS_SRS1 = Pattern.compile("SRS1[=+-][^=]+=([^=]+)=(.+)", Pattern.CASE_INSENSITIVE);
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int HASH_LETTERS = 5;
    private static final int ROUND = 32 * 32; // days until a day's two letters come again
    private static final int LONGEST_LOCAL = 64; // RFC 5321 §4.5.3.1.1
    private static final int SECRET_OCTETS = 32;

    private final Disk disk;
    private final Clock clock;
    private final Lock reading = new ReentrantLock();
    private volatile byte[] secret = {};

    Srs(Disk disk, Clock clock) {
        this.disk = disk;
        this.clock = clock;
    }

    static boolean isOne(Address address) {
        return address.local().regionMatches(true, 0, "SRS0", 0, 4) || address.local().regionMatches(true, 0, "SRS1", 0, 4);
    }

    /** The sender to use instead, in this domain; empty where it would be longer than an address may be. */
    Optional<Address> forward(Address sender, String domain) throws IOException {
        var local = sender.local().regionMatches(true, 0, "SRS0", 0, 4) && sender.local().length() > 4
                ? srs1(sender.domain(), sender.local().substring(4))
                : sender.local().regionMatches(true, 0, "SRS1", 0, 4) ? again(sender) : srs0(sender);
        return local.getBytes(StandardCharsets.UTF_8).length > LONGEST_LOCAL ? Optional.empty() : Optional.of(new Address(local, domain));
    }

    private String srs0(Address sender) throws IOException {
        var rest = day(today()) + "=" + sender.domain() + "=" + sender.local();
        return "SRS0=" + hash("0" + rest) + "=" + rest;
    }

    private String srs1(String domain, String rest) throws IOException {
        var day = day(today());
        return "SRS1=" + hash("1" + day + domain + "=" + rest) + day + "=" + domain + "=" + rest;
    }

    /** The way back leaves out all forwarders between the first and us. */
    private String again(Address sender) throws IOException {
        var form = OTHERS_SRS1.matcher(sender.local());
        return form.matches() ? srs1(form.group(1), form.group(2)) : srs0(sender);
    }

    /** Whom such an address of ours stands for; empty when we have not made it, or too long ago. */
    Optional<Address> reverse(Address address) throws IOException {
        var first = SRS0.matcher(address.local());
        if (first.matches()) {
            var rest = first.group(2) + "=" + first.group(3) + "=" + first.group(4);
            return is(first.group(1), "0" + rest) && recent(first.group(2))
                    ? Optional.of(new Address(first.group(4), first.group(3).toLowerCase(Locale.ROOT))) : Optional.empty();
        }
        var second = SRS1.matcher(address.local());
        return second.matches() && is(second.group(1), "1" + second.group(2) + second.group(3) + "=" + second.group(4)) && recent(second.group(2))
                ? Optional.of(new Address("SRS0" + second.group(4), second.group(3).toLowerCase(Locale.ROOT))) : Optional.empty();
    }

    private long today() {
        return clock.instant().getEpochSecond() / 86_400 % ROUND;
    }

    private static String day(long day) {
        return "" + LETTERS.charAt((int) day / 32) + LETTERS.charAt((int) day % 32);
    }

    private boolean recent(String letters) {
        var upper = letters.toUpperCase(Locale.ROOT);
        long day = LETTERS.indexOf(upper.charAt(0)) * 32L + LETTERS.indexOf(upper.charAt(1));
        return Math.floorMod(today() - day, ROUND) <= DAYS;
    }

    private boolean is(String hash, String text) throws IOException {
        return MessageDigest.isEqual(hash.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII),
                hash(text).getBytes(StandardCharsets.US_ASCII));
    }

    private String hash(String text) throws IOException {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret(), "HmacSHA256"));
            byte[] octets = mac.doFinal(text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
            var hash = new StringBuilder();
            for (int i = 0; i < HASH_LETTERS; i++) {
                hash.append(LETTERS.charAt(octets[i] & 31));
            }
            return hash.toString();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private byte[] secret() throws IOException {
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

    /** What cannot be kept is not used: the way back would be lost with the next start. */
    private byte[] keptOrMade() throws IOException {
        var file = disk.var("state/srs");
        try {
            byte[] kept = Files.readAllBytes(file);
            if (kept.length == SECRET_OCTETS) {
                return kept;
            }
        } catch (NoSuchFileException none) {
            // the first time
        }
        byte[] made = new byte[SECRET_OCTETS];
        new SecureRandom().nextBytes(made);
        disk.replace(file, made);
        return Arrays.copyOf(made, made.length);
    }
}
