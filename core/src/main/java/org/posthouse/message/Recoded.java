package org.posthouse.message;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A message written so that its bodies suit those who get it (RFC 6152 §3, RFC 3030 §3): texts as quoted-printable, all else as base64
 * (RFC 2045 §6). What must not be touched, because it is signed, or cannot be, is not converted.
 */
public final class Recoded {
    /** What bodies may be made of: lines, or lines of ASCII. No NUL is in a line, and no CR or LF stands alone. */
    public enum Into { LINES, ASCII }

    /** How many parts a message may have that is to be converted; each is looked at for itself. */
    public static final int MOST_PARTS = 200;

    private static final int PIECE = 64 * 1024;
    private static final int LARGEST_HEADER = 256 * 1024;
    private static final String ENCODING = "content-transfer-encoding:";

    private final Content content;
    private final Into into;
    private final Map<Part, String> encodings = new IdentityHashMap<>(); // of the leaves that change
    private int parts;

    private Recoded(Content content, Into into) {
        this.content = content;
        this.into = into;
    }

    /** Empty when it cannot be done. */
    public static Optional<Recoded> of(Content content, Into into) throws IOException {
        var made = new Recoded(content, into);
        return made.plan(content.tree()) ? Optional.of(made) : Optional.empty();
    }

    private boolean plan(Part part) throws IOException {
        if (++parts > MOST_PARTS || part.body() - part.start() > LARGEST_HEADER || into == Into.LINES && !fits(part.start(), part.body())) {
            return false;
        }
        if (part.parts().isEmpty()) {
            return leaf(part);
        }
        if (part.type().equals("multipart/signed") || part.type().equals("multipart/encrypted")) { // RFC 1847 §2.1
            return fits(part.body(), part.end());
        }
        long at = part.body();
        for (var inner : part.parts()) {
            if (!fits(at, inner.start()) || !plan(inner)) {
                return false;
            }
            at = inner.end();
        }
        return fits(at, part.end());
    }

    private boolean leaf(Part part) throws IOException {
        var encoding = part.headers().first("Content-Transfer-Encoding").orElse("8bit").strip().toLowerCase(Locale.ROOT);
        boolean plain = encoding.equals("8bit") || encoding.equals("7bit") || encoding.equals("binary");
        boolean single = !part.type().startsWith("multipart/") && !part.type().startsWith("message/");
        if (fits(part.body(), part.end()) && !(single && encoding.equals("binary"))) {
            return true;
        }
        if (plain && single) {
            encodings.put(part, part.type().startsWith("text/") ? "quoted-printable" : "base64");
        }
        return plain && single;
    }

    private boolean fits(long from, long to) throws IOException {
        byte[] buffer = new byte[PIECE];
        int last = 0;
        try (var in = content.open()) {
            in.skipNBytes(from);
            for (long left = to - from; left > 0; ) {
                int n = in.read(buffer, 0, (int) Math.min(left, PIECE));
                for (int i = 0; i < n; i++) {
                    int octet = buffer[i];
                    if (octet == 0 || octet < 0 && into == Into.ASCII || (octet == '\n') != (last == '\r')) {
                        return false;
                    }
                    last = octet;
                }
                left = n < 0 ? 0 : left - n;
            }
        }
        return last != '\r';
    }

    /** The whole message. */
    public void write(OutputStream out) throws IOException {
        try (var in = content.open()) {
            write(content.tree(), in, out);
            in.transferTo(out);
        }
    }

    private void write(Part part, InputStream in, OutputStream out) throws IOException {
        header(part, in.readNBytes((int) (part.body() - part.start())), out);
        if (encodings.containsKey(part)) {
            body(encodings.get(part), in, part.end() - part.body(), out);
            return;
        }
        long at = part.body();
        for (var inner : part.parts()) {
            copy(in, inner.start() - at, out);
            write(inner, in, out);
            at = inner.end();
        }
        copy(in, part.end() - at, out);
    }

