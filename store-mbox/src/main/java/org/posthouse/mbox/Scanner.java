package org.posthouse.mbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the messages of an mbox: a message begins with a {@link FromLine}. Where its {@code Content-Length} leads exactly to the
 * next one or to the file's end, lines in between are text whatever they look like (mboxcl, mboxcl2; RFC 4155 is silent).
 * A last line without its end is read as if it had one, for it gets one as soon as anybody adds a message.
 */
final class Scanner {
    static final int LONGEST_HEADER = 4 << 20;

    private static final int LONGEST_FROM = 512;
    private static final byte[] LF = {'\n'};
    /** Fields that no program changes when it changes flags. */
    private static final List<String> IDENTIFYING = List.of("message", "subject", "date");

    private final Access file;
    private final Window window;
    private final long end;
    private final boolean front;
    private final List<Message> found = new ArrayList<>();
    private Optional<Marks.Base> base = Optional.empty();
    private Optional<Draft> draft = Optional.empty();
    private long at;

    /** A message while its lines go by. */
    private static final class Draft {
        final long start;
        final long header;
        final Instant received;
        Marks marks = Marks.NONE;
        boolean anyField;
        boolean inHeader = true;
        boolean pseudo;
        long body = -1;
        long contentLength = -1;
        long certainUntil = -1;
        long octets;
        long marked;
        boolean fromInside;
        long hash = 0xcbf29ce484222325L;
        int blanks;
        long textStart = -1;
        boolean ownLinesApart;
        boolean somethingBehind;
        Optional<Reached> told = Optional.empty();
        Optional<Reached> beforeBlank = Optional.empty();
        String lineEnd = "";
        boolean open;

        Draft(long start, long header, Instant received) {
            this.start = start;
            this.header = header;
            this.received = received;
        }

        /** FNV-1a. */
        void hash(byte[] octets, int from, int to) {
            long h = hash;
            for (int i = from; i < to; i++) {
                h = (h ^ octets[i]) * 0x100000001b3L;
            }
            hash = h;
        }
    }

    /** A line's end: octets for readers so far, marks among them, and the line end that readers see. */
    private record Reached(long at, long octets, long marked, String end) {}

    private Scanner(Access file, long from, long end) {
        this.file = file;
        this.window = Window.of(file.channel(), from, end);
        this.end = end;
        this.at = from;
        this.front = from == 0;
    }

    /** What was found; {@code base} if the first message has one. */
    record Found(List<Message> messages, Optional<Marks.Base> base) {}

    static Found scan(Access file, long from, long end) throws IOException {
        var scanner = new Scanner(file, from, end);
        while (!scanner.window.atEnd()) {
            scanner.line();
        }
        scanner.finish(end);
        return new Found(scanner.found, scanner.base);
    }

    private void line() throws IOException {
        int seen = window.see(Window.LONGEST_LOOK);
        int from = window.from;
        int lf = lf(from, from + seen);
        int to = lf < 0 ? from + seen : lf + 1;
        var next = boundary(from, to);
        if (next.isPresent()) {
            finish(at);
            long start = at;
            skip(lf);
            draft = Optional.of(new Draft(start, at, next.get().date()));
            draft.get().hash(next.get().toString().getBytes(StandardCharsets.UTF_8), 0, next.get().toString().length());
            return;
        }
        if (draft.isEmpty()) {
            skip(lf);
            return;
        }
        text(draft.get(), from, to, lf);
    }

