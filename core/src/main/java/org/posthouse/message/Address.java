package org.posthouse.message;

import java.util.Optional;

/**
 * A mailbox of an envelope (RFC 5321 §4.1.2, RFC 6531 §3.3): the local part without its quotes, and the domain in lower
 * case (U-labels as they came; an address literal with its brackets). The null reverse-path {@code <>} is {@link #NULL}.
 */
public record Address(String local, String domain) {
    public static final Address NULL = new Address("", "");

    public boolean isNull() {
        return local.isEmpty() && domain.isEmpty();
    }

    /** The domain may be missing only in {@code postmaster} (RFC 5321 §4.5.1). */
    public boolean hasDomain() {
        return !domain.isEmpty();
    }

    public Address withLocal(String other) {
        return new Address(other, domain);
    }

    /** Whether RFC 6531's SMTPUTF8 is needed to carry it. */
    public boolean isInternational() {
        return !ascii(local) || !ascii(domain);
    }

    /** Reads {@code local@domain} without angle brackets; empty when it is not an address. Never throws. */
    public static Optional<Address> parse(String text) {
        return AddressParser.parse(text);
    }

    /** As it is written between angle brackets: the local part quoted where it has to be. */
    @Override
    public String toString() {
        return isNull() ? "" : AddressParser.quoted(local) + (hasDomain() ? "@" + domain : "");
    }

    private static boolean ascii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }
}
