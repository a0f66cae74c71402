package org.posthouse.mailbox;

import java.util.Set;

/**
 * What a client wants done to the flags of messages (RFC 9051 §6.4.6).
 *
 * @param unchangedSince messages with a higher MODSEQ are left as they are (RFC 7162 §3.1.3); {@link #ALWAYS} for all
 */
public record FlagUpdate(Kind kind, Set<String> flags, long unchangedSince) {
    public static final long ALWAYS = Long.MAX_VALUE;

    public enum Kind { ADD, REMOVE, REPLACE }

    public FlagUpdate {
        flags = Set.copyOf(flags);
    }

    /** What it does to a message with these flags. */
    public FlagChange on(Set<String> before) {
        return switch (kind) {
            case ADD -> new FlagChange(flags, Set.of());
            case REMOVE -> new FlagChange(Set.of(), flags);
            case REPLACE -> new FlagChange(flags, FlagChange.without(before, flags));
        };
    }
}
