package org.posthouse.maildir;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.posthouse.disk.Disk;
import org.posthouse.message.BadSetting;
import org.posthouse.message.Content;

/** How lines end in the files we write: {@code lf} as mutt and procmail expect, or {@code crlf}. */
enum LineEnds {
    LF("\n"),
    CRLF("\r\n");

    /** Octets in the file, and octets of the same message with CRLF line ends. */
    record Sizes(long inFile, long withCrlf) {}

    private static final int PIECE = 64 * 1024;

    private final String end;

    LineEnds(String end) {
        this.end = end;
    }

    static LineEnds of(String setting) {
        return switch (setting.strip()) {
            case "lf" -> LF;
            case "crlf" -> CRLF;
            default -> throw new BadSetting("line-ends", "'" + setting + "' is neither lf nor crlf");
        };
    }

    /**
     * Writes a message so that {@link CrlfReader} gives back the same octets. For that, the CR of a line end stays where
     * another CR is before it; a bare LF becomes a line end.
     */
    Sizes write(Content content, Disk.Writing out) throws IOException {
        var in = new byte[Math.clamp(content.size(), 1, PIECE)];
        var pass = new Pass(new byte[2 * in.length + 2]);
        try (var octets = content.open()) {
            int n = octets.readNBytes(in, 0, in.length);
            while (n > 0) {
                pass.convert(in, n);
                n = n < in.length ? 0 : octets.readNBytes(in, 0, in.length);
                if (n == 0) {
                    pass.end();
                }
                pass.flush(out);
            }
        }
        return new Sizes(pass.inFile, pass.withCrlf);
    }

    /** One message on its way through; a CR is held back until it is known what follows. */
    private final class Pass {
        private final byte[] to;
        private int n;
        private byte last;
        private boolean heldCr;
        private long inFile;
        private long withCrlf;

        Pass(byte[] to) {
            this.to = to;
        }

        void convert(byte[] in, int length) {
            for (int i = 0; i < length; i++) {
                byte octet = in[i];
                if (octet == '\n' && last != '\r') {
                    heldCr = false;
                    lineEnd();
                    continue;
                }
                if (heldCr) {
                    put((byte) '\r');
                }
                heldCr = octet == '\r';
                if (!heldCr) {
                    put(octet);
                }
            }
        }

        private void lineEnd() {
            for (int i = 0; i < end.length(); i++) {
                to[n++] = (byte) end.charAt(i);
            }
            last = '\n';
            withCrlf += 2;
        }

        private void put(byte octet) {
            to[n++] = octet;
            last = octet;
            withCrlf++;
        }

        void end() {
            if (heldCr) {
                put((byte) '\r');
                heldCr = false;
            }
        }

        void flush(Disk.Writing out) throws IOException {
            inFile += n;
            out.write(ByteBuffer.wrap(to, 0, n));
            n = 0;
        }
    }
}
