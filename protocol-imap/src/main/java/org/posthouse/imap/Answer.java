package org.posthouse.imap;

/** What is known of one message as far as it was looked at. */
enum Answer {
    NO, UNKNOWN, YES;

    static Answer of(boolean is) {
        return is ? YES : NO;
    }

    Answer negated() {
        return switch (this) {
            case NO -> YES;
            case UNKNOWN -> UNKNOWN;
            case YES -> NO;
        };
    }
}
