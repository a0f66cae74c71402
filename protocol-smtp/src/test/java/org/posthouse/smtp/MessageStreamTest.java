package org.posthouse.smtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.posthouse.net.Listener;
import org.posthouse.net.ScriptedConnection;

/** DATA and BDAT against a plain model of them, with random text, segments and read sizes. */
final class MessageStreamTest {
    private static final long SEED = 20260102;
    private static final int ROUNDS = 20_000;
    private static final String ALPHABET = "\r\n\r\n..a";
    private static final Pattern BARE = Pattern.compile("\r(?!\n)|(?<!\r)\n");
    private static final SmtpSettings SETTINGS = SmtpSettings.of(SmtpStage.config(Map.of("max-line", "1000", "max-size", "64K")));

    private final Random random = new Random(SEED);

    @Test
    void dataIsWhatTheModelSays() throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            var sent = noise(random.nextInt(30)) + "\r\n.\r\n";
            int end = ("\r\n" + sent).indexOf("\r\n.\r\n");
            var text = ("\r\n" + sent).substring(0, end + 2).replace("\r\n.", "\r\n").substring(2);
            var connection = connection(sent);
            check(text, sent, new MessageStream(new DotReader(connection), SETTINGS, LineRules.Form.LINES, connection.clock()), connection);
            assertEquals(sent.substring(end + 3), rest(connection), () -> shown(sent));
        }
    }

    @Test
    void chunksAreWhatTheModelSays() throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            var text = noise(random.nextInt(30));
            int first = random.nextInt(text.length() + 1);
            var connection = connection(text + "NOOP");
            var chunks = new ChunkReader(connection, new Command.Bdat(first, false), _ -> new Command.Bdat(text.length() - first, true));
            check(text, text, new MessageStream(chunks, SETTINGS, LineRules.Form.LINES, connection.clock()), connection);
            var rest = rest(connection); // after a fault in the first chunk, the second is a command of its own
            assertTrue(rest.equals("NOOP") || rest.equals(text.substring(first) + "NOOP"), () -> shown(text));
        }
    }

    private void check(String text, String sent, MessageStream stream, ScriptedConnection connection) throws IOException {
        var out = new ByteArrayOutputStream();
        boolean refused = false;
        try {
            int count;
            do {
                var buffer = new byte[1 + random.nextInt(10)];
                count = stream.read(buffer);
                out.write(buffer, 0, Math.max(count, 0));
            } while (count >= 0);
        } catch (IOException e) {
            refused = true;
        }
        assertEquals(BARE.matcher(text).find(), refused, () -> shown(sent));
        assertEquals(refused, stream.fault().isPresent());
        assertEquals(!refused, stream.whole());
        if (!refused) {
            assertEquals(text, out.toString(StandardCharsets.ISO_8859_1), () -> shown(sent));
        }
        assertTrue(stream.drain());
    }

    @Test
    void aLineIsTooLongWhereverItsOctetsCameInSegments() throws IOException {
        for (int segment : new int[] {1, 7, 999, 1000, 1001, 5000}) {
            assertTrue(whole("a".repeat(998) + "\r\n" + "b".repeat(998) + "\r\n.\r\n", segment));
            assertFalse(whole("a".repeat(999) + "\r\n.\r\n", segment));
            assertFalse(whole("x\r\n" + "a".repeat(5_000) + "\r\n.\r\n", segment));
        }
    }

    private static boolean whole(String sent, int segment) throws IOException {
        var connection = new ScriptedConnection(Listener.Role.MX, Listener.Tls.NONE);
        connection.segments(segment);
        connection.send(sent);
        var stream = new MessageStream(new DotReader(connection), SETTINGS, LineRules.Form.LINES, connection.clock());
        try {
            stream.readAllBytes();
        } catch (IOException e) {
            assertTrue(stream.drain());
        }
        return stream.whole();
    }

    private String noise(int length) {
        var noise = new StringBuilder();
        for (int i = 0; i < length; i++) {
            noise.append(random.nextInt(3) == 0 ? "\r\n" : String.valueOf(ALPHABET.charAt(random.nextInt(ALPHABET.length()))));
        }
        return noise.toString();
    }

    private ScriptedConnection connection(String sent) {
        var connection = new ScriptedConnection(Listener.Role.MX, Listener.Tls.NONE);
        connection.segments(1 + random.nextInt(8));
        connection.send(sent);
        return connection;
    }

    private static String rest(ScriptedConnection connection) throws IOException {
        var rest = new ByteArrayOutputStream();
        while (connection.hasInput()) {
            rest.write(connection.input().get());
        }
        return rest.toString(StandardCharsets.ISO_8859_1);
    }

    private static String shown(String text) {
        return text.replace("\r", "\\r").replace("\n", "\\n");
    }
}
