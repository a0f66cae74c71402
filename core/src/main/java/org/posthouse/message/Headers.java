package org.posthouse.message;

import java.util.List;
import java.util.Optional;

/**
 * The header fields of a message or part, in order (RFC 5322 §2.2). Bodies are unfolded and without surrounding white
 * space; octets that are not UTF-8 are read as ISO-8859-1. At most {@link #MOST_FIELDS} fields are kept.
 */
public record Headers(List<Field> fields) {
    public static final int MOST_FIELDS = 1_000;

    /** One field; {@code name} as written. */
    public record Field(String name, String body) {}

    public Headers {
        fields = List.copyOf(fields);
    }

    /** The first field of that name, in any case of letters. */
    public Optional<String> first(String name) {
        return fields.stream().filter(f -> f.name().equalsIgnoreCase(name)).map(Field::body).findFirst();
    }

    public List<String> all(String name) {
        return fields.stream().filter(f -> f.name().equalsIgnoreCase(name)).map(Field::body).toList();
    }
}
