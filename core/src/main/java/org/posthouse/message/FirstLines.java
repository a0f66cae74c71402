package org.posthouse.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Header lines to stand in front of a message. Each delivery puts its own there; what the message is, does not change by that, so
 * its tree need not be parsed again for each.
 */
record FirstLines(byte[] octets) {
    static FirstLines of(String lines) {
        return new FirstLines(lines.getBytes(StandardCharsets.UTF_8));
    }

    StoredContent.Octets before(StoredContent.Octets rest) {
        return new StoredContent.Octets() {
            @Override public long size() {
                return octets.length + rest.size();
            }

            @Override public InputStream open() throws IOException {
                return new SequenceInputStream(new ByteArrayInputStream(octets), rest.open());
            }
        };
    }

    /** The tree of the whole; empty when the lines and the rest's header could be told apart only by parsing both together. */
    Optional<Part> before(Content rest) throws IOException {
        if (!areFields() || !beginsWithField(rest)) {
            return Optional.empty();
        }
        var tree = rest.tree();
        var own = MessageParser.parse(new ByteArrayInputStream(octets), octets.length).headers().fields();
        var fields = tree.headers().fields();
        if (own.size() + fields.size() > Headers.MOST_FIELDS || octets.length + tree.body() > HeaderReader.MOST_OCTETS
                || own.stream().anyMatch(f -> f.name().toLowerCase(Locale.ROOT).startsWith("content-"))) {
            return Optional.empty();
        }
        var headers = new Headers(Stream.concat(own.stream(), fields.stream()).toList());
        return Optional.of(new Part(tree.type(), tree.parameters(), headers, 0, tree.body() + octets.length, tree.end() + octets.length,
                moved(tree.parts()), tree.opaque()));
    }

    private boolean areFields() {
        var fields = new RawFields(octets);
        while (fields.next()) {
            // to the last
        }
        return octets.length > 0 && fields.end() == octets.length && octets[octets.length - 1] == '\n';
    }

    private static boolean beginsWithField(Content content) throws IOException {
        try (var in = content.open()) {
            var lines = new Lines(in, Math.min(content.size(), 1_000)); // longer than names are
            return lines.next() && FieldText.nameLength(lines.buffer(), lines.from(), lines.to()) > 0;
        }
    }

    private List<Part> moved(List<Part> parts) {
        return parts.stream().map(p -> new Part(p.type(), p.parameters(), p.headers(), p.start() + octets.length,
                p.body() + octets.length, p.end() + octets.length, moved(p.parts()), p.opaque())).toList();
    }
}
