package org.posthouse.mbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the messages of an mbox: a message begins with a {@link FromLine}. Where its {@code Content-Length} leads exactly to the
 * next one or to the file's end, lines in between are text whatever they look like (mboxcl, mboxcl2; RFC 4155 is silent), but for messages
 * that have been given our fields already: such a length came to fit by chance, or was made to.
 *
 * <p>A file is read as if a message was just being added: its last line has an end and a blank line is behind it. So what is found before does not
 * depend on whether one is.
 */
final class Scanner {
    private static final int LONGEST_FROM = 512;

    private final Access file;
    private final Window window;
    private final long end;
    private final String lead;
    private final boolean front;
    private final List<Message> found = new ArrayList<>();
    private Optional<Marks.Base> base = Optional.empty();
    private Optional<Draft> draft = Optional.empty();
    private long at;

    private Scanner(Access file, long from, long end) throws IOException {
        this.file = file;
        this.lead = lead(file, end);
        this.window = Window.of(file.channel(), from, end, lead.getBytes(StandardCharsets.US_ASCII));
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
        scanner.finish();
        return new Found(scanner.found, scanner.base);
    }

    /** What has to be before the next From_ line. */
    static String lead(Access file, long end) throws IOException {
        var last = new String(file.octets(Math.max(0, end - 3), end), StandardCharsets.ISO_8859_1);
        boolean nothing = end == 0 || last.endsWith("\n\n") || last.endsWith("\n\r\n");
        return nothing ? "" : last.endsWith("\n") ? "\n" : "\n\n";
    }

    /** Of a line that is long no more is looked at than can be seen wherever it stands. */
    private void line() throws IOException {
        int seen = window.see(Window.LONGEST_LOOK);
        int from = window.from;
        int lf = lf(from, from + seen);
        int to = from + Math.min(Window.LONGEST_LOOK, lf < 0 ? seen : lf + 1 - from);
        var next = boundary(from, to);
        if (next.isPresent()) {
            finish();
            long start = at;
            skip(lf);
            draft = Optional.of(new Draft(start, at, next.get(), front && found.isEmpty()));
        } else if (draft.isPresent()) {
            text(draft.get(), from, to, lf);
        } else {
            skip(lf);
        }
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
        var next = fromLine(new String(window.octets, from, Math.min(to - from, LONGEST_FROM), StandardCharsets.ISO_8859_1));
        if (draft.isEmpty() || !draft.get().covers(at) || next.isPresent() && oursBehind(from, to)) {
            return next;
        }
        draft.get().fromInside();
        return Optional.empty();
    }

    private static Optional<FromLine> fromLine(String text) {
        int lf = text.indexOf('\n');
        return FromLine.parse((lf < 0 ? text : text.substring(0, lf)).stripTrailing());
    }

    /** Whether the next line is one that we write first into a header. */
    private boolean oursBehind(int from, int to) {
        int look = Math.min(window.to, from + Window.LONGEST_LOOK);
        return to < look && window.octets[to - 1] == '\n' && (window.octets[to] | 0x20) == 'x' && LineKind.of(window.octets, to, look) == LineKind.OURS;
    }

    /** To the end of the line; whether CR is the octet before its LF. */
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
        boolean header = d.inHeader();
        var line = d.look(window.octets, from, to, at);
        boolean cr = skip(lf);
        d.take(line, at, cr);
        if (header && !d.inHeader() && line.blank() && d.contentLength() >= 0) {
            certain(d, at + d.contentLength());
        }
    }

    /** The last line end of the text may be among those counted or not. */
    private void certain(Draft d, long target) throws IOException {
        var next = target > end + lead.length() ? "" : text(target - 1, target + LONGEST_FROM);
        if (next.isEmpty()) {
            return;
        }
        int behind = 1;
        for (int lines = next.charAt(0) == '\n' ? 1 : 2; lines > 0; lines--) {
            behind += next.startsWith("\n", behind) ? 1 : next.startsWith("\r\n", behind) ? 2 : 0;
        }
        boolean lineBegins = next.charAt(behind - 1) == '\n';
        if (lineBegins && (behind == next.length() || fromLine(next.substring(behind)).isPresent())) {
            d.certainUntil(target);
        }
    }

    /** With what is read behind the file's end. */
    private String text(long from, long to) throws IOException {
        var text = new String(file.octets(from, Math.min(to, end)), StandardCharsets.ISO_8859_1);
        return to <= end ? text : text + lead.substring((int) Math.max(0, from - end), (int) Math.min(to - end, lead.length()));
    }

    private void finish() {
        if (draft.isPresent()) {
            var message = draft.get().message(at, end);
            base = front && found.isEmpty() ? draft.get().base() : base;
            found.add(message);
            draft = Optional.empty();
        }
    }
}
