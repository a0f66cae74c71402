package org.posthouse.message;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads a message's MIME structure in one pass (RFC 2045, RFC 2046), line by line, with a stack of the parts that are open
 * and a map of their boundaries. The scanner is ours and not mime4j's MimeTokenStream because that one tells no places,
 * and because it wraps a stream in a stream for each level, so that depth multiplies the time; here every octet is looked
 * at once. mime4j reads the Content-Type fields.
 *
 * <p>Never fails: what is malformed is read as the RFCs advise, and what cannot be looked into is opaque. That are parts
 * beyond the limits, a multipart without a usable boundary or with one that is in use around it, and a message that is
 * encoded. A delimiter line is exactly {@code --boundary} and white space, so one boundary may begin with another.
 */
final class MessageParser {
    static final int DEEPEST = 100; // levels; mailers nest about 10, and readers of the tree may recurse
    static final int MOST_PARTS = 10_000; // a digest of a busy year; beside it one opaque rest for each open level
    private static final Set<String> IDENTITY = Set.of("", "7bit", "8bit", "binary"); // RFC 2046 §5.2.1

    /** A part whose end was not seen yet. */
    private static final class Open {
        final long start;
        final ContentType unsaid;
        final List<Part> parts = new ArrayList<>();
        ContentType type = ContentType.UNKNOWN;
        Headers headers = new Headers(List.of());
        long body;
        boolean opaque;
        boolean rest; // stands for all that would come in its multipart beyond the limit

        Open(long start, ContentType unsaid) {
            this.start = start;
            this.unsaid = unsaid;
        }
    }

    private final Lines lines;
    private final long size;
    private final Deque<Open> open = new ArrayDeque<>(); // innermost first
    private final Map<String, Open> boundaries = new HashMap<>();
    private final HeaderReader.Budget budget = new HeaderReader.Budget();
    private HeaderReader header; // of the innermost part; null in its body
    private int parts;

    private MessageParser(InputStream in, long size) {
        this.lines = new Lines(in, size);
        this.size = size;
    }

    /** @param size of the whole stream, so that a body that cannot hold parts is not read */
    static Part parse(InputStream in, long size) throws IOException {
        return new MessageParser(in, size).parse();
    }

    /** The first header alone, for those who need no more. */
    static Headers headers(InputStream in) throws IOException {
        var lines = new Lines(in);
        var header = new HeaderReader(new HeaderReader.Budget());
        while (lines.next() && header.take(lines) == HeaderReader.Line.TAKEN) {
            // until it ends
        }
        return header.finish();
    }

    private Part parse() throws IOException {
        open(new Open(0, ContentType.TEXT));
        while ((header != null || !boundaries.isEmpty()) && lines.next()) {
            if (!lines.begins() || !delimiter()) {
                headerLine();
            }
        }
        endHeader(size);
        while (open.size() > 1) {
            close(size);
        }
        return part(open.peek(), size);
    }

    private void open(Open part) {
        open.push(part);
        part.body = part.start;
        parts++;
        header = part.rest ? null : new HeaderReader(budget);
    }

    private void headerLine() {
        while (header != null) {
            switch (header.take(lines)) {
                case TAKEN -> { }
                case END -> finishHeader(lines.nextOffset());
                case BODY -> {
                    finishHeader(lines.offset());
                    continue; // where it opened a message, the line is that one's
                }
            }
            return;
        }
    }

    /** The innermost part's header is over; its body begins at {@code body}. */
    private void finishHeader(long body) {
        var part = open.peek();
        part.headers = header.finish();
        part.body = body;
        part.type = header.contentType().orElse(part.unsaid);
        boolean whole = header.whole();
        header = null;
        if (part.type.isMultipart()) {
            part.opaque = !whole || open.size() >= DEEPEST || !bounded(part);
        }
        if (part.type.isMessage()) {
            part.opaque = !whole || open.size() >= DEEPEST || parts >= MOST_PARTS || encoded(part);
            if (!part.opaque) {
                open(new Open(body, ContentType.TEXT));
            }
        }
        part.opaque |= !whole;
    }

    private boolean bounded(Open part) {
        return part.type.boundary().map(b -> boundaries.putIfAbsent(b, part) == null).orElse(false);
    }

    private static boolean encoded(Open part) {
        var encoding = part.headers.first("content-transfer-encoding").orElse("");
        return !IDENTITY.contains(encoding.toLowerCase(Locale.ROOT));
    }

    /** Acts on a line that is a delimiter of an open multipart (RFC 2046 §5.1.1); false for any other line. */
    private boolean delimiter() {
        if (boundaries.isEmpty() || lines.length() < 3 || !lines.ends() || octet(0) != '-' || octet(1) != '-') {
            return false;
        }
        int end = lines.length();
        while (octet(end - 1) == ' ' || octet(end - 1) == '\t') {
            end--;
        }
        if (end - 2 > ContentType.LONGEST_BOUNDARY + 2) {
            return false;
        }
        var candidate = text(2, end);
        var multipart = boundaries.get(candidate);
        if (multipart != null) {
            nextPart(multipart);
            return true;
        }
        multipart = candidate.endsWith("--") ? boundaries.get(candidate.substring(0, candidate.length() - 2)) : null;
        if (multipart != null) {
            closeUpTo(multipart);
            boundaries.remove(multipart.type.boundary().orElseThrow()); // what follows is its epilogue
            return true;
        }
        return false;
    }

    private byte octet(int index) {
        return lines.buffer()[lines.from() + index];
    }

    private String text(int from, int to) {
        return new String(lines.buffer(), lines.from() + from, to - from, StandardCharsets.ISO_8859_1);
    }

    private void nextPart(Open multipart) {
        if (open.peek().rest && multipart == outer()) {
            return;
        }
        closeUpTo(multipart);
        var next = new Open(lines.nextOffset(), multipart.type.inner());
        next.rest = parts >= MOST_PARTS;
        next.opaque = next.rest;
        open(next);
    }

    private Open outer() {
        var inwards = open.iterator();
        inwards.next();
        return inwards.next();
    }

    /** Ends all parts inside of the multipart; the line end before the delimiter belongs to the delimiter. */
    private void closeUpTo(Open multipart) {
        endHeader(lines.offset());
        while (open.peek() != multipart) {
            close(lines.offset() - lines.breakBefore());
        }
    }

    /** Ends a header that was cut off, and that of the message it may contain. */
    private void endHeader(long end) {
        while (header != null) {
            finishHeader(end);
        }
    }

    private void close(long end) {
        var part = open.pop();
        part.type.boundary().ifPresent(b -> boundaries.remove(b, part));
        open.peek().parts.add(part(part, end));
    }

    /** A header just before a delimiter keeps its last line end, which moves the ends of all that contain it. */
    private static Part part(Open part, long end) {
        long inside = part.parts.isEmpty() ? part.body : part.parts.getLast().end();
        return new Part(part.type.type(), part.type.parameters(), part.headers, part.start, part.body, Math.max(inside, end),
                part.parts, part.opaque);
    }
}
