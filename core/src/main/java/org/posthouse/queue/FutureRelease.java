package org.posthouse.queue;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.posthouse.pipeline.Sender;

/** When a sender wants the first attempt made: {@code HOLDFOR} or {@code HOLDUNTIL} among its parameters (RFC 4865 §4). */
final class FutureRelease {
    private FutureRelease() {}

    /** Of mail that arrived then; that same time where nothing is said, or what is said is over or no time. */
    static Instant of(Sender from, Instant arrived) {
        var parameters = from.parameters();
        try {
            var release = parameters.containsKey("HOLDUNTIL") ? Instant.parse(parameters.get("HOLDUNTIL"))
                    : arrived.plusSeconds(Integer.parseInt(parameters.getOrDefault("HOLDFOR", "0")));
            return release.isAfter(arrived) ? release : arrived;
        } catch (DateTimeParseException | NumberFormatException e) {
            return arrived;
        }
    }
}
