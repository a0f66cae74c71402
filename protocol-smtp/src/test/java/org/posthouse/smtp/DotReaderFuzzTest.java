package org.posthouse.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.posthouse.fuzz.FuzzTarget;
import org.posthouse.net.GivenConnection;
import org.posthouse.net.Listener;

/** Text with its dots doubled comes back and ends where it ended; any octets are read like the few words of RFC 5321 §4.5.2 say. */
final class DotReaderFuzzTest implements FuzzTarget {
    private static final String END = "\r\n.\r\n";

    @Override
    public void take(byte[] input) throws IOException {
        int piece = input.length == 0 ? 1 : 1 + (input[0] & 0x7f);
        var octets = Arrays.copyOfRange(input, Math.min(1, input.length), input.length);
        var text = new String(octets, StandardCharsets.ISO_8859_1).replace((char) GivenConnection.APART, 'x');
        sent(text, piece);
        var lines = text + "\r\n";
        var stuffed = ("\r\n" + lines).replace("\r\n.", "\r\n..").substring(2);
        assertEquals(lines, sent(stuffed + ".\r\n" + "QUIT", piece));
    }

    /** What the reader makes of it, compared with the plainest way to say what it should. */
    private static String sent(String text, int piece) throws IOException {
        var connection = new GivenConnection(Listener.Role.MX, Listener.Tls.NONE, text.getBytes(StandardCharsets.ISO_8859_1));
        var all = "\r\n" + text;
        int end = all.indexOf(END);
        try {
            var read = read(new DotReader(connection), piece);
            assertEquals(all.substring(0, end + 2).replace("\r\n.", "\r\n").substring(2), read);
            assertEquals(all.length() - end - END.length(), connection.left());
            return read;
        } catch (EOFException e) {
            assertTrue(end < 0, text);
            return "";
        }
    }

    private static String read(DotReader reader, int piece) throws IOException {
        var all = new ByteArrayOutputStream();
        var into = new byte[piece + 1];
        for (int n; (n = reader.read(into, 1, piece)) >= 0;) {
            assertTrue(n > 0);
            all.write(into, 1, n);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public List<String> seeds() {
        return List.of("xSubject: x\r\n\r\n.hidden\r\n..\r\n", "\1.\r\n", "\2a\r\n.\r\r\n.\n\r\n.\r\nQUIT", "\7\r\n.\nMAIL\r\n..\r\n.", "\3.\r\r\n.\r\n");
    }

    @Override
    public List<String> words() {
        return List.of("\r\n.\r\n", "\r\n.", "\n.\n", "\r.\r", ".\r\n", "..", "\r\r\n");
    }

    @Override
    public int longest() {
        return 1000;
    }
}
