package org.posthouse.smtpdelivery;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.posthouse.message.BadSetting;
import org.posthouse.net.Trust;

/** What TLS the operator wants a destination to get: none, if it can, as it publishes, at any rate, or only with the right certificate. */
record Policy(Level level, Set<String> fingerprints) {
    enum Level { NONE, MAY, AUTO, ENCRYPT, VERIFY, FINGERPRINT }

    private static final Pattern FINGERPRINT = Pattern.compile("fingerprint:([0-9a-fA-F:/]+)");

    static final Policy NONE = new Policy(Level.NONE, Set.of());
    static final Policy VERIFY = new Policy(Level.VERIFY, Set.of());

    Policy {
        fingerprints = Set.copyOf(fingerprints);
    }

    /** {@code none}, {@code may}, {@code auto}, {@code encrypt}, {@code verify} or {@code fingerprint:AB:CD…}, several of them with {@code /}. */
    static Policy of(String key, String text) {
        var digests = FINGERPRINT.matcher(text);
        if (digests.matches()) {
            var each = Stream.of(digests.group(1).split("/")).map(d -> d.replace(":", "").toLowerCase(Locale.ROOT))
                    .collect(Collectors.toSet());
            if (each.stream().allMatch(d -> d.length() == 64)) {
                return new Policy(Level.FINGERPRINT, each);
            }
        }
        return switch (text) {
            case "none" -> NONE;
            case "may" -> new Policy(Level.MAY, Set.of());
            case "auto" -> new Policy(Level.AUTO, Set.of());
            case "encrypt" -> new Policy(Level.ENCRYPT, Set.of());
            case "verify" -> VERIFY;
            default -> throw new BadSetting(key, "'" + text + "' is not a policy; write none, may, auto, encrypt, verify, or fingerprint: and"
                    + " a SHA-256 in hexadecimal");
        };
    }

    /** Whether TLS is demanded whatever is published. */
    boolean needsTls() {
        return level == Level.ENCRYPT || level == Level.VERIFY || level == Level.FINGERPRINT;
    }

    /** For one host; what is published is not known here. */
    Demand demand(Host host) {
        return switch (level) {
            case NONE -> Demand.NONE;
            case MAY, AUTO -> Demand.IF_POSSIBLE;
            case ENCRYPT -> Demand.must(new Trust.Anyone());
            case VERIFY -> Demand.must(new Trust.Roots(Stream.of(host.name(), host.domain()).distinct().toList()));
            case FINGERPRINT -> Demand.must(new Trust.Fingerprints(fingerprints));
        };
    }
}
