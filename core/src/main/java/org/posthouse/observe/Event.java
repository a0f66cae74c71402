package org.posthouse.observe;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Something that happened to a session or message.
 *
 * @param id     a session's, message's or delivery's id
 * @param what   one word: {@code connected}, {@code queued}, {@code refused}, {@code delivered}
 * @param values {@code from}, {@code to}, {@code status} …, in the order to print; never a password or a body
 */
public record Event(Instant at, String id, String what, SequencedMap<String, String> values) {
    /** @param values alternating names and values; a null value is left out */
    static Event of(Instant at, String id, String what, Object... values) {
        var named = new LinkedHashMap<String, String>();
        for (int i = 0; i + 1 < values.length; i += 2) {
            if (values[i + 1] != null) {
                named.put(values[i].toString(), values[i + 1].toString());
            }
        }
        return new Event(at, id, what, Collections.unmodifiableSequencedMap(named));
    }
}
