package org.posthouse.mbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32C;
import org.posthouse.message.Content;

/**
 * Writes a message as the text of an mboxrd: LF line ends, a mark before {@code From } at the beginning of lines, and without
 * fields that mbox programs would take for their own. The CR of a line end stays where another CR is before it,
 * so that readers get back the same octets; a bare LF becomes a line end.
 */
final class Encoder {
    private static final int PIECE = 64 * 1024;
    private static final int LINE_LOOK = 1024 + 8;

    /** What was written; {@code bare} if the last LF is not the message's. */
    record Text(long octets, int crc, boolean bare) {}

    /** A message with CRLF line ends, to be read as often as wanted. */
    record Source(long size, Opening opening) {
        @FunctionalInterface
        interface Opening {
            InputStream open() throws IOException;
        }

        static Source of(Content content) {
            return new Source(content.size(), content::open);
        }
    }

    @FunctionalInterface
    interface Sink {
        void take(byte[] octets, int length) throws IOException;
    }

    private final Window window;
    private final Sink sink;
    private final byte[] out = new byte[PIECE];
    private int n;
    private long octets;
    private boolean header = true;
    private boolean hiding;
    private byte last = '\n';

    private Encoder(Window window, Sink sink) {
        this.window = window;
        this.sink = sink;
    }

    /** What it will be, without writing. */
    static Text measure(Source content) throws IOException {
        return encode(content, (_, _) -> {});
    }

    static Text write(Source content, Sink sink) throws IOException {
        return encode(content, sink);
    }

    /** A small one as a whole. */
    static byte[] octets(Source content) throws IOException {
        var whole = new ByteArrayOutputStream();
        encode(content, (octets, length) -> whole.write(octets, 0, length));
        return whole.toByteArray();
    }

    private static Text encode(Source content, Sink sink) throws IOException {
        var crc = new CRC32C();
        try (var in = content.opening().open()) {
            return new Encoder(Window.of(in, content.size()), (octets, length) -> {
                crc.update(octets, 0, length);
                sink.take(octets, length);
            }).run(crc);
        }
    }

    private Text run(CRC32C crc) throws IOException {
        boolean lineBegins = true;
        while (window.see(LINE_LOOK) > 0) {
            lineBegins = line(lineBegins);
        }
        boolean bare = last != '\n';
        if (bare) {
            put((byte) '\n');
        }
        flush();
        return new Text(octets, (int) crc.getValue(), bare);
    }

    /** To the line's end or that of what can be seen; whether the next octet begins a line. */
    private boolean line(boolean begins) throws IOException {
        if (begins) {
            begin();
        }
        while (window.from < window.to) {
            byte octet = window.octets[window.from++];
            if (octet == '\r' && window.see(1) > 0 && window.octets[window.from] == '\n') {
                window.from++;
                if (last == '\r') {
                    put((byte) '\r');
                }
                put((byte) '\n');
                return true;
            }
            put(octet);
            if (octet == '\n') {
                return true;
            }
        }
        return false;
    }

    private void begin() throws IOException {
        var kind = header ? LineKind.of(window.octets, window.from, window.to) : LineKind.TEXT;
        header = header && kind != LineKind.TEXT && kind != LineKind.BLANK && (kind != LineKind.FOLD || octets > 0 || hiding);
        hiding = kind == LineKind.OURS || kind == LineKind.FOLD && hiding;
        if (!hiding && Quote.marks(window.octets, window.from, window.to) >= 0) {
            put((byte) '>');
        }
    }

    private void put(byte octet) throws IOException {
        if (hiding) {
            return;
        }
        last = octet;
        if (n == out.length) {
            flush();
        }
        out[n++] = octet;
        octets++;
    }

    private void flush() throws IOException {
        sink.take(out, n);
        n = 0;
    }
}
