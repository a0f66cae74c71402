package org.posthouse.smtpdelivery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;

/** A text is ended by the lone dot and by nothing in it, however it is cut; what a server makes of it is the text with whole lines. */
final class DotWriterFuzzTest implements FuzzTarget {
    @Override
    public void take(byte[] input) throws IOException {
        var sent = sent(input, Math.max(1, input.length));
        assertEquals(sent, sent(input, 1));
        assertEquals(sent.length() - 3, ("\r\n" + sent).indexOf("\r\n.\r\n"));
        var lines = new String(input, StandardCharsets.ISO_8859_1).replaceAll("\r\n|\r|\n", "\r\n");
        var whole = lines.isEmpty() || lines.endsWith("\r\n") ? lines : lines + "\r\n";
        assertEquals(whole, sent.substring(0, sent.length() - 3).replaceAll("(?<![^\n])\\.", ""));
    }

    private static String sent(byte[] input, int piece) throws IOException {
        var out = new ByteArrayOutputStream();
        var writer = new DotWriter(out::write);
        for (int at = 0; at < input.length; at += piece) {
            int length = Math.min(piece, input.length - at);
            writer.write(input, at, length);
        }
        writer.end();
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public List<String> seeds() {
        return List.of("", ".", "..", "\r\n.\r\n", "a\r.\rb\n.\n", "\r", "\n", "x\r\n..y\r\n", ".\r");
    }

    @Override
    public int longest() {
        return 200;
    }

    @Override
    public long mayAllocate(int octets) {
        return (2 << 20) + 5_000L * octets;
    }
}