    private int lf(int from, int to) {
        for (int i = from; i < to; i++) {
            if (window.octets[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private Optional<FromLine> boundary(int from, int to) {
        if (window.octets[from] != 'F' || Quote.marks(window.octets, from, to) != 0) {
            return Optional.empty();
        }
        if (draft.isPresent() && at < draft.get().certainUntil) {
            draft.get().fromInside = true;
            return Optional.empty();
        }
        return FromLine.parse(text(from, Math.min(to, from + LONGEST_FROM)).stripTrailing());
    }

    private String text(int from, int to) {
        return new String(window.octets, from, to - from, StandardCharsets.ISO_8859_1);
    }

    /** To the end of the line; whether CR is the octet before its LF, or before the file's end. */
    private boolean skip(int lf) throws IOException {
        byte before = 0;
        int eol = lf;
        while (eol < 0) {
            before = window.to > window.from ? window.octets[window.to - 1] : before;
            at += window.to - window.from;
            window.from = window.to;
            int seen = window.see(1);
            if (seen == 0) {
                return before == '\r';
            }
            eol = lf(window.from, window.from + seen);
        }
        before = eol > window.from ? window.octets[eol - 1] : before;
        at += eol + 1 - window.from;
        window.from = eol + 1;
        return before == '\r';
    }

    private void text(Draft d, int from, int to, int lf) throws IOException {
        long start = at;
        var before = new Reached(at, d.octets, d.marked, d.lineEnd);
        boolean hidden = false;
        int marks = Quote.marks(window.octets, from, to);
        boolean blank = lf >= 0 && LineKind.of(window.octets, from, to) == LineKind.BLANK;
        if (d.inHeader) {
            hidden = header(d, from, to, start);
        } else {
            body(d, from, to, blank);
        }
        boolean something = !blank && something(from, to);
        boolean cr = skip(lf);
        if (d.inHeader && blank) {
            d.inHeader = false;
            d.body = at;
            certain(d);
        }
        d.open = lf < 0 && !endsWithLf();
        d.lineEnd = hidden ? "" : cr ? "\r\n" : "\n";
        d.octets += hidden ? 0 : at - start + (d.open ? 1 : 0) + (cr ? 0 : 1);
        d.marked += !hidden && marks > 0 ? 1 : 0;
        d.beforeBlank = blank ? Optional.of(before) : Optional.empty();
        d.somethingBehind |= d.told.isPresent() && something;
        own(d, before, hidden);
    }

    private boolean something(int from, int to) {
        for (int i = from; i < to; i++) {
            if (window.octets[i] != 0 && window.octets[i] != '\n' && window.octets[i] != ' ') {
                return true;
            }
        }
        return false;
    }

    /** Where the text ends by the length that we wrote down, as long as our fields stand where we put them. */
    private void own(Draft d, Reached before, boolean hidden) {
        boolean first = !hidden && d.textStart < 0;
        d.textStart = first ? before.at() : d.textStart;
        d.ownLinesApart |= hidden && d.textStart >= 0;
        if (d.marks.id().isEmpty() || d.textStart < 0 || d.told.isPresent()) {
            return;
        }
        long end = d.textStart + d.marks.id().get().octets();
        if (first && end == before.at()) {
            d.told = Optional.of(before);
        } else if (end == at) {
            d.told = Optional.of(new Reached(at, d.octets, d.marked, d.lineEnd));
        }
    }

    /** Blank lines count only when something follows: the last one may be the file's. */
    private void body(Draft d, int from, int to, boolean blank) {
        if (blank) {
            d.blanks++;
            return;
        }
        for (; d.blanks > 0; d.blanks--) {
            d.hash(LF, 0, 1);
        }
        hash(d, from, to);
    }

    private void hash(Draft d, int from, int to) {
        d.hash(window.octets, from, to);
        if (at + to - from == end && window.octets[to - 1] != '\n') {
            d.hash(LF, 0, 1);
        }
    }

    /** A line longer than a look: only the file's last has no LF. */
    private boolean endsWithLf() throws IOException {
        return at < end || file.octets(at - 1, at)[0] == '\n';
    }

    /** Whether readers do not see the line. */
    private boolean header(Draft d, int from, int to, long start) {
        var kind = LineKind.of(window.octets, from, to);
        if (kind == LineKind.TEXT || kind == LineKind.FOLD && !d.anyField || start - d.header > LONGEST_HEADER) {
            d.inHeader = false;
            d.body = start;
            body(d, from, to, kind == LineKind.BLANK);
            return false;
        }
        if (kind == LineKind.FIELD && IDENTIFYING.stream().anyMatch(name -> begins(name, from, to))) {
            hash(d, from, to);
        }
        if (kind == LineKind.OURS) {
            field(d, text(from, to), start);
        }
        d.anyField |= kind == LineKind.FIELD;
        return kind == LineKind.OURS;
    }

    private boolean begins(String name, int from, int to) {
        for (int i = 0; i < name.length(); i++) {
            if (from + i >= to || (window.octets[from + i] | 0x20) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void field(Draft d, String line, long start) {
        int colon = line.indexOf(':');
        var name = line.substring(0, colon).toLowerCase(Locale.ROOT);
        var value = line.substring(colon + 1).strip();
        switch (name) {
            case "x-posthouse-id" -> {
                if (start == d.header) { // elsewhere it came from outside
                    Marks.Id.parse(value).ifPresent(id -> d.marks = d.marks.with(id));
                }
            }
            case "x-imapbase", "x-imap", "x-uidbase", "x-uidvalidity" -> {
                boolean first = front && found.isEmpty();
                d.pseudo |= first && name.equals("x-imap");
                base = first && base.isEmpty() ? Marks.Base.parse(value) : base;
            }
            case "content-length" -> d.contentLength = value.matches("\\d{1,15}") ? Long.parseLong(value) : -1;
            default -> d.marks = d.marks.with(name, value);
        }
    }

    private void certain(Draft d) throws IOException {
        long target = d.body + d.contentLength;
        if (d.contentLength < 0 || target > end) {
            return;
        }
        var next = new String(file.octets(target, Math.min(end, target + LONGEST_FROM)), StandardCharsets.ISO_8859_1);
        boolean lineEndAdded = next.startsWith("\n\n") && file.octets(target - 1, target)[0] != '\n'; // it was the last one
        var behind = lineEndAdded ? next.substring(2) : next.startsWith("\n") ? next.substring(1) : next;
        if (behind.isEmpty() || FromLine.parse(behind.lines().findFirst().orElse("")).isPresent()) {
            d.certainUntil = target;
        }
    }

    private void finish(long until) {
        if (draft.isEmpty()) {
            return;
        }
        var d = draft.get();
        boolean bare = d.marks.id().filter(Marks.Id::bare).isPresent();
        // one blank line at the end is the file's; and of blanks behind ours, all
        var text = d.told.isPresent() && !d.ownLinesApart && !d.somethingBehind ? d.told.get()
                : d.beforeBlank.orElseGet(() -> new Reached(until, d.octets, d.marked, d.lineEnd));
        boolean cut = bare && !text.end().isEmpty(); // its last LF is the file's
        long textEnd = cut && !(d.open && text.at() == until) ? text.at() - 1 : text.at();
        long size = text.octets() - (cut ? 3 - text.end().length() : 0);
        long body = d.body < 0 || d.body > textEnd ? textEnd : d.body;
        boolean marked = !d.fromInside;
        var key = d.marks.id().map(id -> "p" + id.tag()).orElseGet(() -> "f" + Long.toHexString(d.hash));
        found.add(new Message(key, key, d.start, d.header, body, textEnd, until, d.marks, marked, d.pseudo, d.received,
                size - (marked ? text.marked() : 0)));
        draft = Optional.empty();
    }
}
