package org.posthouse.mbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Finds what a crash left at a file's end of a message that was never acknowledged. Ours say how long their text is; that
 * counts only while nobody else has touched them, which shows in their header.
 */
final class Torn {
    private static final int LONGEST_BEGINNING = 1024;
    private static final String FIRST_FIELD = "X-Posthouse-Id: ";

    private Torn() {}

    /** Where the whole messages end: of what is behind, nothing was acknowledged. Some file systems leave zeros there. */
    static long end(Access file, List<Message> messages, long size) throws IOException {
        if (messages.isEmpty()) {
            return beginning(file, 0, size) ? 0 : size;
        }
        var last = messages.getLast();
        return last.marks().id().isPresent() ? ours(file, last, size) : foreign(file, last, size);
    }

    /** Whether one of ours is as we wrote it; what others have touched counts as whole. */
    static boolean intact(Access file, Message message) throws IOException {
        var id = message.marks().id();
        long text = id.isEmpty() ? -1 : textStart(file, message);
        return text < 0 || text + id.get().octets() <= message.end() && file.crc(text, text + id.get().octets()) == id.get().crc();
    }

    private static long ours(Access file, Message last, long size) throws IOException {
        var id = last.marks().id().get();
        long text = textStart(file, last);
        if (text < 0) {
            return size; // another program moved our fields
        }
        long end = text + id.octets();
        if (end > size || file.crc(text, end) != id.crc()) {
            return last.marks().uid() == 0 ? last.start() : size; // what has a UID was whole once
        }
        if (last.textEnd() > end && !beginning(file, end, size)) {
            return size; // somebody added to it
        }
        return Math.min(size, end + (end < size && file.octets(end, end + 1)[0] == '\n' ? 1 : 0));
    }

    /** Behind our own lines; -1 when there are others of that sort. */
    private static long textStart(Access file, Message last) throws IOException {
        byte[] header = file.octets(last.header(), last.body());
        long text = -1;
        boolean ours = true;
        for (int from = 0; from < header.length; ) {
            int to = from;
            while (to < header.length && header[to] != '\n') {
                to++;
            }
            to = Math.min(header.length, to + 1);
            boolean kept = LineKind.of(header, from, to) == LineKind.OURS;
            if (kept && !ours) {
                return -1;
            }
            if (!kept && ours) {
                text = last.header() + from;
                ours = false;
            }
            from = to;
        }
        return text < 0 ? last.body() : text;
    }

    /** Nothing but the first octets of one of ours, or the blank line and From_ line of whose ever. */
    private static long foreign(Access file, Message last, long size) throws IOException {
        if (last.header() >= size || startsOurs(file, last, size)) {
            return last.start();
        }
        if (!last.marked()) {
            return size; // by its Content-Length it is whole
        }
        long from = Math.max(last.header() - 1, size - LONGEST_BEGINNING);
        var text = new String(file.octets(from, size), StandardCharsets.ISO_8859_1);
        int line = text.lastIndexOf("\n\nFrom ");
        return line >= 0 && beginning(file, from + line + 2, size) ? from + line + 2 : size;
    }

    private static boolean startsOurs(Access file, Message last, long size) throws IOException {
        var text = new String(file.octets(last.header(), Math.min(size, last.header() + LONGEST_BEGINNING)), StandardCharsets.ISO_8859_1);
        return text.indexOf('\n') < 0 && (FIRST_FIELD.startsWith(text) || text.startsWith(FIRST_FIELD));
    }

    /** Whether there is only one line without its end, and it begins as a From_ line does. */
    private static boolean beginning(Access file, long from, long size) throws IOException {
        if (from == size || size - from > LONGEST_BEGINNING) {
            return false;
        }
        var text = new String(file.octets(from, size), StandardCharsets.ISO_8859_1).stripLeading();
        return text.indexOf('\n') < 0 && !text.isEmpty() && (text.startsWith("From ") || "From ".startsWith(text));
    }
}
