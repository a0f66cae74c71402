package org.posthouse.config;

import org.posthouse.message.BadSetting;

/**
 * A mistake in the configuration, as it is shown: {@code file:line: what; mend}.
 *
 * @param what what is wrong, one clause
 * @param mend what would be right; may be empty where {@code what} says it
 */
public record Problem(Place place, String what, String mend) {
    /** What a constructor or {@code configure} refused, at the place of its key. */
    public static Problem of(Place place, BadSetting refused) {
        return new Problem(place, refused.key() + ": " + refused.mend(), "");
    }

    @Override
    public String toString() {
        return place + ": " + what + (mend.isEmpty() ? "" : "; " + mend);
    }
}
