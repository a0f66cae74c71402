package org.posthouse.maildir;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LineFeedsTest {
    private final Random random = new Random(7);

    @Test
    void givesTheSameInPiecesOfAnySize() {
        for (int i = 0; i < 3_000; i++) {
            var text = text(random.nextInt(100));
            assertEquals(text.replaceAll("(?<!\r)\n", "\r\n"), converted(text), text);
        }
    }

    private String text(int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append("abcdefghij\u008a\u000b\r\n\n".charAt(random.nextInt(15)));
        }
        return text.toString();
    }

    private String converted(String text) {
        var from = StandardCharsets.ISO_8859_1.encode(text);
        var whole = ByteBuffer.allocate(2 * text.length() + 20);
        byte last = 0;
        while (from.hasRemaining()) {
            var piece = from.slice().limit(Math.min(from.remaining(), random.nextInt(1, 40)));
            var into = ByteBuffer.allocateDirect(random.nextInt(1, 40));
            last = LineFeeds.withCr(piece, last, into);
            from.position(from.position() + piece.position());
            whole.put(into.flip());
        }
        return StandardCharsets.ISO_8859_1.decode(whole.flip()).toString();
    }
}
