package org.posthouse.maildir;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.posthouse.queue.DeliveryId;

/**
 * A message's file name.
 * <pre>
 * name   = base [ ":2," letters ]
 * base   = seconds "." unique "." host *( "," field )      what stays while flags change: the message's key
 * field  = "S=" octets in the file / "W=" octets with CRLF line ends
 * unique = "H" tag                                         in names we made; the tag comes from the delivery id
 *        / "C" number "_" run "_" received                 of copies, and of what was moved here
 * </pre>
 * {@code seconds} is when the message was received or copied.
 */
record MailName(String base, String letters) {
    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_SECONDS = 11; // until the year 5138
    private static final int LONGEST_TAG = 80;
    private static final int LONGEST_HOST = 60;

    /** Empty for names that are no message's: hidden ones, and those with other than printable ASCII. */
    static Optional<MailName> parse(String fileName) {
        if (fileName.startsWith(".") || fileName.length() > LONGEST_NAME || !fileName.chars().allMatch(c -> c > ' ' && c <= '~')) {
            return Optional.empty();
        }
        int colon = fileName.indexOf(':');
        if (colon < 0) {
            return Optional.of(new MailName(fileName, ""));
        }
        if (colon == 0) {
            return Optional.empty();
        }
        return Optional.of(of(fileName.substring(0, colon), fileName.substring(colon)));
    }

    /** @param info what follows the base, with its colon */
    static MailName of(String base, String info) {
        int comma = info.indexOf(',', 3);
        return new MailName(base, !info.startsWith(":2,") ? "" : comma < 0 ? info.substring(3) : info.substring(3, comma));
    }

    /** What comes before the sizes, also the name in {@code tmp/}. */
    static String unique(long seconds, String tag, String host) {
        return seconds + ".H" + tag + "." + safe(host);
    }

    private static String safe(String host) {
        return host.replaceAll("[^A-Za-z0-9.-]", "-").substring(0, Math.min(host.length(), LONGEST_HOST));
    }

    /** The base of another file with the same octets. Numbers put those of one second in order; {@code run} is of this life. */
    String copied(long seconds, long number, String run, long received, String host) {
        return String.format(Locale.ROOT, "%d.C%09d_%s_%d.%s%s", seconds, number, run, received, safe(host), sizes());
    }

    private String sizes() {
        var sizes = new StringBuilder();
        inFile().ifPresent(size -> sizes.append(",S=").append(size));
        withCrlf().ifPresent(size -> sizes.append(",W=").append(size));
        return sizes.toString();
    }

    static String base(String unique, long inFile, long withCrlf) {
        return unique + ",S=" + inFile + ",W=" + withCrlf;
    }

    /** A delivery id as it stands in names: dots become {@code _}; one that is long or unusual is hashed. */
    static String tag(DeliveryId id) {
        var text = id.text();
        if (text.length() <= LONGEST_TAG && text.matches("[A-Za-z0-9.-]+")) {
            return text.replace('.', '_');
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "_" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /** The delivery id's tag in a name we made. */
    Optional<String> tag() {
        return ours('H').filter(tag -> !tag.isEmpty() && inFile().isPresent() && withCrlf().isPresent());
    }

    private Optional<String> ours(char kind) {
        int from = base.indexOf('.') + 1;
        int to = base.indexOf('.', from);
        return from > 0 && to > from && base.charAt(from) == kind ? Optional.of(base.substring(from + 1, to)) : Optional.empty();
    }

    /** When the message was received, in seconds, if its name says that. */
    OptionalLong received() {
        if (tag().isPresent()) {
            return OptionalLong.of(seconds());
        }
        if (ours('C').filter(unique -> unique.matches("\\d{9,}_[0-9a-z]+_\\d{1,11}")).isEmpty()) {
            return OptionalLong.empty();
        }
        int end = base.indexOf('.', base.indexOf('.') + 1);
        return number(base.lastIndexOf('_', end) + 1, end);
    }

    /** The number at the beginning; 0 where there is none, or none that is a time. */
    long seconds() {
        int dot = base.indexOf('.');
        return dot < 0 || dot > LONGEST_SECONDS ? 0 : number(0, dot).orElse(0);
    }

    OptionalLong inFile() {
        return field(",S=");
    }

    OptionalLong withCrlf() {
        return field(",W=");
    }

    private OptionalLong field(String name) {
        int at = base.indexOf(name);
        if (at < 0) {
            return OptionalLong.empty();
        }
        int end = base.indexOf(',', at + 1);
        return number(at + name.length(), end < 0 ? base.length() : end);
    }

    private OptionalLong number(int from, int to) {
        if (to == from || to - from > 18) {
            return OptionalLong.empty();
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = base.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return OptionalLong.empty();
            }
            value = value * 10 + digit;
        }
        return OptionalLong.of(value);
    }
}
