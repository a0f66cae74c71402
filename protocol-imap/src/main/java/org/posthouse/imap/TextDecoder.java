package org.posthouse.imap;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Makes text of the decoded octets of one body, piece by piece, and gives it to a finder. Octets that the character set does not
 * know are read as ISO-8859-1, each for itself. Pieces in ASCII go past the decoder.
 */
final class TextDecoder implements TransferDecoder.Sink {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final int LONGEST_CHARACTER = 16; // octets that wait for more, with the escapes of ISO 2022
    private static final int PIECE = 4 * 1024;

    private final Finder finder;
    private final CharsetDecoder decoder;
    private final boolean containsAscii;
    private final ByteBuffer begun = ByteBuffer.allocate(2 * LONGEST_CHARACTER).flip(); // a character that is not complete yet
    private CharBuffer chars = CharBuffer.allocate(0);

    TextDecoder(Charset charset, Finder finder) {
        this.finder = finder;
        this.decoder = charset.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        this.containsAscii = charset.equals(StandardCharsets.UTF_8) || Charsets.containsAscii(charset);
    }

    @Override
    public void octets(byte[] octets, int from, int to) {
        for (int at = from; at < to; at += PIECE) {
            piece(octets, at, Math.min(to, at + PIECE));
        }
    }

    private void piece(byte[] octets, int from, int to) {
        if (containsAscii && !begun.hasRemaining() && isAscii(octets, from, to)) {
            finder.ascii(octets, from, to);
            return;
        }
        var rest = ByteBuffer.wrap(octets, from, to - from);
        while (begun.hasRemaining() && rest.hasRemaining()) {
            begun.compact().put(rest.get()).flip();
            decode(begun, false);
        }
        decode(rest, false);
        if (rest.hasRemaining()) {
            begun.compact().put(rest).flip();
        }
    }

    /** The body is over. */
    void end() {
        decode(begun, true);
        finder.breakText();
    }

    /** Leaves what may be the begin of a character. */
    private void decode(ByteBuffer octets, boolean last) {
        if (chars.capacity() == 0) {
            chars = CharBuffer.allocate(PIECE);
        }
        while (true) {
            var result = decoder.decode(octets, chars, last);
            finder.text(chars.array(), 0, chars.position());
            chars.clear();
            if (result.isError()) {
                for (int i = 0; i < result.length(); i++) {
                    chars.put((char) (octets.get() & 0xff));
                }
            } else if (result.isUnderflow()) {
                if (octets.remaining() < LONGEST_CHARACTER) {
                    return;
                }
                chars.put((char) (octets.get() & 0xff)); // no character set has so long a character
            }
        }
    }

    private static boolean isAscii(byte[] octets, int from, int to) {
        long bits = 0;
        int i = from;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            bits |= (long) LONG.get(octets, i);
        }
        for (; i < to; i++) {
            bits |= octets[i] & 0x80;
        }
        return (bits & HIGH_BITS) == 0;
    }
}