    /** The fields as they are, but for how the body is encoded; a message without MIME becomes one of a text nobody knows the letters of. */
    private void header(Part part, byte[] octets, OutputStream out) throws IOException {
        var text = new String(octets, StandardCharsets.ISO_8859_1);
        var kept = new StringBuilder();
        boolean dropping = false;
        boolean ended = false;
        for (var line : text.split("(?<=\n)", -1)) {
            boolean goesOn = line.startsWith(" ") || line.startsWith("\t");
            dropping = goesOn ? dropping : line.toLowerCase(Locale.ROOT).startsWith(ENCODING);
            if (line.equals("\r\n") || line.equals("\n")) {
                added(part, kept);
                ended = true;
            }
            kept.append(dropping ? "" : line);
        }
        if (!ended) {
            added(part, kept);
            kept.append("\r\n");
        }
        out.write(kept.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private void added(Part part, StringBuilder kept) {
        var before = part.headers().first("Content-Transfer-Encoding");
        var encoding = Optional.ofNullable(encodings.get(part)).or(() -> before.map(this::bounded));
        if (part == content.tree() && part.headers().first("MIME-Version").isEmpty()) {
            kept.append("MIME-Version: 1.0\r\n");
        }
        if (encodings.containsKey(part) && part == content.tree() && part.headers().first("Content-Type").isEmpty()) {
            kept.append("Content-Type: text/plain; charset=unknown-8bit\r\n"); // RFC 1428 §3
        }
        encoding.ifPresent(e -> kept.append("Content-Transfer-Encoding: ").append(e.replaceAll("[\r\n]", "")).append("\r\n"));
    }

    /** RFC 2045 §6.4: of what is inside nothing is more than that. */
    private String bounded(String encoding) {
        return switch (into) {
            case ASCII -> encoding.strip().matches("(?i)8bit|binary") ? "7bit" : encoding;
            case LINES -> encoding.strip().equalsIgnoreCase("binary") ? "8bit" : encoding;
        };
    }

    private static void copy(InputStream in, long count, OutputStream out) throws IOException {
        byte[] buffer = new byte[(int) Math.min(Math.max(count, 1), PIECE)];
        for (long left = count; left > 0; ) {
            int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (n < 0) {
                throw new IOException("the message is shorter than it was");
            }
            out.write(buffer, 0, n);
            left -= n;
        }
    }

    private static void body(String encoding, InputStream in, long count, OutputStream out) throws IOException {
        if (encoding.equals("base64")) {
            try (var encoded = Base64.getMimeEncoder().wrap(unclosed(out))) {
                copy(in, count, encoded);
            }
            return;
        }
        var quoted = new Quoted(out);
        copy(in, count, quoted);
        quoted.end();
    }

    private static OutputStream unclosed(OutputStream out) {
        return new OutputStream() {
            @Override public void write(int octet) throws IOException {
                out.write(octet);
            }

            @Override public void write(byte[] octets, int from, int length) throws IOException {
                out.write(octets, from, length);
            }
        };
    }

    /** Quoted-printable (RFC 2045 §6.7), a line at a time. */
    private static final class Quoted extends OutputStream {
        private static final int LONGEST = 72; // and then the sign that the line goes on
        private static final String HEX = "0123456789ABCDEF";

        private final OutputStream out;
        private final ByteArrayOutputStream made = new ByteArrayOutputStream(4_096);
        private int column;
        private int held = -1; // white space, or a CR, of which it is not known yet what comes after

        Quoted(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int octet) throws IOException {
            int next = octet & 0xff;
            if (held == '\r' && next == '\n') {
                made.write('\r');
                made.write('\n');
                made.writeTo(out);
                made.reset();
                column = 0;
                held = -1;
                return;
            }
            if (held >= 0) {
                put(held, held == '\r' || next == '\r' || next == '\n');
            }
            held = next == ' ' || next == '\t' || next == '\r' ? next : -1;
            if (held < 0) {
                put(next, next == '=' || next < ' ' || next > '~');
            }
        }

        private void put(int octet, boolean encoded) {
            if (column > LONGEST) {
                made.writeBytes(new byte[] {'=', '\r', '\n'});
                column = 0;
            }
            if (encoded) {
                made.writeBytes(new byte[] {'=', (byte) HEX.charAt(octet >> 4), (byte) HEX.charAt(octet & 15)});
                column += 3;
            } else {
                made.write(octet);
                column++;
            }
        }

        void end() throws IOException {
            if (held >= 0) {
                put(held, true);
            }
            made.writeTo(out);
        }
    }
}
