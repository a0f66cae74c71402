package org.posthouse.mbox;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A message while its lines go by. What readers get of it, and its key, follow from those of its lines that readers see: our own fields may stand
 * anywhere in the header, and anything may come behind it or go.
 *
 * <p>Its text ends before its last line if that is blank, for such a line is the file's. One that we stored says how long its text is: that counts
 * if only blank lines are behind, or a hole that a power cut left, which is known by a NUL in its first line.
 */
final class Draft {
    private static final int LONGEST_HEADER = 4 << 20;

    private static final byte[] LF = {'\n'};
    /** Fields that no program changes when it changes flags. */
    private static final List<String> IDENTIFYING = List.of("message", "subject", "date");

    /** Where a line of the text ends: octets for readers so far, marks among them, and the line end that readers see. */
    private record Reached(long at, long octets, long marked, String end) {}

    /** What a line is, as its beginning tells. */
    record Line(long start, boolean hidden, boolean blank, boolean marked) {}

    private final long start;
    private final long header;
    private final FromLine from;
    private final boolean first;

    private Marks marks = Marks.NONE;
    private Optional<Marks.Base> base = Optional.empty();
    private boolean pseudo;
    private long contentLength = -1;
    private boolean anyField;
    private long headerEnd = -1;

    private long certainUntil = -1;
    private boolean fromInside;

    private long hash = 0xcbf29ce484222325L;
    private int blanks;

    private long inFile;
    private Reached reached;
    private Optional<Reached> beforeBlank = Optional.empty();
    private Optional<Reached> told = Optional.empty();
    private boolean moreThanTold;
    private boolean hole;

    /** @param first whether it is the file's first message, which keeps the UIDs' base */
    Draft(long start, long header, FromLine from, boolean first) {
        this.start = start;
        this.header = header;
        this.from = from;
        this.first = first;
        this.reached = new Reached(header, 0, 0, "");
        hash(from.toString().getBytes(StandardCharsets.UTF_8), 0, from.toString().length());
    }

    boolean inHeader() {
        return headerEnd < 0;
    }

    /** -1 where there is none that can be. */
    long contentLength() {
        return contentLength;
    }

    /** Up to there all is text, whatever it looks like. */
    void certainUntil(long target) {
        certainUntil = target;
    }

    /** Whether that is text by its Content-Length. */
    boolean covers(long at) {
        return at < certainUntil;
    }

    void fromInside() {
        fromInside = true;
    }

    Optional<Marks.Base> base() {
        return base;
    }

    /** Looks at the beginning of the line that stands at {@code at} in the file. */
    Line look(byte[] octets, int from, int to, long at) {
        boolean marked = Quote.marks(octets, from, to) > 0;
        boolean blank = LineKind.of(octets, from, to) == LineKind.BLANK;
        boolean hidden = inHeader() && header(octets, from, to, at);
        if (!hidden) {
            tell();
            hole |= told.isPresent() && !moreThanTold && !blank && zero(octets, from, to);
            headerEnd = hole && inHeader() ? at : headerEnd;
        }
        if (headerEnd >= 0) {
            body(octets, from, to, blank);
        }
        return new Line(at, hidden, blank, marked);
    }

    private static boolean zero(byte[] octets, int from, int to) {
        for (int i = from; i < to; i++) {
            if (octets[i] == 0) {
                return true;
            }
        }
        return false;
    }

    /** @param cr whether CR is before its LF */
    void take(Line line, long end, boolean cr) {
        if (line.hidden()) {
            reached = new Reached(end, reached.octets(), reached.marked(), reached.end());
            return;
        }
        if (hole) {
            return;
        }
        if (inHeader() && line.blank()) {
            headerEnd = end;
        }
        inFile += end - line.start();
        moreThanTold |= told.isPresent() && !line.blank();
        beforeBlank = line.blank() ? Optional.of(reached) : Optional.empty();
        reached = new Reached(end, reached.octets() + end - line.start() + (cr ? 0 : 1), reached.marked() + (line.marked() ? 1 : 0), cr ? "\r\n" : "\n");
    }

    private void tell() {
        if (told.isEmpty() && marks.id().filter(id -> id.octets() == inFile).isPresent()) {
            told = Optional.of(reached);
        }
    }

    /** Whether readers do not see the line. */
    private boolean header(byte[] octets, int from, int to, long at) {
        var kind = LineKind.of(octets, from, to);
        if (kind == LineKind.TEXT || kind == LineKind.FOLD && !anyField || reached.octets() > LONGEST_HEADER) {
            headerEnd = at;
            return false;
        }
        if (kind == LineKind.FIELD && IDENTIFYING.stream().anyMatch(name -> begins(name, octets, from, to))) {
            hash(octets, from, to);
        }
        if (kind == LineKind.OURS) {
            field(new String(octets, from, to - from, StandardCharsets.ISO_8859_1), at);
        }
        anyField |= kind == LineKind.FIELD;
        return kind == LineKind.OURS;
    }

    private static boolean begins(String name, byte[] octets, int from, int to) {
        for (int i = 0; i < name.length(); i++) {
            if (from + i >= to || (octets[from + i] | 0x20) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void field(String line, long at) {
        int colon = line.indexOf(':');
        var name = line.substring(0, colon).toLowerCase(Locale.ROOT);
        var value = line.substring(colon + 1).strip();
        switch (name) {
            case "x-posthouse-id" -> {
                if (at == header) { // elsewhere it came from outside
                    Marks.Id.parse(value).ifPresent(id -> marks = marks.with(id));
                }
            }
            case "x-imapbase", "x-imap", "x-uidbase", "x-uidvalidity" -> {
                pseudo |= first && name.equals("x-imap");
                base = first && base.isEmpty() ? Marks.Base.parse(value) : base;
            }
            case "content-length" -> contentLength = value.matches("\\d{1,15}") ? Long.parseLong(value) : -1;
            default -> marks = marks.with(name, value);
        }
    }

    /** Blank lines count only when something follows. */
    private void body(byte[] octets, int from, int to, boolean blank) {
        if (blank) {
            blanks++;
            return;
        }
        for (; blanks > 0; blanks--) {
            hash(LF, 0, 1);
        }
        hash(octets, from, to);
    }

    /** FNV-1a. */
    private void hash(byte[] octets, int from, int to) {
        long h = hash;
        for (int i = from; i < to; i++) {
            h = (h ^ octets[i]) * 0x100000001b3L;
        }
        hash = h;
    }

    /** The message, up to the next one or the file's end; see {@link Scanner} on lines that are read behind that. */
    Message message(long until, long fileEnd) {
        tell();
        long end = Math.min(until, fileEnd);
        var text = !moreThanTold && told.isPresent() ? told.get() : beforeBlank.orElse(reached);
        long textEnd = Math.min(end, text.at());
        long body = headerEnd < 0 || headerEnd > textEnd ? textEnd : headerEnd;
        boolean bare = marks.id().filter(Marks.Id::bare).isPresent() && !text.end().isEmpty(); // its last LF is the file's
        boolean marked = !(fromInside && until >= certainUntil);
        long size = text.octets() - (marked ? text.marked() : 0) - (bare ? 3 - text.end().length() : 0);
        var key = marks.id().map(id -> "p" + id.tag()).orElseGet(() -> "f" + Long.toHexString(hash));
        return new Message(key, key, start, Math.min(end, header), body, textEnd, end, marks, marked, pseudo, from.date(), size);
    }
}
