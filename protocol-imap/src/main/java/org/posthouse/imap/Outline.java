package org.posthouse.imap;

import java.util.List;
import java.util.Optional;
import org.posthouse.message.Part;

/**
 * Where the parts of a message are, without their headers: small enough to be kept between two FETCHes of pieces of the same
 * message. Finds parts by their numbers (RFC 3501 §6.4.5).
 */
record Outline(Kind kind, long start, long body, long end, List<Outline> parts) {
    enum Kind { MULTIPART, MESSAGE, LEAF }

    /** Octets from {@code from} up to (not with) {@code to}. */
    record Range(long from, long to) {
        long length() {
            return to - from;
        }
    }

    static Outline of(Part part) {
        var parts = part.parts().stream().map(Outline::of).toList(); // no deeper than the parser's limit
        return new Outline(kind(part), part.start(), part.body(), part.end(), parts);
    }

    /** What nobody looked into is a leaf. */
    private static Kind kind(Part part) {
        if (part.parts().isEmpty()) {
            return Kind.LEAF;
        }
        return part.type().startsWith("multipart/") ? Kind.MULTIPART : Kind.MESSAGE;
    }

    Range all() {
        return new Range(start, end);
    }

    /** With the empty line that ends it. */
    Range header() {
        return new Range(start, body);
    }

    Range text() {
        return new Range(body, end);
    }

    /** The message inside a part that is a message. */
    Optional<Outline> message() {
        return kind == Kind.MESSAGE ? Optional.of(parts.getFirst()) : Optional.empty();
    }

    /**
     * The part of a message that has these numbers; at least one. A message that is no multipart has a part 1, which is its own body.
     */
    Optional<Outline> part(List<Integer> numbers) {
        var found = numbered(numbers.getFirst());
        for (int number : numbers.subList(1, numbers.size())) {
            found = found.flatMap(part -> part.inside(number));
        }
        return found;
    }

    /** This being a message. */
    private Optional<Outline> numbered(int number) {
        if (kind == Kind.MULTIPART) {
            return child(number);
        }
        return number == 1 ? Optional.of(this) : Optional.empty();
    }

    /** This being a part. */
    private Optional<Outline> inside(int number) {
        return switch (kind) {
            case MULTIPART -> child(number);
            case MESSAGE -> parts.getFirst().numbered(number);
            case LEAF -> Optional.empty();
        };
    }

    private Optional<Outline> child(int number) {
        return number >= 1 && number <= parts.size() ? Optional.of(parts.get(number - 1)) : Optional.empty();
    }
}
