package org.posthouse.diskqueue;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of an item's file: what state it is in, when it is due (or was held) in milliseconds, and its id.
 *
 * <pre>
 * name = state 13DIGIT "-" id
 * state = "w" / "h"           ; waiting, held
 * </pre>
 */
record QueueName(State state, long at, String id) {
    enum State {
        WAITING('w'), HELD('h');

        private final char letter;

        State(char letter) {
            this.letter = letter;
        }
    }

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._+-]{1,120}");
    private static final Pattern NAME = Pattern.compile("([wh])(\\d{13})-(" + ID.pattern() + ")");
    private static final long LATEST = 9_999_999_999_999L;

    QueueName {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("not an id: " + id);
        }
        at = Math.clamp(at, 0, LATEST);
    }

    static Optional<QueueName> parse(String text) {
        var name = NAME.matcher(text);
        return name.matches() ? Optional.of(new QueueName(name.group(1).equals("w") ? State.WAITING : State.HELD,
                Long.parseLong(name.group(2)), name.group(3))) : Optional.empty();
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%c%013d-%s", state.letter, at, id);
    }
}
