package org.posthouse.pipeline;

import java.util.Locale;

/** When a filter runs: the service property {@code phase}. */
enum Phase {
    /** What can be known without judging. */
    FACTS,
    /** Judges the facts; where nothing is said. */
    JUDGE,
    /** After the decision, one after the other: what signs or changes the message. */
    SEAL;

    /** By the value of the property; empty where nothing is said. */
    static Phase of(String property) {
        return switch (property) {
            case "facts" -> FACTS;
            case "seal" -> SEAL;
            default -> JUDGE;
        };
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
