package org.posthouse.smtpdelivery;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * How a session went, as a report tells it (RFC 8460 §4.4).
 *
 * @param domain    whose mail it was for
 * @param policy    {@code tlsa} or {@code sts}
 * @param published the TLSA records, or the lines of the policy
 * @param result    {@link TlsResults#SUCCESSFUL}, or what failed
 * @param host      the exchanger's name; empty where none was asked
 * @param address   the exchanger's address
 * @param from      our own, where it is known
 */
record TlsResult(String domain, String policy, List<String> published, String result, String host, String address, String from) {
    private static final int MOST_PUBLISHED = 12; // lines; a value of a space is small
    private static final int LONGEST_PUBLISHED = 256;
    private static final String FIELD = "\t";
    private static final String LINE = "|";

    TlsResult {
        published = published.stream().limit(MOST_PUBLISHED).map(l -> l.substring(0, Math.min(l.length(), LONGEST_PUBLISHED))).toList();
    }

    boolean successful() {
        return result.equals(TlsResults.SUCCESSFUL);
    }

    /** One line, to be kept. */
    String written() {
        return String.join(FIELD, domain, policy, String.join(LINE, published), result, host, address, from);
    }

    /** What {@link #written} has written; empty for anything else. */
    static Optional<TlsResult> read(String line) {
        var fields = line.split(FIELD, -1);
        return fields.length != 7 ? Optional.empty() : Optional.of(new TlsResult(fields[0], fields[1],
                fields[2].isEmpty() ? List.of() : List.of(fields[2].split("\\|", -1)), fields[3], fields[4], fields[5], fields[6]));
    }

    /** Of the whole: keys of a space are shorter than names of hosts may be. */
    String digest() {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(written().getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
