package org.posthouse.mbox;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Gives out messages as they were before they came into the file: without the file's own fields and marks, with CRLF line
 * ends, also where the file's last line has none. Remembers where the last reads ended, so that reading on does not begin at the first octet again.
 */
final class Decoder {
    private static final int MOST_POSITIONS = 1024;
    private static final int APART = 64 * 1024;
    private static final int LINE_LOOK = 1024;

    /** A point in a message: the next octet in the file, how many were given out before it, and what to know about them. */
    private record Position(long inFile, long given, boolean lineBegins, boolean hidden, boolean afterCr) {}

    private record Reached(Object file, String key, long offset) {}

    private final Map<Reached, Position> positions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Reached, Position> eldest) {
            return size() > MOST_POSITIONS;
        }
    };

    /** As much as fits from that offset; 0 at the end. */
    int read(Access file, Stamp stamp, Message message, long offset, byte[] into) throws IOException {
        var begin = new Position(message.header(), 0, true, false, false);
        Position from;
        synchronized (positions) {
            from = offset == 0 ? begin : positions.getOrDefault(new Reached(stamp, message.key(), offset), begin);
        }
        var pass = new Pass(file, message, from, offset, into);
        pass.run();
        if (pass.n == into.length) {
            synchronized (positions) {
                positions.put(new Reached(stamp, message.key(), offset + pass.n), pass.last);
            }
        }
        return pass.n;
    }

    private static final class Pass {
        private final Window window;
        private final Message message;
        private final boolean bare;
        private final long offset;
        private final byte[] into;
        private long inFile;
        private long given;
        private boolean hidden;
        private boolean afterCr;
        private boolean lineBegins;
        private Position last;
        private int n;

        Pass(Access file, Message message, Position from, long offset, byte[] into) {
            this.window = Window.of(file.channel(), from.inFile(), message.textEnd(), new byte[0]);
            this.message = message;
            this.bare = message.marks().id().filter(Marks.Id::bare).isPresent();
            this.offset = offset;
            this.into = into;
            this.inFile = from.inFile();
            this.given = from.given();
            this.hidden = from.hidden();
            this.afterCr = from.afterCr();
            this.lineBegins = from.lineBegins();
            this.last = from;
        }

        void run() throws IOException {
            while (n < into.length && window.see(lineBegins ? LINE_LOOK + 8 : 1) > 0) {
                if (inFile - last.inFile() > APART || lineBegins) {
                    keep();
                }
                if (lineBegins) {
                    begin();
                } else {
                    rest();
                }
            }
            while (n < into.length && inFile == message.textEnd() && given < message.size()) { // the file ends without it
                lineEnd();
                afterCr = false;
            }
        }

        /** Only where nothing was given out yet that is asked for later: the next read begins here. */
        private void keep() {
            if (given <= offset + n) {
                last = new Position(inFile, given, lineBegins, hidden, afterCr);
            }
        }

        private void begin() {
            int to = window.to;
            boolean header = inFile < message.body();
            var kind = header ? LineKind.of(window.octets, window.from, to) : LineKind.TEXT;
            hidden = kind == LineKind.OURS;
            lineBegins = false;
            if (!hidden && message.marked() && Quote.marks(window.octets, window.from, to) > 0) {
                window.from++;
                inFile++;
            }
        }

        private void rest() {
            while (n < into.length && window.from < window.to && !lineBegins) {
                byte octet = window.octets[window.from++];
                inFile++;
                if (!hidden) {
                    if (octet == '\n') {
                        lineEnd();
                    } else {
                        give(octet);
                    }
                }
                afterCr = octet == '\r';
                lineBegins = octet == '\n';
                if (inFile - last.inFile() > APART) {
                    keep();
                }
            }
        }

        private void lineEnd() {
            if (bare && given == message.size()) {
                return;
            }
            if (!afterCr) {
                give((byte) '\r');
            }
            give((byte) '\n');
        }

        private void give(byte octet) {
            if (given >= offset && n < into.length) {
                into[n++] = octet;
            }
            given++;
        }
    }
}
