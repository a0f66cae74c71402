package org.posthouse.message;

import java.util.Locale;
import java.util.Optional;

/** Reads and writes mailboxes (RFC 5321 §4.1.2). */
final class AddressParser {
    private AddressParser() {}

    static Optional<Address> parse(String text) {
        int at = text.lastIndexOf('@');
        if (at < 1 || at == text.length() - 1) {
            return text.equalsIgnoreCase("postmaster") ? Optional.of(new Address(text, "")) : Optional.empty();
        }
        return Optional.of(new Address(text.substring(0, at), text.substring(at + 1).toLowerCase(Locale.ROOT)));
    }

    static String quoted(String local) {
        return local;
    }
}
