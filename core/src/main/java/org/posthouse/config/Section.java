package org.posthouse.config;

import java.util.Map;
import java.util.Set;

/**
 * A checked section for core.
 *
 * @param values with the defaults filled in
 * @param typed  the same as numbers, booleans, strings and arrays of strings
 * @param given  the keys that the file has, not only the default
 * @param places of the given keys; the section's header under the empty key, where the section stands in a file
 */
public record Section(Values values, Map<String, Object> typed, Set<String> given, Map<String, Place> places) {
    public Section {
        typed = Map.copyOf(typed);
        given = Set.copyOf(given);
        places = Map.copyOf(places);
    }

    public String name() {
        return values.name();
    }
}
