package org.posthouse.filedirectory;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.posthouse.message.Address;

/** Which names accounts and aliases may have, and how they are compared. */
final class Names {
    static final String RULE = "a name has 1 to 64 letters, digits or !$%&'*+-=?^_`{|}~ with single dots between, then @ and a domain";

    private static final int LONGEST_LOCAL = 64; // RFC 5321 §4.5.3.1.1
    private static final String SIGNS = "!$%&'*+-=?^_`{|}~.";
    private static final Pattern DOMAIN = Pattern.compile("[\\p{L}\\p{M}\\p{N}-]+(\\.[\\p{L}\\p{M}\\p{N}-]+)*");

    private Names() {}

    /** Two names are the same account when they fold to the same text. */
    static String fold(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }

    /** {@code local@domain}, folded, when both parts may be used: neither needs quotes nor could be a path. */
    static Optional<Address> parse(String text) {
        var folded = fold(text);
        return Address.parse(folded).filter(a -> local(a.local()) && DOMAIN.matcher(a.domain()).matches()
                && folded.equals(a.local() + "@" + a.domain()));
    }

    /** Whether this may stand before the {@code @}. */
    static boolean local(String text) {
        return !text.isEmpty() && text.length() <= LONGEST_LOCAL
                && text.codePoints().allMatch(c -> Character.isLetterOrDigit(c) || Character.getType(c) == Character.NON_SPACING_MARK
                        || SIGNS.indexOf(c) >= 0)
                && !text.startsWith(".") && !text.endsWith(".") && !text.contains("..");
    }
}
