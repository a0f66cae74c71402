package org.posthouse.config;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * A section as it stands in a file, not yet checked against its keys.
 *
 * @param name    {@code listener mx}, words separated by one space; empty for the top lines
 * @param entries by key, in the order written
 */
record Written(String name, Place place, SequencedMap<String, Entry> entries) {
    Written(String name, Place place) {
        this(name, place, new LinkedHashMap<>());
    }

    /** The kind of section, {@code listener} of {@code listener mx}. */
    String word() {
        int space = name.indexOf(' ');
        return space < 0 ? name : name.substring(0, space);
    }

    /** What the section calls its subject, {@code mx} of {@code listener mx}; empty where it has no second word. */
    String subject() {
        int space = name.indexOf(' ');
        return space < 0 ? "" : name.substring(space + 1);
    }
}
